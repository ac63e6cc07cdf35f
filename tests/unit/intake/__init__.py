"""The rules of the form: no database, no Flask."""
