"""What time it is. All of Tala judges in UTC: a server's own zone would move the day on which consent ends."""

from __future__ import annotations

import datetime as dt


def today() -> dt.date:
    """The day, in UTC."""
    return dt.datetime.now(tz=dt.UTC).date()


def now() -> dt.datetime:
    """The moment, in UTC, to the second: what is kept needs no more."""
    return dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
