"""Tests of pure code: no database, no Flask."""
