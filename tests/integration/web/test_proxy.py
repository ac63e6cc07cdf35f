"""Behind a proxy that ends TLS, requests look plain: what people get still depends on how they reach Tala."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from incidents import create_app
from incidents.accounts.services import settings

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def served_at(origin: str) -> FlaskClient:
    """A browser of the same database under another address."""
    return create_app(replace(settings(), origin=origin)).test_client()


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/static/app.css", "/healthz"])
def test_every_answer_of_an_instance_behind_tls_demands_tls(app: Flask, path: str) -> None:
    assert app
    answer = served_at("https://tala.example").get(path, base_url="http://tala.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    answer.close()


def test_an_instance_of_this_machine_alone_does_not(app: Flask) -> None:
    assert app
    assert "Strict-Transport-Security" not in served_at("").get("/login", base_url="http://127.0.0.1:8000").headers


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
def test_what_a_stranger_says_about_the_way_here_changes_nothing(app: Flask, header: str) -> None:
    client = app.test_client()
    plain = client.get("/cases")
    claimed = client.get("/cases", headers={header: "https://evil.example"})
    assert claimed.get_data() == plain.get_data()
    assert "evil.example" not in str(claimed.headers)


def test_no_answer_repeats_the_host_that_was_asked_for(app: Flask) -> None:
    """A cache or a mail with a poisoned address would lead people elsewhere."""
    client = app.test_client()
    for path in ("/", "/login", "/nowhere", "/cases"):
        answer = client.get(path, base_url="http://evil.example")
        assert "evil.example" not in answer.get_data(as_text=True)
        assert "evil.example" not in answer.headers.get("Location", "")
