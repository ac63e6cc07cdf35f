"""The fields of words of a sealed part."""

from __future__ import annotations

from hypothesis import given, settings

from incidents.erasure.rules import words_of
from incidents.records.parts import split
from incidents.records.schema import CaseDocument
from incidents.search.words import texts
from tests.factories import documents as make

KEY = "ab" * 32


@settings(max_examples=30)
@given(make.documents())
def test_every_field_of_words_is_read_in_the_part_that_holds_it(document: CaseDocument) -> None:
    account, identity = split(document)
    read = [one.text for one in (*texts(account, "account"), *texts(identity, "identity"))]
    # Besides: the reference, pseudonyms, lists of words, and words that a person must fill in.
    wanted = [
        text for _, text in words_of(document) if text != document.origin and not set(text) <= set("0123456789abcdef")
    ]
    for text in wanted:
        assert text in read


def test_the_reference_and_the_pseudonym_are_words_too() -> None:
    document = make.document()
    read = {one.text for one in texts(split(document)[0], "account")}
    assert {document.incident.ref, document.persons[0].pseudonym} <= read


def test_keys_of_files_marks_and_accounts_are_no_words() -> None:
    document = CaseDocument(
        origin="cd" * 16,
        recorder="fictional-recorder",
        evidence=[{"original_key": KEY, "working_key": KEY, "preview_key": KEY, "file_name": "bridge.jpg"}],  # type: ignore[list-item]
    )
    account, identity = split(document)
    read = [one.text for one in (*texts(account, "account"), *texts(identity, "identity"))]
    assert "bridge.jpg" in read
    assert not {KEY, "cd" * 16, "fictional-recorder"} & set(read)
