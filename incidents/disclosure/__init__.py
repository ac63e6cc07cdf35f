"""Disclosure control: no published number gives a person away. Pure: knows no web, no database, no case."""
