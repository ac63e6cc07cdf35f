"""A demo: invented organisations, people and cases, made by a seeded generator."""
