"""What was done about it, how incidents hang together, and what an import could not place."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from incidents.records.fields import IDENTITY, Coded, Meta, Record, Sensitive
from incidents.records.identifiers import Id, new_id
from incidents.records.text import Line, Narrative, Note


class Intervention(Record):
    """One step taken: support, a complaint, a letter, a public action, and the reply."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    type: Annotated[str, Coded("A", "What was done.", vocabulary="interventions", without=("RSP", "IST", "IMP"))]
    date: Annotated[dt.date | None, Coded("A", "Day; exports show the month.")] = None
    addressed_to: Annotated[str | None, Coded("A", "UN body.", vocabulary="un_bodies")] = None
    addressee_text: Annotated[Line, Sensitive("U", "Another addressee.")] = ""
    campaign: Annotated[str | None, Coded("O", "Campaign it belongs to.", vocabulary="campaigns")] = None
    demand: Annotated[Note, Sensitive("U", "What was asked for.")] = ""
    deadline: Annotated[dt.date | None, Coded("X", "Day by which an answer is due.")] = None
    remind_on: Annotated[dt.date | None, Coded("X", "Day to ask after it.")] = None
    response: Annotated[str | None, Coded("A", "The reply.", vocabulary="interventions", facet="RSP")] = None
    response_date: Annotated[dt.date | None, Coded("A", "Day of the reply.")] = None
    status: Annotated[str | None, Coded("A", "Where it stands.", vocabulary="interventions", facet="IST")] = None
    impact: Annotated[str | None, Coded("A", "What it changed.", vocabulary="interventions", facet="IMP")] = None
    ref_number: Annotated[Line, Sensitive("U", "Reference of the body addressed.")] = ""
    note: Annotated[Note, Sensitive("U", "What was done, the reply, or why nothing was done.")] = ""
    publication_id: Annotated[Id | None, Meta("O", "Statement, letter or report.")] = None
    incident_ids: Annotated[list[Id], Meta("X", "Other incidents of the same step.")] = Field(
        default_factory=list, max_length=1000
    )


class ChainLink(Record):
    """How one incident hangs together with another; also "may be the same as"."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    from_id: Annotated[Id, Coded("X", "Incident that the link starts from.")]
    to_id: Annotated[Id, Coded("X", "Incident that it leads to.")]
    type: Annotated[str, Coded("X", "Kind of link.", vocabulary="involvement", facet="CHN")]


class Overlap(Record):
    """What somebody decided about another case that may be of the same incident: linked, never merged."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    other_id: Annotated[Id, Coded("X", "The other case.")]
    decision: Annotated[Literal["same", "related", "different"], Coded("X", "What it is to this one.")]
    reason: Annotated[Note, Sensitive("X", "Why.")] = ""
    decided_by: Annotated[Line, Meta("X", "Who decided.")] = ""
    decided_on: Annotated[dt.date | None, Meta("X", "Day of the decision.")] = None


class Share(Record):
    """Another organisation that may read the case, for a purpose, until a day."""

    id: Annotated[Id, Meta("X", "Random id of the sealed row.")] = Field(default_factory=new_id)
    organisation_id: Annotated[Id, Coded("X", "The organisation it is shared with.")]
    purpose: Annotated[Note, Sensitive("X", "What for.")] = ""
    until: Annotated[dt.date, Meta("X", "First day on which it is not shared any more.")]
    with_identity: Annotated[bool, Meta("X", "Whether names, contacts and exact places are shared too.")] = False
    shared_by: Annotated[Line, Meta("X", "Who proposed it.")] = ""
    confirmed_by: Annotated[Line, Meta("X", "Who confirmed it, another person; until then it is not shared.")] = ""
    shared_on: Annotated[dt.date | None, Meta("X", "Since when.")] = None
    revoked_on: Annotated[dt.date | None, Meta("X", "Day it was taken back.")] = None


class Comment(Record):
    """Something colleagues tell each other about a case."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    at: Annotated[AwareDatetime, Meta("X", "Moment, UTC.")]
    by: Annotated[Line, Meta("X", "Who wrote it.")] = ""
    kind: Annotated[Literal["comment", "question", "answer"], Coded("X", "What it is.")] = "comment"
    text: Annotated[Note, Sensitive("X", "What was written.")] = ""
    answers: Annotated[Id | None, Meta("X", "The question that it answers.")] = None


class Review(Record):
    """Where a case stands between those who work on it."""

    state: Annotated[Literal["waiting", "returned", "done"], Coded("X", "Whose turn it is.")] = "waiting"
    assigned_to: Annotated[Line, Meta("X", "Account that takes care of it.")] = ""
    since: Annotated[dt.date | None, Meta("X", "Day of the last step.")] = None


class KeptAside(Record):
    """A value of an import that fits no field: kept, sealed, so that nothing is lost."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    column: Annotated[Line, Sensitive("X", "Column of the file.")]
    row: Annotated[Annotated[int, Field(ge=0)] | None, Sensitive("X", "Row of the file.")] = None
    value: Annotated[Narrative, Sensitive("X", "The value as it stood.", where=IDENTITY)] = ""
    why: Annotated[Line, Sensitive("X", "Why it could not be placed.")] = ""
