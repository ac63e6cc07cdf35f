"""A search as a stream of events: what was found, how far it is, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import TalaError, log_failure
from incidents.extensions import db
from incidents.facts.services import left_since
from incidents.i18n import gettext as _
from incidents.records import index, listing
from incidents.records import services as records
from incidents.records.keys import check_newest, with_newest
from incidents.search.rules import passage
from incidents.search.scanning import Scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.records.index import CaseQuery
    from incidents.records.keys import CaseKeys
    from incidents.records.listing import Row
    from incidents.search.rules import Piece, Term
    from incidents.search.scanning import Found

#: Cases that are shown; those after them are counted.
MOST_SHOWN: Final = 100
#: Passages of one case.
MOST_PASSAGES: Final = 3
#: How often progress is told: each so many cases, and at most so many times.
STEP: Final = 5_000
STEPS: Final = 20


@dataclass(frozen=True)
class Passage:
    """Words of a case around what was found, and what the field means that holds them."""

    label: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Hit:
    """A case that was found.

    Attributes:
        row: The case as lists show it.
        passages: Where its account says the terms.
        named: Whether a term was found only in names, contacts or places that were opened for this search.
    """

    row: Row
    passages: Sequence[Passage]
    named: bool
    kind: str = "hit"


@dataclass(frozen=True)
class Progress:
    """How many cases were read, of how many."""

    searched: int
    total: int
    kind: str = "progress"


@dataclass(frozen=True)
class End:
    """The search is over.

    Attributes:
        searched: How many cases were read.
        found: How many of them were found; ``shown`` says how many of these were shown.
        unopened: How many do not open.
    """

    searched: int
    found: int
    shown: int
    unopened: int
    kind: str = "end"


@dataclass(frozen=True)
class Broken:
    """The search could not go on, after so many cases."""

    searched: int
    total: int
    kind: str = "broken"


Event = Hit | Progress | End | Broken


@with_newest
def open_names(keys: CaseKeys, reason: str) -> None:
    """Log, before anything is given, that the identities of cases are searched and why; never for what."""
    with writing(db.session):
        check_newest(keys)
        records.log(keys, "names_searched", reason=reason)
        audit.record(keys.organisation_id, Act.NAMES_SEARCHED, by=keys.account_id, reason=reason)


def search(keys: CaseKeys, query: CaseQuery, wanted: Sequence[Term], *, names: bool = False) -> Iterator[Event]:
    """Search the cases that fit a query, newest first.

    A search that cannot go on ends with Broken: its answer has begun and can become no other.

    Args:
        keys: The researcher's keys.
        query: Which cases, and in which order.
        wanted: What each of them has to say, all of it.
        names: Whether identities are read too; open_names() has to come first.
    """
    cases = index.matching(keys.organisation, query, left_since(keys.facts))
    scan = Scan(keys, wanted, MOST_SHOWN, names)
    told = 0
    try:
        ids = cases["id"].to_list()
        step = max(STEP, len(ids) // STEPS)
        for batch in scan.run(ids):
            for one in batch:
                yield _hit(listing.row(cases.row(one.place, named=True)), one, wanted)
            if scan.searched - told >= step:
                told = scan.searched
                yield Progress(told, len(ids))
        yield End(scan.searched, scan.found, scan.shown, scan.unopened)
    except (TalaError, DBAPIError) as error:
        log_failure(error)
        db.session.rollback()
        yield Broken(scan.searched, cases.height)


def _hit(row: Row, found: Found, wanted: Sequence[Term]) -> Hit:
    """A case with the first passages that say something."""
    passages: list[Passage] = []
    for one in found.words:
        if len(passages) < MOST_PASSAGES and (pieces := passage(one.text, wanted)):
            passages.append(Passage(_(one.meaning.rstrip(".")), pieces))
    return Hit(row, passages, found.named)
