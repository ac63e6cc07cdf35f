"""Sealed files: from upload to download."""
