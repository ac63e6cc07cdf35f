"""Rotation: putting the wrapped keys of many cases under a fresh key, beside opening and sealing them bare."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benchmarks.instance import documents, temporary
from incidents.extensions import db
from incidents.keyring import case_door
from incidents.keyring.case_door import OrganisationKey, Place
from incidents.keyring.envelope import SecretKey
from incidents.keyring.services import member
from incidents.records import services as records
from incidents.records.models import RevisionKey
from incidents.rotation import services as rotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.records.keys import CaseKeys

CASES = 100_000
BATCH = 1000
NAME = "keeper"


def bare(keys: CaseKeys) -> float:
    """Seconds to open each wrap in memory and seal it under another key."""
    old = keys.organisation
    new = OrganisationKey(SecretKey.random().raw, old.id, old.organisation_id)
    rows = db.session.execute(select(RevisionKey.incident_id, RevisionKey.revision, RevisionKey.wrapped)).all()
    began = time.perf_counter()
    for incident_id, revision, wrapped in rows:
        place = Place(old.organisation_id, incident_id, revision)
        case_door.wrap(new, case_door.unwrap(old, wrapped, place), place)
    return time.perf_counter() - began


def run() -> Iterator[str]:
    """Fill an instance, then rotate it whole."""
    with temporary() as instance:
        keys = instance.researcher(NAME)
        models = documents(CASES)
        for start in range(0, CASES, BATCH):
            records.create(keys, models[start : start + BATCH])
        floor = bare(keys)
        who = (keys.account_id, keys.organisation_id, keys.seed)
        began = time.perf_counter()
        rotation.rotate(member(*who), keys.seed, "a benchmark")
        beginning = time.perf_counter() - began
        assert rotation.advance(member(*who), patience=float("inf"))
        seconds = time.perf_counter() - began
        newest = member(*who).organisation.id
        moved = db.session.scalar(select(func.count()).where(RevisionKey.key_id == newest))
        assert moved == CASES
        yield f"{CASES:,} wrapped keys: {seconds:.2f} s, its first transaction {1000 * beginning:.0f} ms of that"
        yield f"bare opening and sealing of the same: {floor:.2f} s; rotation takes {seconds / floor:.1f} times that"
