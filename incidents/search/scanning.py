"""Opening many cases a batch at a time, and telling which of them say what is searched for.

The newest come first, by their ids: whoever searches sees something at once. The rest are read as they lie, which costs
a third of it, and what is found among them is put in order at the end. No transaction lasts longer than the reading of
a batch, and nothing is opened inside one: a search of any length keeps nobody from saving. What was read is forgotten
with its batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.keyring.case_door import parts_opener
from incidents.keyring.envelope import Unopenable
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.keys import keys_of
from incidents.records.upgrade import UnreadableDocument, upgrade
from incidents.search import reading
from incidents.search.reading import PARTS
from incidents.search.rules import may_say, missing
from incidents.search.words import texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from incidents.records.keys import CaseKeys
    from incidents.search.reading import Stored
    from incidents.search.rules import Term
    from incidents.search.words import Text

#: Cases of a batch that is read by ids: few at first, so that something is seen at once; later many, for less each.
FEWEST: Final = 100
MOST: Final = 2_000
#: Cases that are searched by date, the newest first, before the rest are read as they lie.
BY_DATE: Final = 3_000
#: Reading as they lie passes cases that are not searched, too: worth it while there are not more than so many for one.
PASSED: Final = 4
Opener = Callable[[str, int, bytes, Sequence[bytes]], list[bytes]]


class Found(NamedTuple):
    """A case that says all terms.

    Attributes:
        place: Which of the cases that are searched.
        account: Its account part, opened.
        named: Whether a term is said by names, contacts or places only; what they say is not given on.
    """

    place: int
    account: bytes
    named: bool

    @property
    def words(self) -> list[Text]:
        """The words of its account."""
        return texts(upgrade(json.loads(self.account)), ACCOUNT)


@dataclass
class Scan:
    """A search that goes on.

    Attributes:
        keys: The researcher's keys; opened again when a rotation has passed them.
        wanted: What is searched for.
        most: How many of the cases that are found are given on; the others are counted.
        names: Whether identities are read too.
        searched: How many cases were read so far, erased ones included.
        found: How many of them say what is searched for.
        shown: How many of these were given on.
        unopened: How many of them do not open: altered, moved, without their key, or of a newer version.
    """

    keys: CaseKeys
    wanted: Sequence[Term]
    most: int
    names: bool = False
    searched: int = 0
    found: int = 0
    shown: int = 0
    unopened: int = 0
    _openers: dict[str | None, Opener] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare the keys."""
        self._openers = _openers(self.keys, names=self.names)

    def run(self, incident_ids: Sequence[str]) -> Iterator[list[Found]]:
        """Search some cases: what is found is given on in their order. Something is given after each batch, or []."""
        places = {incident_id: place for place, incident_id in enumerate(incident_ids)}
        size = FEWEST
        while left := len(incident_ids) - self.searched:
            if self.searched >= BY_DATE and reading.fewer_than(PASSED * left):
                yield from self._as_they_lie(places)
                return
            batch = incident_ids[self.searched : self.searched + size]
            rows = reading.stored(self.keys.organisation_id, batch, names=self.names)
            found = self._search(rows, places)
            self.searched += len(batch)
            size = min(MOST, size * 2)
            yield self._given(found)

    def _as_they_lie(self, places: Mapping[str, int]) -> Iterator[list[Found]]:
        """Search whatever was not searched yet, in any order; the first of what is found is kept, and given at last."""
        since, kept = self.searched, list[Found]()
        for rows in reading.pages(self.keys.organisation_id, names=self.names):
            mine = [row for row in rows if places.get(row[0], -1) >= since]
            kept = sorted(kept + self._search(mine, places))[: self.most - self.shown]
            self.searched = min(len(places), self.searched + len(mine))
            yield []
        self.searched = len(places)
        yield self._given(kept)

    def _given(self, found: Sequence[Found]) -> list[Found]:
        given = sorted(found)[: self.most - self.shown]
        self.shown += len(given)
        return given

    def _search(self, rows: Sequence[Stored], places: Mapping[str, int]) -> list[Found]:
        """Which of these cases say it, in any order."""
        found = []
        for incident_id, revision, key_id, wrapped, *blobs in self._openable(rows):
            try:
                opened = self._openers[key_id](incident_id, revision, wrapped or b"", blobs)
                found.append(_match(places[incident_id], opened, self.wanted))
            except (Unopenable, UnreadableDocument):
                self.unopened += 1
        said = [one for one in found if one is not None]
        self.found += len(said)
        return said

    def _openable(self, rows: Sequence[Stored]) -> Collection[Stored]:
        """Each case once, by a key that is held; those that have none are counted."""
        held = self._held(rows)
        cases = len({row[0] for row in rows})
        if len(held) < cases:
            self.keys = keys_of(self.keys.account_id, self.keys.organisation_id, self.keys.seed)
            self._openers = _openers(self.keys, names=self.names)
            held = self._held(rows)
            self.unopened += cases - len(held)
        return held.values()

    def _held(self, rows: Sequence[Stored]) -> dict[str, Stored]:
        return {row[0]: row for row in rows if row[2] in self._openers}


def _openers(keys: CaseKeys, *, names: bool) -> dict[str | None, Opener]:
    return {key.id: parts_opener(key, *PARTS[names]) for key in keys.by_id.values()}


def _match(place: int, opened: Sequence[bytes], wanted: Sequence[Term]) -> Found | None:
    """What a case says, if it says all terms."""
    if not may_say(opened[0] if len(opened) == 1 else b" ".join(opened), wanted):
        return None
    found = Found(place, opened[0], named=False)
    left = missing((one.text for one in found.words), wanted)
    if not left:
        return found
    # An identity has the schema version of its account.
    names = [one.text for raw in opened[1:] for one in texts(json.loads(raw), IDENTITY)]
    return None if missing(names, left) else found._replace(named=True)
