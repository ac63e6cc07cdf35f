"""Retention: pure rules."""
