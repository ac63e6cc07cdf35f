"""Erasure end to end."""
