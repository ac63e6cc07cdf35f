"""Logs carry an event, a route and an id; whatever else somebody puts into a record is dropped."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from flask import Flask, abort
from hypothesis import given
from hypothesis import strategies as st

from incidents import errors, logs
from incidents.logs import ALLOWED, EventFormatter

SECRET = "the fictional secret of a case"


@pytest.fixture
def app() -> Flask:
    """A small application with a view that fails and one that is asked for a case."""
    app = Flask(__name__, template_folder="../../templates")
    logs.register(app)

    @app.get("/cases/<incident_id>")
    def case(incident_id: str) -> str:
        return incident_id

    @app.get("/fails")
    def fails() -> str:
        raise ValueError(SECRET)

    @app.get("/refuses")
    def refuses() -> str:
        abort(403)

    @app.get("/healthz")
    def healthz() -> str:
        return ""

    app.register_error_handler(Exception, lambda error: (logged(error), ("", 500))[1])
    return app


def logged(error: Exception) -> None:
    errors.log.error("unexpected_error", extra={"kind": type(error).__name__, "where": "here:1"})


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def asked(app: Flask, capsys: pytest.CaptureFixture[str], path: str, **kwargs: object) -> list[dict[str, object]]:
    logs.log.handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
    app.test_client().get(path, **kwargs)  # type: ignore[arg-type]
    return lines(capsys)


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("tala", logging.INFO, "/home/somebody/file.py", 1, "saved", (), None)
    vars(made).update(extra)
    return made


def test_a_line_is_json_with_the_event_and_what_is_allowed() -> None:
    line = json.loads(EventFormatter().format(record(route="/cases", status=200)))
    assert line == {"level": "info", "event": "saved", "route": "/cases", "status": 200}


@given(st.text(min_size=1).filter(lambda name: name not in ALLOWED), st.text(min_size=12))
def test_an_extra_that_is_not_allowed_is_dropped(name: str, value: str) -> None:
    line = json.loads(EventFormatter().format(record(**{f"x{name}": value})))
    assert set(line) == {"level", "event"}


def test_neither_paths_nor_arguments_nor_exceptions_are_written() -> None:
    made = record(exc_info=(ValueError, ValueError(SECRET), None), args=(SECRET,), stack_info=SECRET)
    line = EventFormatter().format(made)
    assert SECRET not in line
    assert "somebody" not in line


def test_a_line_break_in_a_value_cannot_begin_a_line_of_its_own() -> None:
    assert "\n" not in EventFormatter().format(record(kind='x"}\n{"event": "forged"'))


def test_a_request_is_logged_by_its_rule_and_not_by_its_address(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    [line] = asked(app, capsys, "/cases/0123?country=PH&name=secret", headers={"User-Agent": "x", "Referer": "y"})
    assert set(line) == {"level", "event", "route", "method", "status", "milliseconds", "request"}
    assert (line["route"], line["method"], line["status"]) == ("/cases/<incident_id>", "GET", 200)


def test_an_address_that_no_rule_has_is_not_written(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    *_, line = asked(app, capsys, "/a-name-typed-into-the-address-bar")
    assert line["route"] == "-"
    assert "typed" not in json.dumps(line)


def test_a_failure_is_logged_by_its_kind_without_its_words(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(app, capsys, "/fails")
    assert [line["event"] for line in found] == ["unexpected_error", "answered"]
    assert found[0]["kind"] == "ValueError"
    assert SECRET not in json.dumps(found)


def test_health_checks_are_not_logged(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(app, capsys, "/healthz") == []


def test_each_request_has_an_id_of_its_own(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    ids = {asked(app, capsys, "/cases/1")[0]["request"] for _ in range(5)}
    assert len(ids) == 5
    assert {len(str(one)) for one in ids} == {16}


def test_registering_twice_writes_each_line_once(app: Flask) -> None:
    logs.register(app)
    assert len(logs.log.handlers) == 1
    assert logs.log.propagate is False
