"""Retention end to end."""
