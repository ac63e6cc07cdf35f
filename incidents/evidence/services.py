"""Adding, describing, opening and removing files of a case.

Key and title of a file lie in the identity part of the case; so a file is opened with a reason, and logged, like names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from incidents import clock
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.erasure import holds
from incidents.errors import NotFound, TalaError
from incidents.evidence import blobs, isolation, rules
from incidents.keyring.services import member
from incidents.records import services as records
from incidents.records.schema import CaptureMeta, CaseDocument, Evidence
from incidents.records.services import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incidents.evidence.isolation import Cleaned
    from incidents.evidence.sealing import SealedFile
    from incidents.records.keys import CaseKeys
    from incidents.records.services import Opened

TRIES: Final = 5
#: What the sealed log of the organisation says about files; shown as custody.
OPENED: Final = (Act.EVIDENCE_OPENED, Act.EVIDENCE_EXPORTED)


class NoCopy(TalaError):
    """There is no copy without metadata of this file."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Described:
    """What a person says about a file.

    Attributes:
        item: Fields of the item itself, by name.
        capture: Fields of how it was captured, by name.
    """

    item: dict[str, Any] = field(default_factory=dict)
    capture: dict[str, Any] = field(default_factory=dict)

    def of(self, item: Evidence) -> Evidence:
        """The item as it is described; what was captured is left out where nothing is said of it."""
        meta = (item.capture_meta or CaptureMeta()).model_copy(update=self.capture)
        capture = meta if meta != CaptureMeta() else None
        return item.model_copy(update=self.item | {"capture_meta": capture})


@dataclass(frozen=True)
class Download:
    """A file that may be sent.

    Attributes:
        name: What it is saved as.
        size: In bytes.
        content: Chunk by chunk; raises Unopenable where what is stored is not what was.
    """

    name: str
    size: int
    content: Iterator[bytes]


def item_of(document: CaseDocument, evidence_id: str) -> Evidence:
    """A piece of evidence of a case.

    Raises:
        NotFound: it has none of this id.
    """
    found = next((item for item in document.evidence if item.id == evidence_id), None)
    if found is None:
        raise NotFound
    return found


def add(keys: CaseKeys, incident_id: str, file: SealedFile, name: str, described: Described) -> str:
    """Add a file to a case: the original as it came, and beside it the copy without metadata and a blurred preview.

    All of it is written with the new revision in one transaction.

    Args:
        keys: The researcher's keys.
        incident_id: The case.
        file: The file, sealed as it arrived.
        name: What it was called.
        described: What is said about it.

    Returns:
        The id of the new item.

    Raises:
        NotFound: no such case in this organisation.
        Conflict: others saved the case at each try.
    """
    records.open_account(keys, incident_id)
    cleaned = isolation.clean(file)
    item = described.of(_received(file, cleaned, keys.account_id).model_copy(update={"file_name": name}))

    def also() -> None:
        for one in filter(None, (file, cleaned.copy, cleaned.preview)):
            blobs.store(one)
        audit.record(keys.organisation_id, Act.EVIDENCE_ADDED, by=keys.account_id, about=incident_id)

    _saved(
        keys,
        incident_id,
        lambda document: document.model_copy(update={"evidence": [*document.evidence, item]}),
        also,
    )
    return item.id


def _received(file: SealedFile, cleaned: Cleaned, by: str) -> Evidence:
    """The item of a file, with the beginning of its chain of custody."""
    copy, preview, at = cleaned.copy, cleaned.preview, clock.now()
    item = Evidence(
        sha256=file.sha256,
        original_blob=file.id,
        original_key=file.key.hex(),
        working_blob=copy.id if copy else None,
        working_key=copy.key.hex() if copy else "",
        working_sha256=copy.sha256 if copy else "",
        working_size=copy.size if copy else None,
        preview_blob=preview.id if preview else None,
        preview_key=preview.key.hex() if preview else "",
        not_cleaned=cleaned.why.value if cleaned.why else "",
        media_type=file.media.type,
        size=file.size,
    )
    item = rules.handled(item, "received", by=by, at=at)
    item = rules.handled(item, "hashed", by=by, at=at)
    item = rules.handled(item, "sealed", by=by, at=at)
    return rules.handled(item, "copied", by=by, at=at) if copy else item


def describe(keys: CaseKeys, incident_id: str, evidence_id: str, described: Described, *, expected: int) -> None:
    """Change what is said about a file. Identity fields that are left empty keep what is stored.

    Raises:
        NotFound: no such case in this organisation, or no such file.
        Conflict: the case is not at the expected revision any more.
    """
    document = records.open_account(keys, incident_id, expected).document
    changed = described.of(item_of(document, evidence_id))
    evidence = [changed if item.id == evidence_id else item for item in document.evidence]
    records.update(keys, _checked(document.model_copy(update={"evidence": evidence})), expected=expected)


def take(keys: CaseKeys, incident_id: str, evidence_id: str, which: str, *, hand_on: bool, reason: str) -> Download:
    """Open a file, to look at it or to hand it on; who does, when and why is logged before anything is given.

    Args:
        keys: The researcher's keys.
        incident_id: The case.
        evidence_id: The piece of evidence.
        which: ``original`` or ``copy``.
        hand_on: Whether it leaves the organisation.
        reason: Why.

    Raises:
        NotFound: no such case in this organisation, or no such file.
        NoCopy: there is no copy without metadata.
        Unopenable: what is stored was altered or is not all there; nothing was given, the entry stands.
    """
    item = item_of(records.open_account(keys, incident_id).document, evidence_id)
    if which == rules.COPY and not item.working_blob:
        raise NoCopy
    act = Act.EVIDENCE_EXPORTED if hand_on else Act.EVIDENCE_OPENED
    document = records.open_identity(keys, incident_id, reason, act=act, evidence_id=evidence_id, which=which).document
    item = item_of(document, evidence_id)
    blob_id, key, size = _stored(item, which)
    blobs.check(blob_id, key)
    return Download(rules.download_name(document, item, which), size, blobs.content(blob_id, key))


def _stored(item: Evidence, which: str) -> tuple[str, str, int]:
    if which == rules.COPY:
        return item.working_blob or "", item.working_key, item.working_size or 0
    return item.original_blob or "", item.original_key, item.size or 0


def preview(keys: CaseKeys, incident_id: str, evidence_id: str) -> bytes:
    """The blurred picture of a file.

    Raises:
        NotFound: no such case in this organisation, no such file, or it has none.
        Unopenable: it was altered.
    """
    item = item_of(records.open_account(keys, incident_id).document, evidence_id)
    if not item.preview_blob:
        raise NotFound
    return b"".join(blobs.content(item.preview_blob, item.preview_key))


def remove(keys: CaseKeys, incident_id: str, evidence_id: str, reason: str) -> None:
    """Remove a file from a case, and its bytes from the database. That it was there stays in the case's history.

    Raises:
        NotFound: no such case in this organisation, or no such file.
        Held: a legal hold is on the case.
        Conflict: others saved the case at each try.
    """
    before = records.open_account(keys, incident_id).document
    item_of(before, evidence_id)
    one = member(keys.account_id, keys.organisation_id, keys.seed)

    def also() -> None:
        holds.check(one, [incident_id])
        blobs.forget(before, rules.without_item(before, evidence_id))
        blobs.mark_unswept(keys.organisation_id)
        records.log(keys, Act.EVIDENCE_REMOVED.value, incident_id=incident_id, evidence_id=evidence_id, reason=reason)
        audit.record(keys.organisation_id, Act.EVIDENCE_REMOVED, by=keys.account_id, about=incident_id, reason=reason)

    def changed(document: CaseDocument) -> CaseDocument:
        item_of(document, evidence_id)
        return rules.without_item(document, evidence_id)

    _saved(keys, incident_id, changed, also)


def openings(keys: CaseKeys, incident_id: str, evidence_id: str) -> list[dict[str, str]]:
    """Who opened a file or took it along, newest first. Opens the organisation's log."""
    return [
        entry
        for entry in records.log_entries(keys)
        if entry["action"] in OPENED and entry["incident_id"] == incident_id and entry["evidence_id"] == evidence_id
    ]


def _saved(
    keys: CaseKeys,
    incident_id: str,
    change: Callable[[CaseDocument], CaseDocument],
    also: Callable[[], None],
) -> None:
    """Save a change that goes with whatever others save meanwhile."""
    for left in reversed(range(TRIES)):
        opened: Opened = records.open_account(keys, incident_id)
        try:
            records.update(keys, _checked(change(opened.document)), expected=opened.revision, also=also)
        except Conflict:
            if not left:
                raise
        else:
            return


def _checked(document: CaseDocument) -> CaseDocument:
    return CaseDocument.model_validate(document.model_dump(mode="json"))
