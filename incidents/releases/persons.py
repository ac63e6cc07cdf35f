"""Whom a release counted, sealed for those who hold the facts: so that a withdrawal finds every release it touches.

For each organisation whose facts are in a release, one row: the cell keys of its persons who were counted, under its
facts key. All rows of a release are of one length, which follows from how many persons all of it counts: what each
organisation has brought does not show, and the total only as the power of two above it, from 1,024 on.

Costs 8 bytes a person and organisation, and a reading of the register some 50 µs a release beside the frame itself.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select

from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameKind
from incidents.facts.services import BeingRestored, frame
from incidents.keyring.envelope import Unopenable
from incidents.releases.models import ReleasePersons

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from incidents.keyring.facts_door import FactsKey

CONTEXT: Final = "release-persons"
KEY_BYTES: Final = 8
#: Rows of releases that count fewer persons are as long as if there were so many.
FEWEST: Final = 1024


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of those whom a release counted, as far as one's keys tell.

    Attributes:
        counted: How many persons, of the organisations whose facts one holds.
        gone: How many of them are counted no more: they took their consent back, it ran out, or the record was erased
            or changed so that it is not counted.
    """

    counted: int
    gone: int


def packed(persons: Collection[int], total: int) -> bytes:
    """Cell keys as bytes, by size, filled up with zeros (no cell key is zero) to a length that follows from a total."""
    room = max(FEWEST, 1 << max(0, total - 1).bit_length())
    return b"".join(one.to_bytes(KEY_BYTES, "big") for one in sorted(persons)).ljust(room * KEY_BYTES, b"\0")


def unpacked(plain: bytes) -> list[int]:
    """Undo packed().

    Raises:
        Unopenable: the length does not fit.
    """
    if len(plain) % KEY_BYTES:
        raise Unopenable
    return [one for one in struct.unpack(f">{len(plain) // KEY_BYTES}Q", plain) if one]


@dataclass(frozen=True)
class Part:
    """What one organisation brought to a release, before the release has an id.

    Attributes:
        key: Its newest facts key.
        plain: Its persons, packed.
    """

    key: FactsKey
    plain: bytes = field(repr=False)

    def row(self, release_id: str) -> ReleasePersons:
        """The sealed row of a release."""
        sealed = self.key.seal(self.plain, CONTEXT, self.key.organisation_id, release_id)
        return ReleasePersons(
            release_id=release_id, organisation_id=self.key.organisation_id, key_id=self.key.id, sealed=sealed
        )


def parts(keys: Sequence[FactsKey], persons: pl.Series) -> list[Part]:
    """The parts of a release that is about to be made, one for each organisation whose facts its maker holds.

    Args:
        keys: Every facts key of the maker.
        persons: Cell keys of all who are counted.
    """
    newest = {key.organisation_id: key for key in sorted(keys, key=lambda key: key.epoch)}
    return [Part(key, packed(_theirs(key, persons), len(persons))) for key in newest.values()]


def _theirs(key: FactsKey, persons: pl.Series) -> list[int]:
    known = store.load(key, FrameKind.FACTS, polars_schema()).frame.rows["person"]
    return persons.filter(persons.is_in(known.implode())).unique().to_list()


def standings(keys: Sequence[FactsKey], release_ids: Collection[str] | None = None) -> dict[str, Standing]:
    """What became of the persons of some releases, or of all. Of one in which one holds nobody's facts nothing is said.

    Costs a reading of the frame, and some 50 µs a release and organisation. Says nothing while facts are restored. Ends
    the running transaction, as every reading of a frame does.

    Raises:
        Unopenable: a row was altered or put in another's place.
    """
    if not keys:
        return {}
    try:
        now = frame(keys).rows["person"].drop_nulls().unique()
    except BeingRestored:
        return {}
    found_in = [
        pl.DataFrame({"person": pl.Series(found, dtype=pl.UInt64)}).with_columns(release=pl.lit(release_id))
        for release_id, found in _opened(keys, release_ids)
    ]
    if not found_in:
        return {}
    # All at once: what is counted now is looked through once, however many releases there are.
    rows = pl.concat(found_in).with_columns(gone=~pl.col("person").is_in(now.implode()))
    sums = rows.group_by("release").agg(pl.len().alias("counted"), pl.col("gone").sum())
    return {release: Standing(counted, gone) for release, counted, gone in sums.iter_rows()}


def counting(keys: Sequence[FactsKey], persons: Collection[int]) -> list[str]:
    """The ids of all releases that counted any of these persons, by cell key. Opens every row of one's organisations.

    Raises:
        Unopenable: a row was altered or put in another's place.
    """
    wanted = set(persons)
    return sorted({release_id for release_id, found in _opened(keys) if not wanted.isdisjoint(found)})


def _opened(
    keys: Sequence[FactsKey], release_ids: Collection[str] | None = None
) -> Iterator[tuple[str, Sequence[int]]]:
    by_id = {key.id: key for key in keys}
    rows = select(ReleasePersons).where(ReleasePersons.key_id.in_(by_id))
    if release_ids is not None:
        rows = rows.where(ReleasePersons.release_id.in_(release_ids))
    for row in db.session.scalars(rows):
        plain = by_id[row.key_id].open(row.sealed, CONTEXT, row.organisation_id, row.release_id)
        yield row.release_id, unpacked(plain)
