"""Tests of the incident document, without a database."""
