"""Publications that rest on a case. Which they are stands inside the sealed case and what is derived of it alone."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import polars as pl

from incidents.errors import NotFound, TalaError
from incidents.records import index
from incidents.records import services as records
from incidents.reports import services as reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.casework.services import Case
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

#: As many as the schema lets a case name.
MOST: Final = 100
#: Cases that the page of a publication names; it counts all of them.
SHOWN: Final = 50


class TooMany(TalaError):
    """The case names as many publications as it can; nothing was added."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True)
class Named:
    """A publication that a case names; ``title`` is None for one that was withdrawn or removed since."""

    id: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Resting:
    """An organisation's cases that name a publication: how many, and id and reference of the first ones."""

    number: int
    cases: Sequence[tuple[str, str]]


def named(document: CaseDocument) -> list[Named]:
    """The publications that rest on a case. One query."""
    titles = dict(reports.choices())
    return [Named(one, titles.get(one)) for one in document.reports]


def choices(document: CaseDocument) -> list[tuple[str, str]]:
    """Id and title of every publication that stands and that the case does not name yet, newest first. One query."""
    return [(one, title) for one, title in reports.choices() if one not in document.reports]


def name(keys: CaseKeys, case: Case, publication_id: str) -> None:
    """Say that a publication rests on a case; said twice, it is as once.

    Raises:
        NotFound: no such case in this organisation, or no publication of this id that stands.
        TooMany: take one back first.
        Conflict: somebody saved the case meanwhile.
    """
    document = records.open_account(keys, case.id).document
    if publication_id not in dict(reports.choices()):
        raise NotFound
    if publication_id in document.reports:
        return
    if len(document.reports) >= MOST:
        raise TooMany
    _save(keys, case, document, [*document.reports, publication_id])


def take_back(keys: CaseKeys, case: Case, publication_id: str) -> None:
    """Say that a publication does not rest on a case; what is withdrawn or removed can be taken back as well.

    Raises:
        NotFound: no such case in this organisation.
        Conflict: somebody saved the case meanwhile.
    """
    document = records.open_account(keys, case.id).document
    if publication_id in document.reports:
        _save(keys, case, document, [one for one in document.reports if one != publication_id])


def _save(keys: CaseKeys, case: Case, document: CaseDocument, publication_ids: list[str]) -> None:
    # Not in the log: its lines name the case in clear, and that it was published of is for the sealed case to say.
    records.update(keys, document.model_copy(update={"reports": publication_ids}), expected=case.expected)


def resting(keys: CaseKeys, publication_id: str) -> Resting:
    """The organisation's cases that name a publication, counted or not; linked accounts are a case each."""
    names = pl.col("reports").str.split(" ").list.contains(publication_id)
    rows = index.load(keys.organisation).frame.rows.filter(names.fill_null(value=False)).sort("ref")
    return Resting(rows.height, list(rows.select("id", "ref").head(SHOWN).iter_rows()))
