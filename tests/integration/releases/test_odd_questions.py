"""Questions that a person may put into an address by hand: each is answered or refused in words, at once."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from incidents.database import writing
from incidents.disclosure.services import HIDDEN, ProtectedTable
from incidents.extensions import db
from incidents.releases.layout import lay_out
from incidents.releases.models import Release
from tests.factories.facts import facts, keep
from tests.integration.releases.test_releasing import address, file_of, released

if TYPE_CHECKING:
    from tests.factories.world import Team, World

NOT_LISTED = "Choose one of the list"
NO_MONTH = "Give a month as year and month"
ODD = [
    ({"place": "NET_WHRIN", "by": "country", "by2": ""}, NOT_LISTED),
    ({"gender": "AGE_CH", "by2": ""}, NOT_LISTED),
    ({"gender": "GEN", "by2": ""}, NOT_LISTED),
    ({"age": "AGE_15_17"}, NOT_LISTED),
    ({"perpetrator_group": "ST_POL"}, NOT_LISTED),
    ({"violation": "LIF\x00"}, NOT_LISTED),
    ({"place": "NET_NONE", "by": "country", "by2": ""}, "too few to publish"),
    ({"since": "0000-01", "until": "0001-12", "by": "month", "by2": ""}, NO_MONTH),
    ({"since": "2026-01", "until": "9999-12", "by": "month", "by2": ""}, NO_MONTH),
    ({"since": "2026-1"}, NO_MONTH),
    ({"since": "2026-0\u0661"}, NO_MONTH),
    ({"page": "1e9"}, "What would be released"),
    ({"page": "-1"}, "What would be released"),
    ({"page": "9" * 40}, "What would be released"),
    ({"since": "1900-01", "until": "2099-12", "by": "month", "by2": ""}, "What would be released"),
]


@pytest.fixture
def team(world: World) -> Team:
    """Women and men arrested in two countries, and three women tortured."""
    team = world.team("Fictional Network of Tests")
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"), facts(3, violation="TOR"), facts(25, country="ID"))
    return team


def test_each_is_answered_or_refused_in_words_at_once(team: Team) -> None:
    browser = team.advocate.browser()
    for changes, words in ODD:
        started = time.process_time()
        answer = browser.client.get(address(**changes))
        assert answer.status_code in {200, 422}, changes
        assert words in answer.get_data(as_text=True), changes
        assert time.process_time() - started < 5, changes


def test_a_release_can_be_made_and_read_in_every_language(team: Team) -> None:
    browser = team.advocate.browser()
    for locale, direction in (("en-XA", None), ("ar-XB", True)):
        browser.client.set_cookie("tala-locale", locale)
        release_id = released(browser)
        browser.get(f"/releases/{release_id}")
        book = load_workbook(io.BytesIO(file_of(browser, release_id, "xlsx").data))
        assert len(book.sheetnames) == 3
        assert {sheet.sheet_view.rightToLeft or None for sheet in book} == {direction}


def test_files_read_back_are_the_protected_table_of_the_register(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    protected = ProtectedTable.from_json(db.session.get_one(Release, release_id).table)
    assert protected.hidden
    rows = csv.DictReader(io.StringIO(file_of(browser, release_id, "csv").data.decode("utf-8-sig")))
    read = {
        (row["violation_group_code"], row["gender_code"]): int(row["persons"]) if row["persons"] else HIDDEN
        for row in rows
    }
    assert read == protected.cells
    sheet = load_workbook(io.BytesIO(file_of(browser, release_id, "xlsx").data))["Table"]
    shown = [[cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=3)]
    assert shown == [
        ["suppressed" if value is HIDDEN else value for value in row.cells] for row in lay_out(protected).rows
    ]


def test_a_release_s_page_names_the_codebook_it_was_made_by(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    with writing(db.session):
        db.session.get_one(Release, release_id).codebook_version = "2019.1-earlier"
    page = browser.get(f"/releases/{release_id}")
    assert "codebook 2019.1-earlier" in page


def test_what_was_typed_stands_in_the_form_of_a_refused_question(team: Team) -> None:
    page = team.advocate.browser().get(address(since="  March 2026 ", by="gender", by2="", place="PH"), status=422)
    assert 'value="March 2026"' in page
    assert '<option value="PH" selected>' in page.replace('selected value="PH"', 'value="PH" selected')
