"""The base of all forms: it shows its errors in one list that links to the fields."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from wtforms import Form
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class ErrorLink:
    """One line of an error summary."""

    field_id: str
    message: str


class BaseForm(Form):  # type: ignore[misc]
    """A form whose errors can be listed, and that can take errors from the rules behind it."""

    def error_links(self) -> Iterator[ErrorLink]:
        """Every error, in the order of the fields."""
        for field in self:
            for message in _flat(field.errors):
                yield ErrorLink(field.id, str(message))

    def add_errors(self, errors: Mapping[str, str]) -> None:
        """Put messages from a rule at their fields; what has no field goes to the first."""
        for name, message in errors.items():
            field = self[name] if name in self else next(iter(self))
            field.errors = [*field.errors, message]


def status_of(form: Form) -> HTTPStatus:
    """422 for a form that came back with errors."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def typed_day(text: str | None) -> dt.date:
    """A day that was typed into one box.

    Raises:
        ValidationError: it is none.
    """
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        raise ValidationError(_("Give a day as year, month and day, such as 2026-11-25.")) from None


def _flat(errors: object) -> Iterator[object]:
    if isinstance(errors, dict):
        for value in errors.values():
            yield from _flat(value)
    elif isinstance(errors, list | tuple):
        for value in errors:
            yield from _flat(value)
    else:
        yield errors
