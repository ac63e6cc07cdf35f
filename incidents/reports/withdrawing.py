"""Publications that may no longer be shown: their rows are emptied, and only that they were taken back remains.

Nothing here knows a case. A story carries the random id of the summary that it was told from, and no more.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from incidents.accounts.models import Organisation
from incidents.database import WRITING
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.reports.models import Publication

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement

#: What is left of each column that was published. Who published it, what kind it was and when stay: they say nothing.
EMPTY: Final = dict.fromkeys(
    ("title", "language", "themes", "countries", "campaign", "text", "signatories", "demands"), ""
) | dict.fromkeys(("response_to_id", "release_id", "summary_id", "ends_on"))


class Gone(TalaError):
    """It was published once and withdrawn since: its files and forms are gone."""

    status = HTTPStatus.GONE


def withdraw(publication_id: str, day: dt.date) -> None:
    """Empty a publication, in the running transaction; nothing happens when there is none, or it was emptied before.

    Args:
        publication_id: Which.
        day: The day that its page will say.

    Raises:
        RuntimeError: no transaction of database.writing() is running: half of it could stay.
    """
    _check_writing()
    found = db.session.get(Publication, publication_id, with_for_update=True, populate_existing=True)
    if found is not None and found.withdrawn_on is None:
        _empty([found], day)


def withdraw_told(summary_id: str, day: dt.date) -> None:
    """Empty every story that was told from a summary, in the running transaction."""
    _check_writing()
    _empty(_standing(Publication.summary_id == summary_id), day)


def follow(summary_id: str, text: str, ends_on: dt.date | None, day: dt.date) -> None:
    """Let stories follow their summary, given again: one with another text is emptied, the rest ends when it ends."""
    _check_writing()
    told = _standing(Publication.summary_id == summary_id)
    _empty([one for one in told if one.text != text], day)
    for one in told:
        if one.withdrawn_on is None:
            one.ends_on = ends_on


def withdraw_ended(day: dt.date) -> None:
    """Empty every story whose consent has ended by a day, in the running transaction. One query when there is none.

    Readers do not see them from that day on, whether or not this has run.
    """
    _check_writing()
    for one in _standing(Publication.ends_on <= day):
        _empty([one], one.ends_on or day)


def told_from(summary_ids: Collection[str]) -> dict[str, str]:
    """Where stories are told, of those that were not withdrawn: publications by the summary of each. One query."""
    rows = db.session.execute(
        select(Publication.summary_id, Publication.id)
        .where(Publication.summary_id.in_(summary_ids), Publication.withdrawn_on.is_(None))
        .order_by(Publication.published_on)
    )
    return {summary_id: publication_id for summary_id, publication_id in rows if summary_id}


def _check_writing() -> None:
    if not db.session.info.get(WRITING):
        raise RuntimeError("a publication is withdrawn inside writing(): all of it, or nothing")


def _standing(condition: ColumnElement[bool]) -> Sequence[Publication]:
    """Publications that were not emptied yet, locked and as they are now."""
    chosen = select(Publication).where(condition, Publication.withdrawn_on.is_(None)).with_for_update(of=Publication)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).unique().all()


def _empty(publications: Sequence[Publication], day: dt.date) -> None:
    ids = [one.id for one in publications]
    if not ids:
        return
    for one in publications:
        for name, value in EMPTY.items():
            setattr(one, name, value)
        one.withdrawn_on = day
        one.files.clear()
    # What the rows held stands in files of the database until these are swept; see erasure.sweeping.
    marked = update(Organisation).where(Organisation.id.in_({one.organisation_id for one in publications}))
    db.session.execute(marked.values(unswept=Organisation.unswept + 1))
    answering = update(Publication).where(Publication.response_to_id.in_(ids))
    db.session.execute(answering.values(response_to_id=None))
    db.session.flush()
