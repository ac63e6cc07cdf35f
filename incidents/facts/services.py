"""The facts a person may count: those of every organisation that granted them its facts key."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from incidents.accounts.models import Organisation
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.facts import frames, store
from incidents.facts.columns import polars_schema
from incidents.facts.frames import Frame
from incidents.facts.linked import without_persons
from incidents.facts.models import FrameKind, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.keyring.facts_door import FactsKey

#: A person who takes back one of these is in no statistic from that moment on.
STATISTICS_PURPOSES = ("CP_STAT", "CP_STORE")
EPOCH = dt.date(1970, 1, 1)


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
    rows = without_ended(pl.concat([part.rows for part in loaded]), dt.datetime.now(tz=dt.UTC).date())
    return Frame(without_withdrawn(rows), pl.concat([part.held for part in loaded]))


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
    gone = pl.Series([int(person, 16) for person in persons], dtype=pl.UInt64)
    return without_persons(rows, gone)
