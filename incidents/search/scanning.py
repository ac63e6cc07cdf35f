"""Opening many cases a batch at a time, and telling which of them say what is searched for.

No transaction lasts longer than the reading of a batch, and nothing is opened inside one: a search of any length keeps
nobody from saving. What was read is forgotten with its batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from incidents.database import snapshot, table_of
from incidents.extensions import db
from incidents.keyring.case_door import parts_opener
from incidents.keyring.envelope import Unopenable
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.keys import keys_of
from incidents.records.models import Incident, Revision, RevisionKey
from incidents.records.upgrade import UnreadableDocument, upgrade
from incidents.search.rules import may_say, missing
from incidents.search.words import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Select

    from incidents.keyring.case_door import OrganisationKey
    from incidents.records.fields import Where
    from incidents.records.keys import CaseKeys
    from incidents.records.parts import Part
    from incidents.search.rules import Term
    from incidents.search.words import Text

#: Cases of a batch: few at first, so that something is seen at once; later many, which costs less for each.
FEWEST: Final = 100
MOST: Final = 4_000
PARTS: Final[dict[bool, tuple[Where, ...]]] = {False: (ACCOUNT,), True: (ACCOUNT, IDENTITY)}
Opener = Callable[[str, int, bytes, Sequence[bytes]], list[bytes]]
INCIDENT, REVISION, KEY = table_of(Incident), table_of(Revision), table_of(RevisionKey)


class Found(NamedTuple):
    """A case that says all terms.

    Attributes:
        incident_id: Which.
        account: Its words.
        named: Whether a term is said by names, contacts or places only; what they say is not given on.
    """

    incident_id: str
    account: Sequence[Text]
    named: bool


@dataclass
class Scan:
    """A search that goes on.

    Attributes:
        keys: The researcher's keys; opened again when a rotation has passed them.
        wanted: What is searched for.
        names: Whether identities are read too.
        searched: How many cases were read so far, erased ones included.
        unopened: How many of them do not open: altered, moved, or of a newer version.
    """

    keys: CaseKeys
    wanted: Sequence[Term]
    names: bool = False
    searched: int = 0
    unopened: int = 0
    _openers: dict[str, Opener] = field(default_factory=dict)

    def run(self, incident_ids: Sequence[str]) -> Iterator[list[Found]]:
        """Search some cases in this order; what was found in each batch, as it is found."""
        size = FEWEST
        while self.searched < len(incident_ids):
            batch = incident_ids[self.searched : self.searched + size]
            found = self._search(batch)
            self.searched += len(batch)
            size = min(MOST, size * 2)
            yield found

    def _search(self, batch: Sequence[str]) -> list[Found]:
        rows = self.stored(batch)
        if any(all(key_id not in self.keys.by_id for key_id in row.wraps) for row in rows.values()):
            self.keys = keys_of(self.keys.account_id, self.keys.organisation_id, self.keys.seed)
        found = (self._looked_at(rows[incident_id]) for incident_id in batch if incident_id in rows)
        return [one for one in found if one is not None]

    def stored(self, batch: Sequence[str]) -> dict[str, Row]:
        """The newest revisions as they are stored; read in the order of their ids, in which they lie together."""
        asked = {"ids": sorted(batch), "organisation_id": self.keys.organisation_id}
        with snapshot(db.session):
            rows = db.session.execute(STORED[self.names], asked).all()
        found: dict[str, Row] = {}
        for incident_id, revision, key_id, wrapped, *blobs in rows:
            found.setdefault(incident_id, Row(incident_id, revision, blobs, {})).wraps[key_id] = wrapped
        return found

    def _looked_at(self, row: Row) -> Found | None:
        try:
            return _match(row.incident_id, self._opened(row), self.wanted)
        except (Unopenable, UnreadableDocument):
            self.unopened += 1
            return None

    def _opened(self, row: Row) -> list[bytes]:
        key_id = next((one for one in row.wraps if one in self.keys.by_id), None)
        if key_id is None:
            raise Unopenable
        return self._opener(self.keys.by_id[key_id])(row.incident_id, row.revision, row.wraps[key_id], row.blobs)

    def _opener(self, key: OrganisationKey) -> Opener:
        if key.id not in self._openers:
            self._openers[key.id] = parts_opener(key, *PARTS[self.names])
        return self._openers[key.id]


class Row(NamedTuple):
    """A revision as it is stored, with its wrapped key under each key of an organisation."""

    incident_id: str
    revision: int
    blobs: Sequence[bytes]
    wraps: dict[str, bytes]


def _stored(parts: Iterable[str]) -> Select[*tuple[Any, ...]]:
    columns = (INCIDENT.c.id, REVISION.c.revision, KEY.c.key_id, KEY.c.wrapped)
    return (
        select(*columns, *(REVISION.c[part] for part in parts))
        .join(REVISION, (REVISION.c.incident_id == INCIDENT.c.id) & (REVISION.c.revision == INCIDENT.c.revision))
        .join(KEY, (KEY.c.incident_id == INCIDENT.c.id) & (KEY.c.revision == INCIDENT.c.revision))
        .where(INCIDENT.c.id.in_(bindparam("ids", expanding=True)))
        .where(INCIDENT.c.organisation_id == bindparam("organisation_id"))
    )


STORED: Final = {names: _stored(parts) for names, parts in PARTS.items()}


def _match(incident_id: str, opened: Sequence[bytes], wanted: Sequence[Term]) -> Found | None:
    """What a case says, if it says all terms."""
    if not may_say(opened[0] if len(opened) == 1 else b" ".join(opened), wanted):
        return None
    parts = zip(PARTS[len(opened) > 1], opened, strict=True)
    said: Mapping[str, list[Text]] = {part: list(texts(_readable(json.loads(raw), part), part)) for part, raw in parts}
    left = missing((one.text for one in said[ACCOUNT]), wanted)
    if missing((one.text for one in said.get(IDENTITY, ())), left):
        return None
    return Found(incident_id, said[ACCOUNT], named=bool(left))


def _readable(part: Part, where: Where) -> Part:
    """A part in the present schema version; an identity has the version of its account."""
    return upgrade(part) if where == ACCOUNT else part
