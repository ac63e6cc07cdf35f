"""Coded, coarse rows that analysts may count; nothing here knows a case."""
