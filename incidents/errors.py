"""Domain errors, and the one place that turns them into answers."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from incidents.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = logging.getLogger("tala")

PAGES = {400, 403, 404, 409, 410, 413, 429, 500, 503}


class TalaError(Exception):
    """Something a person can be told about; carries no value from a case."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class NotFound(TalaError):
    """There is no such thing, or it is not theirs to know of: the answer is the same."""

    status = HTTPStatus.NOT_FOUND


class Forbidden(TalaError):
    """They are known, but hold no key or role for this."""

    status = HTTPStatus.FORBIDDEN


class KeysChanged(Forbidden):
    """What the database says of an organisation's keys or people is not what this account trusts: an alarm."""


def register(app: Flask) -> None:
    """Answer every error with a page that says what to do."""
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(TalaError, on_domain_error)
    app.register_error_handler(Exception, on_unexpected_error)


def on_http_error(error: HTTPException) -> ResponseReturnValue:
    """Keep redirects and ready answers; give the rest a page."""
    code = error.code
    if error.response is not None or code is None or code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    return page(code if code in PAGES else HTTPStatus.BAD_REQUEST, code)


def on_domain_error(error: TalaError) -> ResponseReturnValue:
    """Answer with the status the error's class states."""
    if isinstance(error, KeysChanged):
        return render_template("errors/keys_changed.html"), int(error.status)
    return page(error.status, error.status)


def on_unexpected_error(error: Exception) -> ResponseReturnValue:
    """Fail closed: log, end what was begun, and answer with a page."""
    log_failure(error)
    # PostgreSQL refuses every query of a transaction that has failed, and the page asks who is looking.
    db.session.rollback()
    return page(HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR)


def log_failure(error: Exception) -> None:
    """Log where something happened and of what kind, never with what values."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
    log.error("unexpected_error", extra={"kind": type(error).__name__, "where": where})


def page(template: int, status: int) -> ResponseReturnValue:
    """The error page for a status; bare words where a request names no host, so that no address can be made."""
    if request_ctx.url_adapter is None:
        return Response(HTTPStatus(status).phrase, int(status), content_type="text/plain; charset=utf-8")
    return render_template(f"errors/{int(template)}.html"), int(status)
