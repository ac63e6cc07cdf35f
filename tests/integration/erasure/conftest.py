"""A researcher at work, as in the tests of cases, and what can be seen of an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameKind
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records.index import INDEX_COLUMNS
from incidents.records.models import Incident, Revision, RevisionKey
from tests.integration.records.conftest import Desk, desk, keys_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Desk", "desk", "facts", "index", "keys_of", "rows_of"]


def facts(team_desk: Desk) -> pl.DataFrame:
    """What the organisation's analyst counts, read from the database."""
    store.cache.clear()
    analyst = team_desk.team.analyst
    return frame(facts_keys(analyst.id, analyst.seed)).rows


def index(team_desk: Desk) -> pl.DataFrame:
    """What the organisation's list reads."""
    store.cache.clear()
    key = keys_of(team_desk.team.researcher).organisation
    return store.load(key, FrameKind.INDEX, polars_schema(INDEX_COLUMNS)).frame.rows


def rows_of(incident_id: str) -> list[int]:
    """How many rows there are of a case: itself, its revisions, their keys."""
    columns = (Incident.id, Revision.incident_id, RevisionKey.incident_id)
    return [db.session.scalar(select(func.count()).where(column == incident_id)) or 0 for column in columns]
