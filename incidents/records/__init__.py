"""The incident document: its schema, its rules, and what is derived from it."""
