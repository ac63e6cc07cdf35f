"""Headers of every answer: no script, no third party, no copy kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request

if TYPE_CHECKING:
    from flask import Flask, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
#: Of the pages on which a security key can be used: one file may run, and nothing else changes.
SCRIPT_POLICY = f"{CONTENT_SECURITY_POLICY}; script-src 'self'"
HEADERS = {
    # In place of the server's own name, which it would add.
    "Server": "Tala",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers then send "Origin: null", which a proxy's forgery check may refuse.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=(), payment=()",
}
YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Add the headers to every answer, errors and files included."""
    app.after_request(add_headers)


def let_script_run(response: Response) -> Response:
    """Let a page run the site's one script file; it holds no inline script all the same."""
    response.headers["Content-Security-Policy"] = SCRIPT_POLICY
    return response


def add_headers(response: Response) -> Response:
    """Set what every answer needs; pages are kept nowhere, the style sheet may be. A download's policy is stricter."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"
    # Behind a proxy that ends TLS a request looks plain: then the instance's own address says how people reach it.
    if request.is_secure or current_app.config["PREFERRED_URL_SCHEME"] == "https":
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return response
