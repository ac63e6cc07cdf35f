"""How it is known: sources, evidence, and who handled it."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from incidents.records.errors import problem
from incidents.records.fields import IDENTITY, Coded, Meta, Record, Sensitive
from incidents.records.identifiers import Id, new_id
from incidents.records.text import Line, Note

_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+\Z")
CustodyAction = Literal[
    "received", "hashed", "viewed", "copied", "redacted", "exported", "transferred", "sealed", "erased"
]


def check_sha256(value: str) -> str:
    """Return a SHA-256 sum in lower case; empty for the first link of a chain.

    Raises:
        PydanticCustomError: It is not 64 hexadecimal digits.
    """
    if value and not _SHA256.match(value.lower()):
        raise problem("hash_malformed")
    return value.lower()


def check_media_type(value: str) -> str:
    """Return a MIME type in lower case.

    Raises:
        PydanticCustomError: It has another shape.
    """
    if value and not _MEDIA_TYPE.match(value.lower()):
        raise problem("media_type_malformed")
    return value.lower()


ClaimField = Literal[
    "date", "place", "violation", "actor", "victim", "number_harmed", "number_killed", "cause", "outcome", "other"
]
Sha256 = Annotated[str, AfterValidator(check_sha256)]
#: 256 random bits in hexadecimal digits; empty when there is no blob.
BlobKey = Annotated[str, AfterValidator(check_sha256)]
MediaType = Annotated[str, AfterValidator(check_media_type)]


class Source(Record):
    """One piece of information and where it comes from; source and item are graded apart (Admiralty code)."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    person_id: Annotated[Id | None, Meta("X", "The source, when a person of this record.")] = None
    document_id: Annotated[Id | None, Meta("X", "The piece of evidence it is, or came with.")] = None
    same_origin_as: Annotated[Id | None, Meta("X", "Another source that the same information comes from.")] = None
    source_type: Annotated[str | None, Coded("A", "Form of the information.", vocabulary="sources", facet="SRC")] = None
    connection: Annotated[str, Coded("A", "How the source knows.", vocabulary="sources", facet="LNK")] = "LNK_UNK"
    independence: Annotated[
        str, Coded("A", "Independence from the other sources.", vocabulary="sources", facet="IND")
    ] = "IND_UNK"
    reliability: Annotated[str, Coded("A", "Grade of the source.", vocabulary="grading", facet="REL")] = "REL_F"
    credibility: Annotated[str, Coded("A", "Grade of the item.", vocabulary="grading", facet="CRD")] = "CRD_6"
    date_of_material: Annotated[date | None, Meta("X", "Day of the material.")] = None
    url: Annotated[Line, Sensitive("P", "Address; may lead to a victim.", where=IDENTITY)] = ""
    citation: Annotated[Note, Sensitive("P", "Who published what, when; or who told it.", where=IDENTITY)] = ""
    confidential: Annotated[bool, Meta("X", "Keep the source to yourselves.")] = True


class Claim(Record):
    """What one source says about one field; claims on a field stand side by side, and none is deleted for another."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    field: Annotated[ClaimField, Coded("X", "What it is about.")]
    source_id: Annotated[Id | None, Meta("X", "The source that says so.")] = None
    value: Annotated[Note, Sensitive("U", "What the source says.")]
    stands: Annotated[bool | None, Coded("X", "Whether the reviewer lets it stand; empty: open.")] = None
    reason: Annotated[Note, Sensitive("X", "Why it stands or not.")] = ""


class CaptureMeta(Record):
    """How an online item was captured (Berkeley Protocol)."""

    url: Annotated[Line, Sensitive("U", "Address.", where=IDENTITY)] = ""
    captured_at: Annotated[AwareDatetime | None, Sensitive("U", "Moment of capture, UTC.")] = None
    tool: Annotated[Line, Sensitive("U", "Program used.")] = ""
    tool_version: Annotated[Line, Sensitive("U", "Its version.")] = ""
    collector_id: Annotated[Line, Sensitive("U", "Who captured it.")] = ""
    http_headers: Annotated[Note, Sensitive("U", "Headers of the answer.", where=IDENTITY)] = ""
    archive_id: Annotated[Line, Sensitive("U", "Its mark in a public archive.", where=IDENTITY)] = ""


class CustodyEvent(Record):
    """One handling of a piece of evidence; each entry seals the one before."""

    at: Annotated[AwareDatetime, Meta("U", "Moment, UTC.")]
    actor: Annotated[Line, Meta("U", "Who did it.")]
    action: Annotated[CustodyAction, Meta("U", "What was done.")]
    reason: Annotated[Line, Meta("U", "Why.")] = ""
    prev_hash: Annotated[Sha256, Meta("U", "Hash of the entry before; empty for the first.")] = ""
    hash: Annotated[Sha256, Meta("U", "Hash of this entry.")]


class Evidence(Record):
    """What is known about a sealed file; the bytes lie elsewhere, under their own ids."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    sha256: Annotated[Sha256, Meta("U", "Sum of the original bytes before they were sealed.")] = ""
    original_blob: Annotated[Id | None, Sensitive("U", "Id of the sealed original, never written twice.")] = None
    original_key: Annotated[BlobKey, Sensitive("X", "Key of the sealed original.", where=IDENTITY)] = ""
    working_blob: Annotated[Id | None, Sensitive("P", "Id of the sealed copy without metadata.")] = None
    working_key: Annotated[BlobKey, Sensitive("X", "Key of the sealed copy.", where=IDENTITY)] = ""
    working_sha256: Annotated[Sha256, Meta("P", "Sum of the copy before it was sealed.")] = ""
    working_size: Annotated[Annotated[int, Field(ge=0)] | None, Meta("X", "Length of the copy in bytes.")] = None
    preview_blob: Annotated[Id | None, Sensitive("X", "Id of the sealed blurred picture.")] = None
    preview_key: Annotated[BlobKey, Sensitive("X", "Key of the sealed blurred picture.")] = ""
    not_cleaned: Annotated[Line, Meta("X", "Why there is no copy without metadata.")] = ""
    file_name: Annotated[Line, Sensitive("X", "Name of the file as it came.", where=IDENTITY)] = ""
    content_note: Annotated[Line, Sensitive("X", "What whoever opens it will see or hear.")] = ""
    title: Annotated[Line, Sensitive("X", "Title of the item.", where=IDENTITY)] = ""
    creator: Annotated[Line, Sensitive("X", "Who made it.", where=IDENTITY)] = ""
    capture_meta: CaptureMeta | None = None
    media_type: Annotated[MediaType, Meta("X", "MIME type.")] = ""
    size: Annotated[Annotated[int, Field(ge=0)] | None, Meta("X", "Length of the original in bytes.")] = None
    identifies_person: Annotated[
        Literal["yes", "no", "unknown"],
        Coded("X", "Whether it shows who somebody is; unknown counts as yes."),
    ] = "unknown"
    graphic: Annotated[bool, Meta("X", "Show a warning before the item.")] = False
    public_download: Annotated[bool, Meta("O", "Only for own publications.")] = False
    custody: list[CustodyEvent] = Field(default_factory=list, max_length=10_000)
