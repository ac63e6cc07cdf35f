"""The frames that every save feeds: the index of cases, the facts, and what overlapping cases are found by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.frames import Entry
from incidents.facts.models import FrameKind
from incidents.facts.schema import FACT_COLUMNS
from incidents.overlaps.features import LINKAGE_COLUMNS, linkage_rows
from incidents.records.derivation import fact_rows, held, index_row
from incidents.records.index import INDEX_COLUMNS, to_values

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from incidents.facts.frames import Schema
    from incidents.facts.schema import Column
    from incidents.keyring.grants import GrantedKey
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument


@dataclass(frozen=True)
class Derived:
    """A frame that is derived from documents.

    Attributes:
        kind: Its name in the tables.
        columns: What its rows consist of.
        key: Which of a researcher's keys it is sealed under.
    """

    kind: FrameKind
    columns: Sequence[Column]
    key: Callable[[CaseKeys], GrantedKey]

    @cached_property
    def schema(self) -> Schema:
        """The columns as the data frame library has them."""
        return polars_schema(self.columns)


INDEX: Final = Derived(FrameKind.INDEX, INDEX_COLUMNS, lambda keys: keys.organisation)
FACTS: Final = Derived(FrameKind.FACTS, FACT_COLUMNS, lambda keys: keys.facts)
LINKAGE: Final = Derived(FrameKind.LINKAGE, LINKAGE_COLUMNS, lambda keys: keys.organisation)
ALL: Final = (INDEX, FACTS, LINKAGE)
Entries = dict[FrameKind, list[Entry]]


def entries(documents: Sequence[CaseDocument], revisions: Sequence[int], day: dt.date) -> Entries:
    """What these revisions of cases say in each frame, facts as far as the gate lets them."""
    found: Entries = {one.kind: [] for one in ALL}
    for document, revision in zip(documents, revisions, strict=True):
        case = document.incident.cell_key
        index = to_values(index_row(document, day, revision=revision))
        found[FrameKind.INDEX].append(Entry(case, revision, [index]))
        found[FrameKind.FACTS].append(Entry(case, revision, fact_rows(document, day), held(document, day)))
        found[FrameKind.LINKAGE].append(Entry(case, revision, linkage_rows(document)))
    return found


def append(keys: CaseKeys, found: Mapping[FrameKind, Sequence[Entry]]) -> None:
    """Add the deltas of a save to the running transaction, in one statement."""
    store.append(*(store.delta(one.key(keys), one.kind, one.schema, found[one.kind]) for one in ALL))


def compact(keys: CaseKeys, due: Sequence[FrameKind]) -> None:
    """Write new snapshots of frames whose deltas have piled up."""
    for one in ALL:
        if one.kind in due:
            store.compact(one.key(keys), one.kind, one.schema)
