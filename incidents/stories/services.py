"""Giving an anonymised summary to advocates, taking it back, and reading what was given."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from incidents.extensions import db
from incidents.keyring.facts_door import open_summary, seal_summary, summaries_keys
from incidents.stories.models import Summary

if TYPE_CHECKING:
    from incidents.keyring.facts_door import SummariesKey
    from incidents.keyring.people import Seed


@dataclass(frozen=True)
class Story:
    """One anonymised summary.

    Attributes:
        ref: Random reference of the case, to ask its researchers by.
        text: What was written, checked and agreed to.
        until: First day on which consent no longer holds; None while it has no end.
    """

    ref: str
    text: str
    until: dt.date | None = None


def give(key: SummariesKey, summary_id: str, story: Story) -> bool:
    """Seal a story for those who hold the key, in the running transaction; it replaces an earlier one.

    Returns:
        Whether there was none before.
    """
    replaced = take_back(key.organisation_id, summary_id)
    until = story.until.isoformat() if story.until else None
    content = json.dumps({"ref": story.ref, "text": story.text, "until": until}).encode()
    sealed = seal_summary(key, summary_id, content)
    db.session.add(Summary(id=summary_id, organisation_id=key.organisation_id, key_id=key.id, sealed=sealed))
    return not replaced


def take_back(organisation_id: str, summary_id: str) -> bool:
    """Delete a story, in the running transaction; nothing happens when it was never given.

    Returns:
        Whether there was one.
    """
    gone = delete(Summary).where(Summary.id == summary_id, Summary.organisation_id == organisation_id)
    return db.session.execute(gone.returning(Summary.id)).first() is not None


def received(account_id: str, seed: Seed, today: dt.date) -> list[Story]:
    """The stories that an account's keys open and whose consent holds today, by reference.

    Raises:
        Unopenable: a row was altered or put in another's place.
    """
    keys = {key.id: key for key in summaries_keys(account_id, seed)}
    rows = db.session.scalars(select(Summary).where(Summary.key_id.in_(keys)))
    stories = [_read(open_summary(keys[row.key_id], row.id, row.sealed)) for row in rows]
    standing = [story for story in stories if story.until is None or today < story.until]
    return sorted(standing, key=lambda story: story.ref)


def _read(content: bytes) -> Story:
    given = json.loads(content)
    until = dt.date.fromisoformat(given["until"]) if given.get("until") else None
    return Story(given["ref"], given["text"], until)
