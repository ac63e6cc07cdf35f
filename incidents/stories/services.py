"""Giving an anonymised summary to advocates, taking it back, and reading what was given."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from incidents import clock
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.keyring.facts_door import open_summary, seal_summary, summaries_keys
from incidents.reports import withdrawing
from incidents.stories.models import Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from incidents.keyring.facts_door import SummariesKey
    from incidents.keyring.people import Seed


#: What a row of `withdrawal` says: a person, in whichever case (consents.withdrawals.linked), and a purpose.
Taken = tuple[str, str]


@dataclass(frozen=True)
class Story:
    """One anonymised summary.

    Attributes:
        ref: Random reference of the case, to ask its researchers by.
        text: What was written, checked and agreed to.
        until: First day on which consent no longer holds; None while it has no end.
        rests_on: The consents that it rests on: it ends with any of them.
        id: Random id of its row; empty until it was given.
    """

    ref: str
    text: str
    until: dt.date | None = None
    rests_on: tuple[Taken, ...] = ()
    id: str = ""


def give(key: SummariesKey, summary_id: str, story: Story) -> bool:
    """Seal a story for those who hold the key, in the running transaction; it replaces an earlier one.

    What was published of it with another text is withdrawn: consent is for a text.

    Returns:
        Whether there was none before.
    """
    replaced = _delete(key.organisation_id, summary_id)
    withdrawing.follow(summary_id, story.text, story.until, clock.today())
    until = story.until.isoformat() if story.until else None
    content = json.dumps({"ref": story.ref, "text": story.text, "until": until, "rests_on": story.rests_on}).encode()
    sealed = seal_summary(key, summary_id, content)
    db.session.add(Summary(id=summary_id, organisation_id=key.organisation_id, key_id=key.id, sealed=sealed))
    return not replaced


def take_back(organisation_id: str, summary_id: str) -> bool:
    """Delete a story and empty what was published of it, in the running transaction.

    Nothing happens when it was never given, or is another organisation's. Nobody needs to be logged in.

    Returns:
        Whether there was one.
    """
    deleted = _delete(organisation_id, summary_id)
    if db.session.get(Summary, summary_id, populate_existing=True) is None:
        withdrawing.withdraw_told(summary_id, clock.today())
    return deleted


def keys_of(account_id: str, seed: Seed) -> dict[str, SummariesKey]:
    """The summaries keys that were granted to an account, by id."""
    return {key.id: key for key in summaries_keys(account_id, seed)}


def received(account_id: str, seed: Seed, today: dt.date) -> list[Story]:
    """The stories that an account's keys open and whose consent holds today, by reference. Two queries.

    Raises:
        Unopenable: a row was altered or put in another's place.
    """
    keys = keys_of(account_id, seed)
    rows = db.session.scalars(select(Summary).where(Summary.key_id.in_(keys)))
    stories = [_read(keys[row.key_id], row) for row in rows]
    gone = _gone(stories)
    standing = [story for story in stories if _holds(story, gone, today)]
    return sorted(standing, key=lambda story: story.ref)


def one(keys: Mapping[str, SummariesKey], summary_id: str, today: dt.date) -> Story:
    """One story that these keys open and whose consent holds today; in a running transaction its row is held.

    Raises:
        NotFound: there is none, or not for them.
        Unopenable: the row was altered or put in another's place.
    """
    row = db.session.get(Summary, summary_id, with_for_update=True, populate_existing=True)
    if row is None or row.key_id not in keys:
        raise NotFound
    story = _read(keys[row.key_id], row)
    if not _holds(story, _gone([story]), today):
        raise NotFound
    return story


def _gone(found: Collection[Story]) -> set[Taken]:
    """What was taken back, in whichever case, of the consents that stories rest on. One query."""
    wanted = {one for story in found for one in story.rests_on}
    if not wanted:
        return set()
    rows = select(Withdrawal.person, Withdrawal.purpose).where(Withdrawal.person.in_({person for person, _ in wanted}))
    return wanted & {(row.person, row.purpose) for row in db.session.execute(rows)}


def _holds(story: Story, gone: set[Taken], today: dt.date) -> bool:
    return gone.isdisjoint(story.rests_on) and (story.until is None or today < story.until)


def published(summary_ids: Collection[str]) -> dict[str, str]:
    """Where these stories are told in public: ids of publications by those of the stories. One query."""
    return withdrawing.told_from(summary_ids)


def _delete(organisation_id: str, summary_id: str) -> bool:
    gone = delete(Summary).where(Summary.id == summary_id, Summary.organisation_id == organisation_id)
    return db.session.execute(gone.returning(Summary.id)).first() is not None


def _read(key: SummariesKey, row: Summary) -> Story:
    given = json.loads(open_summary(key, row.id, row.sealed))
    until = dt.date.fromisoformat(given["until"]) if given.get("until") else None
    rests_on = tuple((person, purpose) for person, purpose in given.get("rests_on", ()))
    return Story(given["ref"], given["text"], until, rests_on, row.id)
