"""What erasing does to a document."""
