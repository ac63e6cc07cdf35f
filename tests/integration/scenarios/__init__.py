"""Whole cases over HTTP, from intake to a published number."""
