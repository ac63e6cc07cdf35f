"""Open letters and the replies to them: how long an answer took, or how long there has been none. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from incidents.i18n import gettext as _
from incidents.i18n import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class Waited(NamedTuple):
    """How long a letter waited.

    Attributes:
        days: From the letter to its first reply, or to today while there is none; never less than 0.
        answered: Whether there is one.
    """

    days: int
    answered: bool

    def __str__(self) -> str:
        if self.answered:
            return ngettext("Answered after %(num)s day", "Answered after %(num)s days", self.days)
        if self.days == 0:
            return _("No reply yet")
        return ngettext("No reply after %(num)s day", "No reply after %(num)s days", self.days)


def waited(sent: date, replies: Iterable[date], today: date) -> Waited:
    """How long a letter waited for its first reply.

    A reply that is dated before its letter was published took no time: it may answer an earlier copy.
    """
    first = min(replies, default=None)
    return Waited(max(0, ((first or today) - sent).days), first is not None)


def signatories(lines: str) -> tuple[str, ...]:
    """Who signed, each once and in order, from text with one a line."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, lines.splitlines()))))
