"""Tests of working on a case together."""
