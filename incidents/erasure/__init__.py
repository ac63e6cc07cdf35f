"""Erasing a case, or a person in a case, so that nothing brings them back."""
