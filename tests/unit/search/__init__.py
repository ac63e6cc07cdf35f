"""Search: pure rules."""
