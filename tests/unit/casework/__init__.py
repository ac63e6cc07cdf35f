"""Casework: the rules of working on a case together."""
