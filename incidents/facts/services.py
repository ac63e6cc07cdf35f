"""The facts a person may count: those of every organisation that granted them its facts key."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from incidents import clock
from incidents.accounts.models import Organisation
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.facts import frames, store
from incidents.facts.columns import polars_schema
from incidents.facts.frames import Frame
from incidents.facts.linked import without_persons
from incidents.facts.models import LINKED, FrameKind, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.keyring.facts_door import FactsKey

#: A person who takes back one of these is in no statistic from that moment on.
STATISTICS_PURPOSES = ("CP_STAT", "CP_STORE")
EPOCH = dt.date(1970, 1, 1)
#: Why a case is held back when it was counted at its last save; of the words that the rules of records have for it.
HELD_WHOLLY = "consent"
HELD_IN_PART = "consent_of_some"


class BeingRestored(TalaError):
    """After a restore facts are made anew by a member's session; until then every number would be too small."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def frame(keys: Sequence[FactsKey]) -> Frame:
    """One frame over all granted organisations, without the rows of people who have withdrawn or whose consent ended.

    Costs a query an organisation when nothing has changed; see store.load() for the rest.

    Raises:
        BeingRestored: a member of one of the organisations has to make its facts anew first.
    """
    if being_restored({key.organisation_id for key in keys}):
        raise BeingRestored
    # Rotation moves a frame at once: all of it is under the newest key, and nothing under one that is still granted.
    newest = {key.organisation_id: key for key in sorted(keys, key=lambda key: key.epoch)}
    loaded = [store.load(key, FrameKind.FACTS, polars_schema()).frame for key in newest.values()]
    if not loaded:
        return frames.empty(polars_schema())
    rows = pl.concat([part.rows for part in loaded])
    now = without_withdrawn(without_ended(rows, clock.today()))
    return Frame(now, _held(pl.concat([part.held for part in loaded]), left_between(rows, now)))


def state(keys: Sequence[FactsKey]) -> str:
    """A digest of which snapshots and deltas stand behind a frame, which are random ids.

    Equal digests are of the same facts; putting snapshots in order changes it too. A withdrawal that nobody has folded
    in yet is not in it. Costs a query an organisation.
    """
    versions = (store.load(key, FrameKind.FACTS, polars_schema()).version for key in keys)
    ids = sorted(one for version in versions for one in (version.snapshot_id or "", *version.delta_ids))
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest()


def left_since(key: FactsKey) -> pl.DataFrame:
    """Cases of an organisation of which rows are counted no more though they were saved so; see left_between().

    A consent was taken back without a log-in, or has run out. Costs a query, and two passes where there are such rows.
    """
    rows = store.load(key, FrameKind.FACTS, polars_schema()).frame.rows
    return left_between(rows, without_withdrawn(without_ended(rows, clock.today())))


def left_between(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Cases that have fewer rows after than before, and why they are held back: wholly, or what some persons did."""
    if before.height == after.height:
        return pl.DataFrame(schema=frames.HELD_SCHEMA)
    many = before["case"].value_counts(name="before").join(after["case"].value_counts(name="after"), "case", "left")
    fewer = many.filter(pl.col("after").is_null() | (pl.col("after") < pl.col("before")))
    reason = pl.when(pl.col("after").is_null()).then(pl.lit(HELD_WHOLLY)).otherwise(pl.lit(HELD_IN_PART))
    return fewer.select("case", reason.alias("reason"))


def _held(held: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """Why cases are held back, with those that have left the count since they were saved."""
    return pl.concat([held.join(left, "case", "anti"), left]) if left.height else held


def being_restored(organisation_ids: set[str]) -> bool:
    """Whether a restore left one of these organisations without its frames. One query."""
    waiting = select(Organisation.id).where(Organisation.id.in_(organisation_ids), Organisation.rebuild)
    return db.session.scalar(waiting.limit(1)) is not None


def without_ended(rows: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Rows without those whose consent has run out since they were saved."""
    ended = rows["counted_until"] <= (today - EPOCH).days
    return rows.filter(~ended.fill_null(value=False)) if ended.any() else rows


def without_withdrawn(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without those of people who took back their consent, whether or not a member has seen it yet."""
    persons = db.session.scalars(select(Withdrawal.person).where(Withdrawal.purpose.in_(STATISTICS_PURPOSES))).all()
    if not persons:
        return rows
    numbers = [int(person, 16) for person in persons]
    # A row is of a cell key, or of the number of a person in whichever case (consents.withdrawals): both count.
    gone = pl.Series([*numbers, *(number ^ LINKED for number in numbers)], dtype=pl.UInt64)
    return without_persons(rows, gone)
