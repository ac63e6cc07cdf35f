"""Counts over the facts frame, and the geometry of their figures."""
