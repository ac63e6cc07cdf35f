"""Sealed files: kinds, cleaning, custody."""
