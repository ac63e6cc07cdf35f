"""Search end to end."""
