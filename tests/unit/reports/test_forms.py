"""Typed words on their way into a publication: nothing hidden stays, no word is lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.reports.forms import KINDS, one_line, plain
from incidents.reports.languages import LANGUAGES
from incidents.reports.models import Publication, PublicationType

TYPED = st.text("aeé\u0301 \t\r\n\x00\x85\u202e\u2067ع𝔞")


@given(TYPED)
def test_a_text_keeps_every_word_in_order(typed: str) -> None:
    hidden = dict.fromkeys(map(ord, "\x00\x85\u202e\u2067"))
    words = unicodedata.normalize("NFC", typed.translate(hidden | {0x0D: "\n"})).split()
    assert plain(typed).split() == words
    assert one_line(typed) == " ".join(words)


@given(st.text())
def test_nothing_hidden_stays_in_a_text(typed: str) -> None:
    kept = plain(typed)
    assert kept == kept.strip()
    assert not [sign for sign in kept if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cs"}]
    assert not {unicodedata.bidirectional(sign) for sign in kept} & {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI"}
    assert plain(kept) == kept
    assert "\n" not in one_line(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("first\tsecond", "first second"),
        ("a\r\nb\rc\n\nd", "a\nb\nc\n\nd"),
        ("  \u202egnp.exe  ", "gnp.exe"),
        ("مرحبا \u200fworld", "مرحبا \u200fworld"),
    ],
)
def test_a_text_is_kept_as_it_was_meant(typed: str | None, kept: str) -> None:
    assert plain(typed) == kept


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(PublicationType)


def test_whatever_can_be_chosen_fits_into_its_column() -> None:
    """PostgreSQL refuses what is too long; SQLite would not say."""
    columns = Publication.__table__.columns
    themes = " ".join(code.code for code in codebook().vocabulary("themes"))
    countries = " ".join(code.code for code in codebook().countries())
    campaigns = max((code.code for code in codebook().vocabulary("campaigns")), key=len)
    for name, longest in (("themes", themes), ("countries", countries), ("campaign", campaigns)):
        assert len(longest) <= columns[name].type.length
    assert max(map(len, LANGUAGES)) <= columns["language"].type.length
