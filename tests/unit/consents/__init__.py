"""Consent as it changes: rules and what a view says, without a database."""
