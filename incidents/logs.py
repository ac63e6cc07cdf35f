"""Logs carry an event, a route and an id of the request; never a value, a query string or who asked."""

from __future__ import annotations

import json
import logging
import logging.config
import secrets
import time
from typing import TYPE_CHECKING

from flask import Flask, g, request

from incidents.web.access import leaves_no_trace

if TYPE_CHECKING:
    from flask import Response

#: The only extras a record may carry. Anything else is dropped, so that a careless call cannot leak.
ALLOWED = frozenset({"route", "method", "status", "milliseconds", "request", "kind", "where", "count", "signal"})

log = logging.getLogger("tala")


class EventFormatter(logging.Formatter):
    """One JSON object a line, from the event's name and the allowed extras."""

    def format(self, record: logging.LogRecord) -> str:
        """Drop everything that is not on the allow-list, exception texts included."""
        known = {key: value for key, value in vars(record).items() if key in ALLOWED}
        return json.dumps({"level": record.levelname.lower(), "event": str(record.msg), **known}, default=str)


def register(app: Flask) -> None:
    """Send Tala's own events to standard error; silence loggers that print parameters."""
    handler = logging.StreamHandler()
    handler.setFormatter(EventFormatter())
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    for talkative in ("sqlalchemy", "fido2"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
    app.before_request(start)
    app.after_request(finish)


def start() -> None:
    """Give the request an id and a start."""
    g.request_id = secrets.token_hex(8)
    g.started = time.perf_counter()


def finish(response: Response) -> Response:
    """Log the rule that answered, never the address that was asked for."""
    route = request.url_rule.rule if request.url_rule else "-"
    if leaves_no_trace(request.endpoint):
        # One line for whatever became of it: status and time would tell who came with a secret that opens.
        log.info("answered", extra={"route": route})
    elif route != "/healthz":
        log.info(
            "answered",
            extra={
                "route": route,
                "method": request.method,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - g.started) * 1000),
                "request": g.request_id,
            },
        )
    return response
