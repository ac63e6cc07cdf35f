"""Everything people read in the codebook reaches the translators."""

from __future__ import annotations

import io

import pytest
from babel.messages.extract import extract, extract_from_dir

from incidents.codebook.services import DATA, codebook
from tests.unit.codebook.factories import HEADER, row

METHOD = "incidents.codebook.messages:extract"


def messages(*rows: str) -> list[tuple[int, str, list[str]]]:
    """What Babel finds in such a file."""
    content = io.BytesIO("".join(f"{line}\n" for line in (HEADER, *rows)).encode())
    found = extract(METHOD, content, comment_tags=("",))
    return [(line, str(message), list(comments)) for line, message, comments, _ in found]


def test_label_and_definition_are_extracted_with_line_and_code() -> None:
    assert messages(row("POME"), row("PEAR", label='"Birne, süß"', definition="Ripens late.")) == [
        (2, "Label POME", ["POME: label"]),
        (2, "About POME.", ["POME: definition"]),
        (3, "Birne, süß", ["PEAR: label"]),
        (3, "Ripens late.", ["PEAR: definition"]),
    ]


@pytest.fixture(scope="module")
def extracted() -> set[str]:
    found = extract_from_dir(DATA, method_map=[("**.csv", METHOD)])
    return {str(message) for _, _, message, _, _ in found}


def test_every_label_and_definition_of_every_vocabulary_is_extracted(extracted: set[str]) -> None:
    shown = {
        text
        for vocabulary in codebook().vocabularies.values()
        for code in vocabulary
        for text in (code.label, code.definition)
    }

    assert extracted == shown
    assert len(extracted) > 1500


def test_no_message_holds_a_percent_sign_that_gettext_would_read(extracted: set[str]) -> None:
    assert [message for message in extracted if "%" in message or "{" in message] == []
