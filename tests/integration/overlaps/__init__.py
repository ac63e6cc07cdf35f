"""Overlapping accounts over HTTP, on both databases."""
