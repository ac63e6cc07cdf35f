"""People and organisations, how they come in, and their sessions."""
