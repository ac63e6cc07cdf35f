"""An analyst's question about a number goes to the organisations behind it, and nobody says which cases it is about.

The session of whoever asks holds facts: coded rows with random cell keys. It sends each organisation the cell keys of
that organisation's own cases in the number, sealed to its inbox. Nothing here can reach a case, and the answer is the
same whether the number holds one case, a thousand or none: see also the import contracts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.facts import services as facts
from incidents.keyring.facts_door import facts_keys
from incidents.submissions import services as submissions
from incidents.submissions.rules import MOST_CASES, Message
from incidents.summaries.counts import fitting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.keyring.facts_door import FactsKey
    from incidents.submissions.services import Sender
    from incidents.summaries.counts import Query


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks about a number.

    Attributes:
        query: What is counted in it.
        about: The filters, by name, as they stand in an address.
        text: What is asked.
    """

    query: Query
    about: Mapping[str, str]
    text: str


def ask(sender: Sender, question: Question, *, now: dt.datetime | None = None) -> None:
    """Send a question to every organisation that has a case in the number, in one transaction.

    Every organisation whose facts the sender may count has to be believed before anything is looked at, so that a
    refusal tells nothing of the number. Costs a frame and some queries an organisation.

    Raises:
        KeyChanged, NoKeyYet, NotCompared: see submissions.services.believed(); nothing was sent to anybody.
        Moved: an organisation's key was replaced meanwhile; nothing was sent.
        Unopenable: see facts_keys().
    """
    at = (now or dt.datetime.now(tz=dt.UTC)).replace(microsecond=0)
    keys = facts_keys(sender.account_id, sender.seed)
    whose = sorted({key.organisation_id for key in keys})
    stated = {one: submissions.believed(replace(sender, organisation_id=one)) for one in whose}
    cases = {one: _cases([key for key in keys if key.organisation_id == one], question.query) for one in whose}
    with writing(db.session):
        for one in whose:
            if cases[one]:
                about = dict(question.about)
                message = Message(
                    kind="question",
                    sender=sender.account_id,
                    sent_at=at,
                    text=question.text,
                    cases=cases[one],
                    about=about,
                )
                submissions.deliver(stated[one], message)
        audit.record(sender.organisation_id, Act.QUESTION_ASKED, by=sender.account_id)


def _cases(keys: Sequence[FactsKey], query: Query) -> tuple[int, ...]:
    """Cell keys of an organisation's cases in a number, at most MOST_CASES."""
    rows = fitting(facts.frame(keys).rows, query)
    return tuple(rows["case"].unique(maintain_order=True).head(MOST_CASES).to_list())
