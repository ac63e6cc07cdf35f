"""Fixtures of tests of second factors."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.factories.authenticator import ORIGIN
from tests.integration.accounts.second_stage import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stop the clock; what it gives moves it."""

    def at(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: NOW + seconds)

    at(0)
    return at


@pytest.fixture
def origin(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that security keys can sign for."""
    monkeypatch.setitem(app.extensions, "tala-settings", replace(app.extensions["tala-settings"], origin=ORIGIN))
