"""Overlapping accounts, without Flask."""
