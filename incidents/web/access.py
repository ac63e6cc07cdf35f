"""Who may see a page. Every view says so with a mark; a view without one answers nobody."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from flask import abort, current_app, request
from flask_login import current_user

from incidents.accounts.models import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

View = TypeVar("View", bound="Callable[..., object]")

#: The mark of a page that needs no log-in.
PUBLIC: frozenset[Role] = frozenset()
EVERYONE = frozenset(Role)


def access(*roles: Role) -> Callable[[View], View]:
    """Mark a view for some roles."""

    def mark(view: View) -> View:
        view.access = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view for everyone, logged in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def traceless(view: View) -> View:
    """Mark a public view that leaves no trace of who came and what became of it.

    It sets no cookie and touches no session, and the log has the same line for every answer. So it carries no
    anti-forgery token either: what it does, it does for whoever sends the secret that the form asks for, which no other
    site knows.
    """
    view.traceless = True  # type: ignore[attr-defined]
    return view


def leaves_no_trace(endpoint: str | None) -> bool:
    """Whether an endpoint's view has the mark of traceless()."""
    return getattr(current_app.view_functions.get(str(endpoint)), "traceless", False)


def step_up(view: View) -> View:
    """Mark a view that asks for the passphrase (and second factor) again when they were proved too long ago.

    Stands directly under ``access``. What is asked, and how what was typed comes back, is in accounts.step_up.
    """
    view.step_up = True  # type: ignore[attr-defined]
    return view


def asks_step_up(endpoint: str | None) -> bool:
    """Whether an endpoint's view has the mark of step_up()."""
    return getattr(current_app.view_functions.get(str(endpoint)), "step_up", False)


def access_of(endpoint: str) -> frozenset[Role] | None:
    """The mark of an endpoint's view; None if it has none, or if there is no such view."""
    mark: frozenset[Role] | None = getattr(current_app.view_functions.get(endpoint), "access", None)
    return mark


def register(app: Flask) -> None:
    """Check the mark before every view."""
    app.before_request(check_access)


def check_access() -> None:
    """Let marked roles through; 401 for who is not logged in, 403 for another role, 500 for a view without a mark."""
    if request.endpoint in {None, "static"}:
        return
    roles = access_of(str(request.endpoint))
    if roles is None:
        abort(HTTPStatus.INTERNAL_SERVER_ERROR)
    if roles == PUBLIC:
        return
    if not current_user.is_authenticated:
        abort(HTTPStatus.UNAUTHORIZED)
    if current_user.role not in roles:
        abort(HTTPStatus.FORBIDDEN)
