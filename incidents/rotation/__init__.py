"""Replacing the keys of an organisation when somebody leaves, or when one asks for it."""
