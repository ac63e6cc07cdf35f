"""Tests of handing in and of the inbox."""
