"""Rotation, with a database."""
