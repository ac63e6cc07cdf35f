"""Files: sealed in chunks, kept as they came, with a cleaned copy and a blurred preview beside them."""
