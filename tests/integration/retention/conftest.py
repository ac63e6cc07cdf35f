"""A researcher at work, as in the tests of cases."""

from __future__ import annotations

from tests.integration.records.conftest import Desk, desk, keys_of

__all__ = ["Desk", "desk", "keys_of"]
