"""Kinds of files: by what they begin with, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.evidence.media import HEAD_BYTES, OPAQUE, detect, media_of
from tests.factories import files

OTHERS = {
    b"RIFF\0\0\0\0WAVEfmt ": "audio/wav",
    b"OggS\0\2": "audio/ogg",
    b"ID3\4\0": "audio/mpeg",
    b"fLaC\0": "audio/flac",
    b"#!AMR\n": "audio/amr",
    b"\x1a\x45\xdf\xa3\1": "video/x-matroska",
    b"PK\x03\x04\x14": "application/zip",
    b"\0\0\0\x18ftypheic": "image/heic",
    b"\0\0\0\x18ftypavif": "image/avif",
    b"\0\0\0\x18ftypisom": "video/mp4",
    b"\0\0\0\x18ftypqt  ": "video/quicktime",
    b"\0\0\0\x18ftyp3gp5": "video/3gpp",
    b"\0\0\0\x18ftypM4A ": "audio/mp4",
}
#: What a browser would run, or a decoder would be pointed at; and beginnings that are none.
NOT_KNOWN = (
    *(b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<?xml version='1.0'?><svg/>", b"<!doctype html><script>"),
    *(b"%!PS-Adobe", b"MZ\x90\0", b"#!/bin/sh", b"", b"\xff\xd8", b"\x89PN", b"RIFF\0\0\0\0AVI ", b" %PDF-1.7"),
    *(b"\0\0\0\x18ftypevil", b"push graphic-context"),
)


@pytest.mark.parametrize("kind", files.KINDS)
def test_what_can_be_cleaned_is_known_by_its_beginning(kind: str) -> None:
    found = detect(files.KINDS[kind]()[0][:HEAD_BYTES])
    assert found.type == kind
    assert found.cleaned


@pytest.mark.parametrize("head", OTHERS)
def test_sounds_films_and_archives_are_known_and_not_cleaned(head: bytes) -> None:
    found = detect(head)
    assert found.type == OTHERS[head]
    assert not found.cleaned
    assert media_of(found.type) == found


@pytest.mark.parametrize("head", NOT_KNOWN)
def test_everything_else_is_opaque(head: bytes) -> None:
    assert detect(head) is OPAQUE


@given(st.binary(max_size=HEAD_BYTES))
def test_no_beginning_breaks_it(head: bytes) -> None:
    assert detect(head).ending.isalnum()


def test_a_kind_that_a_document_names_and_no_table_knows_is_opaque() -> None:
    assert media_of("text/html") is media_of("") is OPAQUE
