"""Anonymised summaries as advocates receive them, on both databases."""
