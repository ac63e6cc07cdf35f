"""Tests of what a submission says and how it is sealed."""
