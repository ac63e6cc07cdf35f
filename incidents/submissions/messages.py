"""Messages of the inbox: a question about a number, or what a person says by receipt, and what members make of them.

Anybody can seal a message to an inbox. So a message changes nothing by itself: a question shows no case but those of
the members who read it, and a consent that was taken back counts by its row among withdrawals, of which a message is
only the notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from werkzeug.datastructures import MultiDict

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.casework import rules
from incidents.casework.services import checked, note
from incidents.codebook.services import codebook
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.records import index, listing
from incidents.records import services as records
from incidents.records.text import NOTE_LIMIT
from incidents.submissions import inbox
from incidents.summaries.forms import FilterForm, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.records.keys import CaseKeys
    from incidents.records.listing import Row
    from incidents.records.schema import CaseDocument
    from incidents.submissions.inbox import Waiting
    from incidents.submissions.rules import Message

Named = list[tuple[str, str]]


def about(message: Message) -> Named:
    """The filters that a question names, in words; none if they are no filters of the summaries."""
    form = FilterForm(MultiDict(message.about))
    return in_words(form) if form.validate() else []


def purposes(message: Message) -> list[str]:
    """For what consent was taken back, in words, as far as the codebook knows it."""
    listed = codebook().vocabulary("consent_levels")
    return [_(listed[code].label) for code in message.taken_back if code in listed]


def concerned(keys: CaseKeys, message: Message) -> list[Row]:
    """The organisation's own cases that a message names; whatever else it names is not theirs and stays unknown."""
    rows = index.load(keys.organisation).frame.rows
    named = pl.col("case").is_in(pl.Series(message.cases, dtype=pl.UInt64).implode())
    if message.kind == "receipt":
        named = pl.col("id") == (message.incident_id or "")
    return [listing.row(values) for values in rows.filter(named).sort("id").to_dicts()]


def attach(keys: CaseKeys, one: Waiting, incident_id: str, sender: str) -> str | None:
    """Put a message to a case it is about, as a question that waits for an answer, and take it out of the inbox.

    Saving the case folds in what its persons took back meanwhile.

    Args:
        keys: The researcher's keys.
        one: As it waits in the inbox.
        incident_id: One of those that concerned() gives.
        sender: What whoever sent it is called, as far as anybody can tell.

    Returns:
        The person of the case to whom something may be owed now: who has taken consent back by receipt.

    Raises:
        NotFound: it is no message, does not wait any more, or the case is none that it is about.
        Conflict: somebody saved the case meanwhile; nothing was changed.
        Full: see casework.services.checked().
    """
    message = one.message
    if message is None or incident_id not in {row.id for row in concerned(keys, message)}:
        raise NotFound
    opened = records.open_account(keys, incident_id)
    text = "\n".join(_words(message, opened.document, sender))[:NOTE_LIMIT]
    comment = note(keys, text, "question")

    def gone() -> None:
        inbox.remove(keys.organisation_id, one.id)
        audit.record(keys.organisation_id, Act.MESSAGE_TAKEN_IN, by=keys.account_id, about=incident_id)

    records.update(keys, checked(rules.asked(opened.document, comment)), expected=opened.revision, also=gone)
    person = opened.document.person(message.person_id)
    return person.id if person and message.taken_back else None


def _words(message: Message, document: CaseDocument, sender: str) -> Sequence[str]:
    """What a message says, as the text of a comment: who asks, about what, and their words."""
    if message.kind == "question":
        first = _("%(name)s asks about a number. (The message says so; nothing proves it.)", name=sender)
        said: list[Any] = [f"{label}: {value}" for label, value in about(message)]
    else:
        person = document.person(message.person_id)
        name = person.pseudonym if person and person.pseudonym else _("somebody the record does not name")
        first = _(
            "By receipt, from %(name)s. (The message says so; the answers about consent are what counts.)", name=name
        )
        said = [_("Taken back: %(purpose)s", purpose=one) for one in purposes(message)]
    return [first, *map(str, said), message.text]
