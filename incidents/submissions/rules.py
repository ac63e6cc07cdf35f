"""What a submission says, how it is packed before it is sealed, and the case that it becomes. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from incidents.records.identifiers import CellKey, Id, new_cell_key, new_id
from incidents.records.parts import join, split
from incidents.records.text import Line, Note
from incidents.records.upgrade import UnreadableDocument

if TYPE_CHECKING:
    import datetime as dt

    from incidents.records.schema import CaseDocument

#: Signs of a reference that two people can tell each other: 40 bits of the row's random id.
REFERENCE_BYTES: Final = 5
#: Of how many cases a question may speak, and of how many filters: whoever seals one by hand may claim any number.
MOST_CASES: Final = 50
MOST_FILTERS: Final = 20
#: What members decide about a case, and no form asks of whoever records it: a forged submission may claim any of it.
UNDECIDED: Final[dict[str, Any]] = {
    "origin": "",
    "reports": [],
    "summary_id": None,
    "summary_text": "",
    "summary_written_by": "",
    "summary_checked_by": "",
    "summary_state": None,
    "overlaps": [],
    "shares": [],
    "comments": [],
    "review": None,
    "evidence": [],
}
UNREVIEWED: Final[dict[str, Any]] = {
    "verification": None,
    "verification_reason": "",
    "reviewer1": "",
    "reviewer2": "",
    "monitoring_status": "open",
    "closed_on": None,
    "legal_hold": False,
    "retention_until": None,
    "counts_as": None,
}


class Unreadable(Exception):
    """What was sealed is no submission that this program knows."""


class Content(BaseModel):
    """The content of a submission.

    Attributes:
        account: The account part of the document, as records.parts has it.
        identity: The part that points at people.
        sender: Account id of whoever says that they wrote it. Anybody can seal to an inbox: this is no proof.
        sent_at: When, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: dict[str, Any]
    identity: dict[str, Any]
    sender: Id
    sent_at: AwareDatetime

    @property
    def shown(self) -> CaseDocument:
        """The document without names, contacts, exact place and source identities."""
        return self.document(with_identity=False)

    def document(self, *, with_identity: bool = True) -> CaseDocument:
        """The document.

        Raises:
            Unreadable: it is not valid.
        """
        try:
            return join(self.account, self.identity if with_identity else {})
        except (UnreadableDocument, ValidationError, TypeError, AttributeError, KeyError):
            # Parts of any shape may have been sealed by hand.
            raise Unreadable from None


class Message(BaseModel):
    """Something other than a record that arrives in an inbox: an analyst's question, or what a person says by receipt.

    Attributes:
        kind: Which of the two.
        sender: Account id of whoever says that they wrote it; empty by receipt.
        sent_at: When, in UTC.
        text: What was written.
        cases: Of a question: cell keys of the cases that it may be about. Its sender was not shown them.
        about: Of a question: the filters of the number that it is about, by name.
        incident_id: By receipt: the case.
        person_id: By receipt: the person in it.
        taken_back: By receipt: the purposes for which consent was taken back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["question", "receipt"]
    sender: Line = ""
    sent_at: AwareDatetime
    text: Note = ""
    cases: tuple[CellKey, ...] = Field(default=(), max_length=MOST_CASES)
    about: dict[Line, Line] = Field(default_factory=dict, max_length=MOST_FILTERS)
    incident_id: Id | None = None
    person_id: Id | None = None
    taken_back: tuple[Line, ...] = Field(default=(), max_length=MOST_FILTERS)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender keeps of a submission, under their own seed.

    Attributes:
        id: Of the row.
        record: Id of the document, so that a button pressed twice sends one.
        on: ISO date.
    """

    id: str
    record: str
    on: str


def pack(document: CaseDocument, sender: str, sent_at: dt.datetime) -> bytes:
    """The bytes to be sealed."""
    account, identity = split(document)
    return Content(account=account, identity=identity, sender=sender, sent_at=sent_at).model_dump_json().encode()


def unpack(blob: bytes) -> Content | Message:
    """Undo pack(), whoever made it; a message is its own JSON.

    Raises:
        Unreadable: it has another shape, or its document is not valid.
    """
    try:
        values = json.loads(blob)
        if isinstance(values, dict) and "kind" in values:
            return Message.model_validate(values)
        content = Content.model_validate(values)
    except (ValueError, RecursionError):
        raise Unreadable from None
    content.document()
    return content


def reference(submission_id: str) -> str:
    """What sender and members call a submission: two groups of four contents and digits."""
    digest = hashlib.sha256(b"tala submission" + submission_id.encode()).digest()
    signs = base64.b32encode(digest[:REFERENCE_BYTES]).decode()
    return f"{signs[:4]}-{signs[4:]}"


def taken_in(content: Content) -> CaseDocument:
    """The case that a submission becomes: all that was told, under new random names, and nothing decided yet.

    New names, because the sender and whoever forged a submission know the old ones: a case is not to be found in the
    database by them, and cannot take the place of another in a table.

    Raises:
        Unreadable: the document is not valid.
    """
    document = content.document()
    incident = UNREVIEWED | {"id": new_id(), "cell_key": new_cell_key()}
    return document.model_copy(
        update=UNDECIDED
        | {
            "incident": document.incident.model_copy(update=incident),
            "persons": [
                one.model_copy(update={"cell_key": new_cell_key(), "counts_as": None, "receipt": None})
                for one in document.persons
            ],
            "claims": [one.model_copy(update={"stands": None, "reason": ""}) for one in document.claims],
            "recorder": content.sender,
        }
    )
