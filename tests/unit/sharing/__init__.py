"""Sharing a case: who must have agreed, and until when."""
