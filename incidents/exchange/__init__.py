"""Bringing records in from elsewhere, and taking them out whole."""
