"""Anonymised summaries as advocates receive them. Nothing here can open a case."""
