"""Sharing cases between organisations, with a database."""
