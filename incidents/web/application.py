"""The application: Flask with uploads kept off the disk, sealed sessions, and failures that tell no value."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.routing import BaseConverter

from incidents.accounts.sessions import SealedSessions
from incidents.errors import log_failure
from incidents.i18n import current_locale
from incidents.web.headers import add_headers
from incidents.web.request import TalaRequest

if TYPE_CHECKING:
    from flask import Response


class Segment(BaseConverter):
    """A part of an address. None holds NUL, which PostgreSQL does not take as text: nothing has such a name."""

    regex = "[^/\\x00]+"


class Application(Flask):
    """What serves an instance."""

    request_class = TalaRequest
    session_interface = SealedSessions()

    def __init__(self, import_name: str, *, template_folder: str) -> None:
        super().__init__(import_name, template_folder=template_folder)
        self.url_map.converters["default"] = Segment

    def handle_exception(self, e: Exception) -> Response:
        """Answer what no page could answer, such as a database that is gone while the session is read or written.

        The framework would log a trace with the address that was asked for and the exception's words, and would
        render a page that needs the session again.
        """
        log_failure(e)
        page = self.jinja_env.get_template("errors/broken.html").render(locale=current_locale())
        return add_headers(self.response_class(page, status=HTTPStatus.INTERNAL_SERVER_ERROR))
