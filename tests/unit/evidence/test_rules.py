"""The chain of custody, and what downloads are called."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.evidence import rules
from incidents.evidence.wording import in_groups, size
from incidents.records.schema import Evidence, Source
from tests.factories import documents

AT = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def chained(*actions: str) -> Evidence:
    item = Evidence(sha256="a" * 64)
    for action in actions:
        item = rules.handled(item, action, by="somebody", at=AT, reason=f"fictional reason to be {action}")  # type: ignore[arg-type]
    return item


def test_each_entry_follows_the_one_before() -> None:
    item = chained("received", "hashed", "sealed")
    assert rules.is_whole(item)
    assert item.custody[0].prev_hash == ""
    assert [event.prev_hash for event in item.custody[1:]] == [event.hash for event in item.custody[:2]]


def test_an_item_without_entries_has_a_whole_chain() -> None:
    assert rules.is_whole(Evidence())


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody else"},
        {"action": "viewed"},
        {"reason": "another"},
        {"at": AT + dt.timedelta(seconds=1)},
        {"prev_hash": "b" * 64},
        {"hash": "b" * 64},
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_that_was_changed_breaks_the_chain(change: dict[str, object], place: int) -> None:
    item = chained("received", "hashed", "sealed")
    custody = list(item.custody)
    custody[place] = custody[place].model_copy(update=change)
    assert not rules.is_whole(item.model_copy(update={"custody": custody}))


@pytest.mark.parametrize("order", [(1, 2), (0, 2), (1, 0, 2), (0, 0, 1, 2)])
def test_entries_left_out_moved_or_repeated_break_the_chain(order: tuple[int, ...]) -> None:
    item = chained("received", "hashed", "sealed")
    assert not rules.is_whole(item.model_copy(update={"custody": [item.custody[one] for one in order]}))


def test_a_chain_belongs_to_its_item_and_its_file() -> None:
    item = chained("received")
    assert not rules.is_whole(item.model_copy(update={"sha256": "b" * 64}))
    assert not rules.is_whole(Evidence(sha256="a" * 64, custody=item.custody))


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_chain_survives_the_document(reason: str, by: str) -> None:
    try:
        item = rules.handled(Evidence(), "received", by=by, at=AT, reason=reason)
    except ValueError:
        return  # signs that no document holds
    assert rules.is_whole(Evidence.model_validate(item.model_dump(mode="json")))


def test_a_download_is_called_by_case_and_number_and_ends_as_our_table_says() -> None:
    items = [Evidence(media_type="image/png", file_name="Fictional Name.exe"), Evidence(media_type="text/html")]
    document = documents.document(evidence=items)
    ref = document.incident.ref
    assert rules.download_name(document, items[0], "original") == f"tala-{ref}-1-original.png"
    assert rules.download_name(document, items[1], "copy") == f"tala-{ref}-2-copy.bin"


def test_what_is_removed_takes_its_links_with_it() -> None:
    item, other = Evidence(), Evidence()
    sources = [Source(document_id=item.id), Source(document_id=other.id)]
    left = rules.without_item(documents.document(evidence=[item, other], sources=sources), item.id)
    assert [one.id for one in left.evidence] == [other.id]
    assert [one.document_id for one in left.sources] == [None, other.id]
    assert rules.number_of(left, other.id) == 1
    assert rules.number_of(left, item.id) == 0


@pytest.mark.parametrize(
    ("length", "words"), [(None, "not known"), (0, "0 bytes"), (2048, "2 kB"), (3 * 1024 * 1024 + 200_000, "3.2 MB")]
)
def test_a_size_is_in_the_largest_unit_of_which_there_is_one(length: int | None, words: str) -> None:
    assert re.sub("<[^>]+>", "", size(length)) == words


def test_a_sum_can_be_broken_into_lines_and_says_the_same() -> None:
    digits = "0123456789abcdef" * 4
    shown = re.sub("<[^>]+>", "", in_groups(digits))
    assert shown.replace(" ", "") == digits
    assert max(len(part) for part in shown.split()) == 8
