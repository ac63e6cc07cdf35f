"""An advocate asks, sees the protected table, releases it, and everyone can check what left."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from incidents.database import writing
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.releases.models import Release, ReleaseFile
from incidents.releases.writers import FORMATS
from tests.factories.facts import days, facts, keep, press_killings

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.factories.world import Browser, Team, World

QUESTION = {
    "since": "2026-01",
    "until": "2026-12",
    "place": "WORLD",
    "series": "credible",
    "violation": "",
    "perpetrator_group": "",
    "gender": "",
    "age": "",
    "by": "violation_group",
    "by2": "gender",
    "by3": "",
}
SHOWN = re.compile(r'name="shown" value="([0-9a-f]{64})"')


def address(**changes: str) -> str:
    return "/releases/new?" + urlencode(QUESTION | changes)


def released(browser: Browser, **changes: str) -> str:
    """The id of a release made the way a person makes it."""
    found = SHOWN.search(browser.get(address(**changes)))
    assert found
    answer = browser.client.post(
        "/releases/new", data={"csrf_token": browser.token(), **QUESTION, **changes, "shown": found[1]}
    )
    assert answer.status_code == 303
    return answer.headers["Location"].rsplit("/", 1)[1]


def file_of(browser: Browser, release_id: str, ending: str) -> TestResponse:
    answer = browser.client.get(f"/releases/{release_id}/files/{ending}")
    assert answer.status_code == 200
    return answer


@pytest.fixture
def team(world: World) -> Team:
    """Forty-three women and sixty men arrested, and three women tortured."""
    team = world.team("Fictional Network of Tests")
    keep(
        team.researcher,
        facts(43),
        facts(60, gender="GEN_M"),
        facts(3, violation="TOR"),
        facts(11, violation="TOR", gender="GEN_M"),
    )
    return team


def test_the_form_is_asked_before_anything_is_counted(team: Team) -> None:
    page = team.advocate.browser().get("/releases/new")
    assert "Nothing leaves before you release it" in page
    assert SHOWN.search(page) is None


def test_the_preview_shows_the_protected_table_what_hiding_cost_and_the_method(team: Team) -> None:
    page = team.advocate.browser().get(address())
    assert "Documented cases, not prevalence" in page
    assert "numbers are hidden" in page
    assert "hidden-cell" in page
    assert ">117<" in page
    assert ">3<" not in page
    assert "Policy 2026.12" in page


def test_a_preview_enters_nothing_in_the_register(team: Team) -> None:
    team.advocate.browser().get(address())
    assert db.session.query(Release).count() == 0


def test_a_release_is_in_the_register_with_files_whose_sha_256_it_states(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    page = browser.get(f"/releases/{release_id}")
    for ending in FORMATS:
        content = file_of(browser, release_id, ending).data
        assert hashlib.sha256(content).hexdigest() in page.replace("<wbr>", "")
        assert content == file_of(browser, release_id, ending).data
    assert "Release <bdi>1</bdi>" in page
    assert f"/releases/{release_id}" in browser.get("/releases")


def test_files_do_not_change_when_the_facts_do(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    before = file_of(browser, release_id, "csv").data
    keep(team.researcher, facts(50))
    assert file_of(browser, release_id, "csv").data == before


def test_the_csv_names_codes_and_words_and_says_which_numbers_are_suppressed(team: Team) -> None:
    browser = team.advocate.browser()
    content = file_of(browser, released(browser), "csv").data
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    cells = {(row["violation_group_code"], row["gender_code"]): row for row in rows}
    assert cells["_T", "_T"]["persons"] == "117"
    assert cells["TOR", "GEN_W"]["state"] == "suppressed"
    assert cells["TOR", "GEN_W"]["persons"] == ""
    assert {row["release"] for row in rows} == {"1"}


def test_the_workbook_has_cover_table_and_method_and_no_hidden_number(team: Team) -> None:
    browser = team.advocate.browser()
    content = file_of(browser, released(browser), "xlsx").data
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Cover", "Table", "Method"]
    cover = {row[0].value: row[1].value for row in book["Cover"].iter_rows()}
    assert cover["Release"] == "1"
    assert cover["What it is"] == "Documented cases, not prevalence."
    assert cover["How to cite"].startswith("Fictional Network of Tests: Persons by")
    method = {row[0].value: row[1].value for row in book["Method"].iter_rows()}
    assert "row, its column or a total" in method["Hidden numbers"]
    numbers = {cell.value for row in book["Table"].iter_rows() for cell in row if isinstance(cell.value, int)}
    assert 3 not in numbers
    assert 117 in numbers


def test_downloads_are_saved_never_shown(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    for ending in FORMATS:
        headers = file_of(browser, release_id, ending).headers
        assert headers["Content-Disposition"].startswith(f'attachment; filename="tala-release-1.{ending}"')
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_what_was_shown_is_released_or_nothing(team: Team) -> None:
    browser = team.advocate.browser()
    found = SHOWN.search(browser.get(address()))
    assert found
    keep(team.researcher, facts(50))
    page = browser.post("/releases/new", {**QUESTION, "shown": found[1]}, status=409)
    assert "The numbers changed since you saw them" in page
    assert db.session.query(Release).count() == 0
    browser.post("/releases/new", {**QUESTION, "shown": SHOWN.search(page)[1]}, status=303)  # type: ignore[index]


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_none_and_too_few_are_refused_in_the_same_words(world: World, kept: int) -> None:
    team = world.team()
    if kept:
        keep(team.researcher, facts(kept))
    page = team.advocate.browser().get(address(), status=422)
    token = re.compile(r'value="[^"]{20,}"|Fictional Network \d+|advocate-\d+')
    assert "There are no persons to count, or too few to publish; Tala does not say which." in page
    assert SHOWN.search(page) is None
    assert len(token.sub("", page)) == len(token.sub("", world.team().advocate.browser().get(address(), status=422)))


def test_a_refused_question_cannot_be_posted_past_the_page(world: World) -> None:
    team = world.team()
    keep(team.researcher, facts(4))
    page = team.advocate.browser().post("/releases/new", {**QUESTION, "shown": "0" * 64}, status=422)
    assert "This cannot be released" in page
    assert db.session.query(Release).count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"since": "March"}, "Give a month as year and month"),
        ({"since": "2026-13"}, "Give a month as year and month"),
        ({"until": "2025-12"}, "The last month is before the first"),
        ({"place": "ATLANTIS"}, "Choose one of the list"),
        ({"violation": "=1+1"}, "Choose one of the list"),
        ({"by": "perpetrator", "by2": "perpetrator_group"}, "Two of these say the same"),
        ({"gender": "GEN_W"}, "already chose one value"),
        ({"series": "rumours"}, "Not a valid choice"),
        ({"series": "press", "violation": "GBV", "by": "year"}, "for killings only"),
        ({"by": "area"}, "Choose what to break the numbers down by"),
    ],
)
def test_a_question_that_makes_no_sense_says_what_to_change(team: Team, changes: dict[str, str], words: str) -> None:
    page = team.advocate.browser().get(address(**changes), status=422)
    assert words in page
    assert 'id="problems"' in page


def test_too_many_cells_are_refused_with_what_to_try(team: Team) -> None:
    page = team.advocate.browser().get(
        address(since="2017-01", by="country", by2="month", by3="perpetrator"), status=422
    )
    assert "use quarters or years" in page


# -- what may be counted ---------------------------------------------------------------------


def total(browser: Browser, **changes: str) -> str | None:
    """The grand total of the preview; None when it is refused or hidden."""
    answer = browser.client.get(address(**({"by": "quarter", "by2": ""} | changes)))
    found = re.search(r'<th scope="row">All</th><td class="number"><bdi>([^<]*)', answer.get_data(as_text=True))
    return found[1] if found else None


def test_contested_unverified_unreleased_and_recent_cases_are_not_counted(world: World) -> None:
    team = world.team()
    tomorrow = days(date.today() + timedelta(days=2))  # noqa: DTZ011 - the delay is judged by UTC days
    keep(
        team.researcher,
        facts(30),
        facts(50, verification="VS_C"),
        facts(50, verification="VS_1"),
        facts(50, release_level="RL_NONE"),
        facts(50, releasable_from=tomorrow),
        facts(50, primary=False),
        facts(50, person=None),
    )
    assert total(team.advocate.browser()) == "30"


def test_who_took_back_their_consent_is_gone_from_the_next_table(world: World) -> None:
    team = world.team()
    kept = facts(30)
    keep(team.researcher, kept)
    with writing(db.session):
        db.session.add_all(Withdrawal(person=f"{row.person:016x}", purpose="CP_STAT") for row in kept[:6])
    assert total(team.advocate.browser()) == "24"


def test_press_reports_are_released_under_that_label_everywhere(world: World) -> None:
    team = world.team()
    keep(team.researcher, press_killings(25), facts(30, verification="VS_1"), facts(40))
    browser = team.advocate.browser()
    asked = {"series": "press", "by": "quarter", "by2": ""}
    assert total(browser, **asked) == "25"
    release_id = released(browser, **asked)
    label = "Open-source killings as reported by the press"
    assert label in browser.get(f"/releases/{release_id}")
    answer = file_of(browser, release_id, "csv")
    assert "tala-release-1-press.csv" in answer.headers["Content-Disposition"]
    assert all(label in line for line in answer.data.decode().splitlines()[1:])
    book = load_workbook(io.BytesIO(file_of(browser, release_id, "xlsx").data))
    assert label in book["Table"]["A1"].value
    assert any("quote them as reported by the press" in str(row[1].value) for row in book["Method"].iter_rows())


def test_only_what_was_granted_is_counted(world: World) -> None:
    mine, theirs = world.team(), world.team()
    keep(mine.researcher, facts(30))
    keep(theirs.researcher, facts(70))
    assert total(mine.advocate.browser()) == "30"


# -- register, roles -------------------------------------------------------------------------


def test_earlier_releases_that_may_count_the_same_people_are_named(team: Team) -> None:
    browser = team.advocate.browser()
    first = released(browser)
    page = browser.get(address(by2=""))
    assert "Earlier releases may count some of the same people" in page
    assert f"/releases/{first}" in page
    assert "Earlier releases" not in browser.get(f"/releases/{first}")


def test_numbers_go_up_by_one(team: Team) -> None:
    browser = team.advocate.browser()
    released(browser)
    released(browser)
    assert sorted(number for (number,) in db.session.query(Release.number)) == [1, 2]


def test_everyone_reads_the_register_and_only_advocates_release(team: Team) -> None:
    release_id = released(team.advocate.browser())
    for person in (team.researcher, team.analyst, team.administrator):
        browser = person.browser()
        browser.get("/releases")
        browser.get(f"/releases/{release_id}")
        file_of(browser, release_id, "xlsx")
        browser.get("/releases/new", status=403)
        browser.post("/releases/new", dict(QUESTION), status=403)


def test_there_is_no_release_and_no_file_where_there_is_none(team: Team) -> None:
    browser = team.advocate.browser()
    release_id = released(browser)
    browser.get("/releases/" + "0" * 32, status=404)
    browser.get(f"/releases/{release_id}/files/exe", status=404)
    browser.get("/releases/" + "0" * 32 + "/files/csv", status=404)


def test_a_large_table_is_shown_a_page_at_a_time_and_is_whole_in_its_files(world: World) -> None:
    team = world.team()
    keep(team.researcher, facts(40, month=202601), facts(40, month=202605), facts(40, month=202612, violation="TOR"))
    browser = team.advocate.browser()
    asked = {"by": "violation", "by2": "year", "since": "2022-01"}
    first = browser.get(address(**asked))
    assert "Page <bdi>1</bdi> of" in first
    assert "page=2" in first
    assert len(first.encode()) < 120_000
    second = browser.get(address(**asked, page="2"))
    assert "Page <bdi>2</bdi> of" in second


def test_no_number_that_is_hidden_stands_anywhere_in_the_files(world: World) -> None:
    """Counts that occur nowhere else would be found."""
    team = world.team()
    keep(team.researcher, facts(3, violation="TOR"), facts(213, violation="LIB_ARR"), facts(317, violation="VIO"))
    browser = team.advocate.browser()
    release_id = released(browser, by2="")
    text = file_of(browser, release_id, "csv").data.decode()
    archive = zipfile.ZipFile(io.BytesIO(file_of(browser, release_id, "xlsx").data))
    hidden = [row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"))) if row["state"] == "suppressed"]
    counts = {"TOR": "3", "LIB": "213", "VIO": "317"}
    assert "TOR" in {row["violation_group_code"] for row in hidden}
    sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    values = re.findall(r"<v>(\d+)</v></c>", re.sub(r'<c[^>]*t="s"[^>]*><v>\d+</v></c>', "", sheet))
    for row in hidden:
        if row["violation_group_code"] in counts:
            assert counts[row["violation_group_code"]] not in values
            assert f",{counts[row['violation_group_code']]}," not in text


def test_files_are_kept_as_first_sent_beside_their_digest(team: Team) -> None:
    released(team.advocate.browser())
    for kept in db.session.query(ReleaseFile):
        assert hashlib.sha256(kept.content).hexdigest() == kept.sha256
