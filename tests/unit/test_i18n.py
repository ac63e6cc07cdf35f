"""Languages: which one a page speaks, how strings are filled, and the two locales that find mistakes."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from incidents import i18n
from incidents.i18n import PseudoTranslations, bdi, current_locale, day, gettext, lazy_gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def app() -> Flask:
    """The least that has requests."""
    return Flask(__name__)


@pytest.fixture(params=["en-XA", "ar-XB"])
def accented(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """A request in a locale for finding mistakes."""
    with app.test_request_context(headers={"Cookie": f"tala-locale={request.param}"}):
        yield request.param


def locale_for(app: Flask, **headers: str) -> str:
    with app.test_request_context(headers={name.replace("_", "-"): value for name, value in headers.items()}):
        return current_locale().code


def test_the_language_is_english_when_nobody_asks_for_another(app: Flask) -> None:
    assert locale_for(app) == "en"


def test_the_cookie_decides_before_the_browser(app: Flask) -> None:
    assert locale_for(app, Cookie="tala-locale=ar-XB", Accept_Language="en") == "ar-XB"


@pytest.mark.parametrize("accepted", ["en-XA", "ar-XB", "fr, ar;q=0.5", "*", "", ";;;", "x" * 5000])
def test_a_browser_alone_never_gets_a_locale_that_exists_to_find_mistakes(app: Flask, accepted: str) -> None:
    assert locale_for(app, Accept_Language=accepted) == "en"


@pytest.mark.parametrize("cookie", ["", "xx", "../../etc/passwd", "EN", "en-XA;", "é"])
def test_a_cookie_with_an_unknown_language_is_ignored(app: Flask, cookie: str) -> None:
    assert locale_for(app, Cookie=f"tala-locale={cookie.encode().decode('latin-1')}") in {"en", "en-XA"}


def test_outside_a_request_the_language_is_english() -> None:
    assert current_locale().code == "en"
    assert gettext("Save") == "Save"


def test_one_request_has_one_locale(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "tala-locale=en-XA"}):
        assert current_locale() is current_locale()


def test_locales_have_distinct_codes_and_a_direction() -> None:
    assert len(i18n.BY_CODE) == len(i18n.LOCALES)
    assert {locale.direction for locale in i18n.LOCALES} == {"ltr", "rtl"}
    assert i18n.LOCALES[0].code == "en"


def test_values_are_filled_in_after_translation() -> None:
    assert gettext("%(n)s cases by %(who)s", n=3, who="100 %") == "3 cases by 100 %"


def test_a_message_without_values_may_hold_a_per_cent_sign() -> None:
    assert gettext("100 % of cases") == "100 % of cases"


@pytest.mark.parametrize(("count", "words"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_the_plural_follows_the_number_which_is_there_too(count: int, words: str) -> None:
    assert ngettext("%(num)s case", "%(num)s cases", count) == words


def test_markup_in_values_is_kept_and_everything_else_escaped() -> None:
    filled = gettext("%(count)s by <%(who)s>", count=bdi(3), who="<script>")
    assert isinstance(filled, Markup)
    assert str(filled) == "<bdi>3</bdi> by <&lt;script&gt;>"


def test_plain_values_stay_plain_text_for_the_template_to_escape() -> None:
    assert not isinstance(gettext("%(who)s", who="<b>"), Markup)


def test_strings_are_accented_and_longer_while_placeholders_are_left_alone(accented: str) -> None:
    assert accented
    assert gettext("Some cases") == "Šömé çåšéš ·"
    assert gettext("%(n)s cases", n=7) == "7 çåšéš ·"
    assert gettext("<b>Some</b> &amp; %% %(n)d", n=1) == "<b>Šömé</b> &amp; % 1 ·"
    assert ngettext("%(num)s case", "%(num)s cases", 2) == "2 çåšéš ·"


@given(st.text(st.characters(codec="ascii", categories=["L", "Zs"]), min_size=1))
def test_no_word_with_a_vowel_is_left_as_it_was(message: str) -> None:
    accented = PseudoTranslations().gettext(message)
    assert len(accented) == len(message) + 2
    assert not re.search(r"[aeiouAEIOU]", accented)


@given(st.sampled_from(["%(a)s", "%%", "<b>", "&amp;", "%(long_name)d"]), st.text(max_size=20), st.text(max_size=20))
def test_placeholders_survive_wherever_they_stand(placeholder: str, before: str, after: str) -> None:
    assert placeholder in PseudoTranslations().gettext(f"{before} {placeholder} {after}")


def test_a_lazy_string_is_translated_each_time_it_is_shown(app: Flask) -> None:
    label = lazy_gettext("Username")
    assert str(label) == "Username"
    with app.test_request_context(headers={"Cookie": "tala-locale=en-XA"}):
        assert str(label) == "Ûšérñåmé ·"
        assert len(label) == len("Username") + 2
        assert label.__html__() == str(label)


def test_a_lazy_string_is_escaped_like_any_other() -> None:
    assert lazy_gettext("a < b").__html__() == "a &lt; b"


def test_a_value_that_is_isolated_is_escaped() -> None:
    assert bdi("<b>") == Markup("<bdi>&lt;b&gt;</bdi>")
    assert bdi(3) == Markup("<bdi>3</bdi>")


def test_a_day_is_written_in_full() -> None:
    assert day(dt.date(2026, 5, 5)) == "5 May 2026"


def test_a_language_without_a_catalogue_falls_back_to_english() -> None:
    assert i18n.translations("tlh").gettext("Save") == "Save"
