"""Tests of Tala."""
