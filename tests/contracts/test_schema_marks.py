"""What is sealed and what is in clear: every field of a case is marked, every clear column has a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from hypothesis import given
from sqlalchemy import LargeBinary

from incidents import tables
from incidents.extensions import db
from incidents.records.fields import IDENTITY, Coded, Meta, Record, Sensitive, Tier, UnmarkedField, marks
from incidents.records.parts import join, split
from incidents.records.schema import CaseDocument
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.records.fields import Mark

ROOT: Final = Path(__file__).resolve().parents[2]
MARKS: Final = marks(CaseDocument)
#: Fields that point at people, wherever they stand: they may never be in the account.
POINTING: Final = {
    *("name", "other_names", "individual_name", "place_text", "lat", "lon", "url", "citation", "witness_note"),
}
#: Random, and says nothing without a key.
RANDOM: Final = "a random id"
#: Why a column may be read by whoever steals the disk.
CLEAR: Final = {
    "account.disabled": "needed before anything opens",
    "account.id": RANDOM,
    "account.iterations": "what a guess costs",
    "account.memory_kib": "what a guess costs",
    "account.organisation_id": RANDOM,
    "account.role": "who does what in an organisation, not whose case it is",
    "account.setup_until": "when an invitation ends, for administrators; zero once it is used",
    "account.username": "a pseudonym that the person chose",
    "audit_entry.key_id": RANDOM,
    "audit_entry.number": "how many acts were logged; which, and by whom, is sealed",
    "audit_entry.organisation_id": RANDOM,
    "audit_head.number": "how many acts were logged",
    "audit_head.organisation_id": RANDOM,
    "draft.account_id": RANDOM,
    "draft.id": RANDOM,
    "evidence_chunk.blob_id": RANDOM,
    "evidence_chunk.number": "which piece of a file: how large a file is shows in how many there are",
    "draft.version": "counts saves of a draft, for two windows at once",
    "frame_delta.id": RANDOM,
    "frame_delta.key_id": RANDOM,
    "frame_delta.kind": "index or facts",
    "frame_delta.organisation_id": RANDOM,
    "frame_snapshot.id": RANDOM,
    "frame_snapshot.key_id": RANDOM,
    "frame_snapshot.kind": "index or facts",
    "frame_snapshot.organisation_id": RANDOM,
    "grant.account_id": "who holds a key is a question that an auditor may ask",
    "grant.key_id": RANDOM,
    "incident.id": RANDOM,
    "incident.organisation_id": RANDOM,
    "incident.revision": "what optimistic locking compares",
    "key.epoch": "counts rotations",
    "key.id": RANDOM,
    "key.kind": "which of an organisation's three keys",
    "key.organisation_id": RANDOM,
    "log_entry.id": RANDOM,
    "log_entry.key_id": RANDOM,
    "log_entry.organisation_id": RANDOM,
    "memory.account_id": RANDOM,
    "organisation.id": RANDOM,
    "organisation.name": "members of a network are known to each other",
    "organisation.network": "which regional network it says that it belongs to",
    "organisation.rebuild": "whether a restore is being completed",
    "organisation.unswept": "that something was erased a moment ago, and nothing more",
    "publication.campaign": "published",
    "publication.countries": "published",
    "publication.demands": "published",
    "publication.ends_on": "published: until when a story may be told",
    "publication.id": "published",
    "publication.kind": "published",
    "publication.language": "published",
    "publication.organisation_id": "published",
    "publication.published_on": "published",
    "publication.release_id": "published",
    "publication.response_to_id": "published",
    "publication.signatories": "published",
    "publication.summary_id": "the random id of a summary's sealed row; which case that is of stands in the case",
    "publication.text": "published",
    "publication.themes": "published",
    "publication.title": "published",
    "publication.withdrawn_on": "published: its page says since when nothing of it is shown",
    "publication_file.id": "published",
    "publication_file.media_type": "published",
    "publication_file.name": "published",
    "publication_file.publication_id": "published",
    "publication_file.sha256": "published",
    "recovery_copy.key_id": RANDOM,
    "recovery_copy.recovery_id": RANDOM,
    "release.account_id": "who released it answers for it",
    "release.codebook_version": "released",
    "release.id": "released",
    "release.language": "released",
    "release.log": "released",
    "release.manifest": "released",
    "release.number": "released",
    "release.organisation_id": "released",
    "release.policy_version": "released",
    "release.publisher": "released",
    "release.question": "released: the question of a table that left",
    "release.released_on": "released",
    "release.supersedes": "released",
    "release.table": "released: protected before it was stored",
    "release.title": "released",
    "release.version": "released",
    "release.withdrawn_for": "one of three reasons that readers of the release are told",
    "release.withdrawn_on": "readers of the release are told",
    "release_approval.approved_by": "who answers for what is public",
    "release_approval.asked_by": "who answers for what is public",
    "release_approval.digest": "of a manifest that was released",
    "release_approval.public_on": "public from then on",
    "release_approval.release_id": "a table that was released",
    "release_file.format": "released",
    "release_file.name": "released",
    "release_file.release_id": "released",
    "release_file.sha256": "released",
    "revision.incident_id": RANDOM,
    "revision.revision": "which save of a case",
    "revision_key.incident_id": RANDOM,
    "revision_key.key_id": RANDOM,
    "revision_key.revision": "which save of a case",
    "roster.key_id": RANDOM,
    "roster.organisation_id": RANDOM,
    "receipt_view.id": "follows from a code on paper and a word beside it; the case that names it is sealed",
    "release_persons.key_id": RANDOM,
    "release_persons.organisation_id": "whose facts a release may count",
    "release_persons.release_id": "a table that is public",
    "roster.version": "how often the roster was changed; what it says is sealed",
    "session.absolute_until": "ends a log-in",
    "session.account_id": "ends the sessions of an account at once",
    "session.id": "SHA-256 of a cookie of 256 random bits",
    "session.idle_until": "ends a log-in",
    "share.number": "which trustee's paper, from 1; who they are is sealed in the roster",
    "share.proved": "the month of the last drill: administrators must see when it is long ago",
    "share.recovery_id": RANDOM,
    "shared_case.id": RANDOM,
    "shared_case.key_id": RANDOM,
    "shared_case.organisation_id": "who may read it; whose case it is, and which, is sealed",
    "statement.epoch": "which rotation of the keys",
    "statement.organisation_id": RANDOM,
    "submission.id": RANDOM,
    "submission.key_id": RANDOM,
    "submission.organisation_id": "whose inbox it lies in",
    "summary.id": RANDOM,
    "summary.key_id": RANDOM,
    "summary.organisation_id": RANDOM,
    "throttle.failures": "how often somebody failed in the last hour; deleted with its row",
    "throttle.forget_at": "an hour after the last failure; the row is deleted then",
    "throttle.id": "a keyed hash of a door and a name that was typed, whether anybody has it or not",
    "throttle.next_at": "when the next attempt may be made; deleted with its row",
    "withdrawal.id": "random; the answer that it becomes stands in the sealed case",
    "withdrawal.person": "a random number that only sealed facts connect with anything",
    "withdrawal.purpose": "which consent was taken back",
}
#: Tables that would tell a thief what was recorded when, if rows lay in the order of their arrival.
ORDERED: Final = {
    *("publication", "publication_file", "release", "release_approval", "release_file", "release_persons")
}


def clear_columns() -> dict[str, Any]:
    return {
        f"{table.name}.{column.name}": column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.type, LargeBinary)
    }


def test_every_module_of_tables_is_known_here() -> None:
    found = {
        path.parent.name for path in (ROOT / "incidents").glob("*/models.py") if "__tablename__" in path.read_text()
    }
    assert found == set(tables.__all__)


def test_every_clear_column_is_listed_with_a_reason_and_every_reason_has_a_column() -> None:
    assert set(clear_columns()) == set(CLEAR)
    assert all(CLEAR.values())


def test_no_clear_column_of_a_case_holds_a_time() -> None:
    """When something was recorded would tell which case is which: such times are in sealed parts."""
    timed = {
        name for name, column in clear_columns().items() if column.type.python_type.__name__ in {"datetime", "date"}
    }
    published = {"publication.published_on", "publication.withdrawn_on", "publication.ends_on"}
    assert timed == {*published, "release.released_on", "release.withdrawn_on", "release_approval.public_on"}


def test_no_column_carries_a_key_that_points_from_a_case_to_what_is_clear() -> None:
    """Links between a case and a report, a release or another case are inside sealed parts."""
    public = {"publication", "publication_file", "release", "release_file", "summary"}
    cases = {"incident", "revision", "revision_key", "draft"}
    for table in db.metadata.sorted_tables:
        pointed_at = {key.column.table.name for key in table.foreign_keys}
        assert not (table.name in cases and pointed_at & public), table.name
        assert not (table.name in public | {"draft"} and pointed_at & cases), table.name


def test_rows_of_cases_are_not_stored_in_the_order_of_their_arrival() -> None:
    unordered = {
        table.name for table in db.metadata.sorted_tables if table.dialect_options["sqlite"]["with_rowid"] is False
    }
    assert unordered == {table.name for table in db.metadata.sorted_tables} - ORDERED


def test_every_field_of_a_case_carries_exactly_one_mark_with_a_tier_and_a_meaning() -> None:
    assert len(MARKS) > 100
    for path, mark in MARKS.items():
        assert isinstance(mark, Sensitive | Coded | Meta), path
        assert mark.tier in get_args(Tier), path
        assert mark.meaning, path


def test_a_field_without_a_mark_is_found_out() -> None:
    class Careless(Record):
        shoe_size: int = 0

    with pytest.raises(UnmarkedField, match="shoe_size"):
        marks(Careless)


def test_fields_that_point_at_people_are_in_the_identity_part() -> None:
    for path, mark in MARKS.items():
        if path.rpartition(".")[2] in POINTING:
            assert mark.part == IDENTITY, path


def test_what_is_in_the_identity_part_is_in_no_total_and_on_no_page_for_all() -> None:
    """It leaves with consent to a court, a UN body or a named partner, or not at all."""
    for path, mark in MARKS.items():
        if mark.part == IDENTITY:
            assert mark.tier in {"X", "U", "P"}, path


def test_free_text_is_never_in_a_total() -> None:
    for path, mark in MARKS.items():
        if isinstance(mark, Sensitive):
            assert mark.tier != "A", path


def leaves(part: Any, path: str = "") -> dict[str, Any]:
    """Every value of a part by the path that marks use."""
    if isinstance(part, dict):
        inner = [leaves(value, f"{path}.{key}" if path else key) for key, value in part.items()]
        return {key: value for one in inner for key, value in one.items()}
    if isinstance(part, list) and part and isinstance(part[0], dict):
        inner = [leaves(value, f"{path}[]") for value in part]
        return {key: value for one in inner for key, value in one.items()}
    return {path: part}


@given(documents.documents())
def test_no_field_of_the_identity_part_is_left_in_the_account(document: CaseDocument) -> None:
    account, _identity = split(document)
    for path in leaves(account):
        mark: Mark | None = MARKS.get(path)
        assert mark is None or mark.part != IDENTITY, path


@given(documents.documents())
def test_both_parts_together_are_the_document_again(document: CaseDocument) -> None:
    account, identity = split(document)
    assert join(json.loads(json.dumps(account)), json.loads(json.dumps(identity))) == document


@given(documents.documents())
def test_the_account_opens_alone_with_every_identity_field_empty(document: CaseDocument) -> None:
    alone = join(split(document)[0], {})
    assert split(alone)[1] == {}
    assert [one.id for one in alone.persons] == [one.id for one in document.persons]
