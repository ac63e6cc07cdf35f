"""Publications: who writes, who reads, what a page counts, and what a file may be."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from incidents.extensions import db
from incidents.reports import services
from incidents.reports.models import Publication, PublicationFile
from tests.factories.facts import facts, keep

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.factories.world import Browser, Person, Team, World

PDF = b"%PDF-1.7 plainly fictional"
LETTER = {
    "kind": "open_letter",
    "title": "A plainly fictional letter",
    "language": "en",
    "published_on": "2026-03-05",
    "text": "First paragraph.\n\nSecond,\nwith a line break.",
    "themes": ["T_LIFE", "T_HEALTH"],
    "countries": "ph id",
    "campaign": "CMP_OTH",
}


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def publish(person: Person, **changes: Any) -> str:
    """The id of a publication made the way a person makes it."""
    browser = person.browser()
    answer = send(browser, "/reports/new", **changes)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"].rsplit("/", 1)[1]


def send(browser: Browser, path: str, **changes: Any) -> TestResponse:
    # encoded here: the client itself would leave large bodies in temporary files that it does not close
    boundary, body = encode_multipart({"csrf_token": browser.token(), **LETTER, **changes})
    return browser.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def attached(name: str, content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


def test_what_is_published_is_on_its_page_and_in_the_list(team: Team) -> None:
    publication = publish(team.advocate)
    page = team.analyst.browser().get(f"/reports/{publication}")
    assert "A plainly fictional letter" in page
    assert '<p dir="auto">Second,<br>with a line break.</p>' in page
    assert "Right to life" in page
    assert "Philippines, Indonesia" in page
    assert f"/reports/{publication}" in team.administrator.browser().get("/reports")


def test_a_text_is_text_and_never_markup(team: Team) -> None:
    publication = publish(
        team.advocate, title="<b>x</b>\u202e", text="<script>alert(1)</script>\n\n[a](javascript:b) {{ 7*7 }}"
    )
    page = team.analyst.browser().get(f"/reports/{publication}")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page
    assert "<b>" not in page
    assert "\u202e" not in page


def test_advocates_and_researchers_publish_and_nobody_else(team: Team) -> None:
    publish(team.researcher)
    for person in (team.analyst, team.administrator):
        browser = person.browser()
        browser.get("/reports/new", status=403)
        assert send(browser, "/reports/new").status_code == 403


def test_only_the_own_organisation_changes_or_removes_it(world: World, team: Team) -> None:
    publication = publish(team.advocate)
    stranger = world.team().advocate.browser()
    stranger.get(f"/reports/{publication}")
    stranger.get(f"/reports/{publication}/edit", status=403)
    assert send(stranger, f"/reports/{publication}/edit", title="Taken over").status_code == 403
    stranger.post(f"/reports/{publication}/remove", status=403)
    assert services.get(publication).title == LETTER["title"]


def test_a_changed_publication_says_the_new_thing_and_keeps_its_files(team: Team) -> None:
    publication = publish(team.advocate, file=attached("letter.pdf", PDF))
    browser = team.researcher.browser()
    page = browser.get(f"/reports/{publication}/edit")
    assert 'value="2026-03-05"' in page
    assert re.search(r'value="T_LIFE"[^>]*checked', page)
    answer = send(browser, f"/reports/{publication}/edit", title="Said better", file=attached("two.txt", b"two"))
    assert answer.status_code == 303
    page = browser.get(f"/reports/{publication}")
    assert "Said better" in page
    assert "letter.pdf" in page
    assert "two.txt" in page


def test_removing_a_publication_removes_its_files_and_leaves_replies(team: Team) -> None:
    letter = publish(team.advocate, file=attached("letter.pdf", PDF))
    reply = publish(team.advocate, kind="reply", title="We read your letter", response_to=letter)
    browser = team.advocate.browser()
    assert "We read your letter" in browser.get(f"/reports/{letter}")
    assert f"/reports/{letter}" in browser.get(f"/reports/{reply}")
    browser.post(f"/reports/{letter}/remove", status=303)
    browser.get(f"/reports/{letter}", status=404)
    assert f"/reports/{letter}" not in browser.get(f"/reports/{reply}")
    assert db.session.query(PublicationFile).count() == 0


def test_choices_name_every_publication_newest_first(team: Team) -> None:
    older = publish(team.advocate, title="Older", published_on="2025-01-01")
    newer = publish(team.advocate, title="Newer", published_on="2026-01-01")
    assert services.choices() == [(newer, "Newer"), (older, "Older")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=open_letter", True),
        ("kind=story", False),
        ("year=2026", True),
        ("year=2025", False),
        ("year=MMXXV", True),
        ("theme=T_HEALTH", True),
        ("theme=T_PRIV", False),
        ("theme=T_", False),
        ("theme=%25", False),
        ("country=ID", True),
        ("country=TH", False),
        ("language=en", True),
        ("language=th", False),
        ("campaign=CMP_OTH", True),
        ("campaign=CMP_16D", False),
        ("campaign=nonsense", False),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(team: Team, asked: str, *, found: bool) -> None:
    publication = publish(team.advocate)
    assert (f"/reports/{publication}" in team.analyst.browser().get(f"/reports?{asked}")) is found


def test_a_campaign_within_another_is_found_under_both(team: Team) -> None:
    publication = publish(team.advocate, campaign="CMP_EVWUD")
    assert f"/reports/{publication}" in team.analyst.browser().get("/reports?campaign=CMP_16D")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "  "}, "Give it a title"),
        ({"title": "x" * 301}, "Use at most 300 characters"),
        ({"published_on": "5 March"}, "Give a day as year, month and day"),
        ({"published_on": "2026-02-30"}, "Give a day as year, month and day"),
        ({"countries": "PH XX"}, "Use two-letter country codes"),
        ({"themes": ["T_NONE"]}, "Choose one of the list"),
        ({"campaign": "CMP_NONE"}, "Choose one of the list"),
        ({"response_to": "0" * 32}, "Choose one of the list"),
        ({"release": "0" * 32}, "Choose one of the list"),
        ({"language": "xx"}, "Not a valid choice"),
        ({"text": "x" * 100_001}, "The text is too long"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_typed_is_lost(team: Team, changes: dict[str, Any], words: str) -> None:
    answer = send(team.advocate.browser(), "/reports/new", **changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "with a line break." in page or "text" in changes
    assert db.session.query(Publication).count() == 0


def test_what_is_still_to_come_is_not_listed_yet(team: Team) -> None:
    soon = (datetime.now(tz=UTC) + timedelta(days=2)).date().isoformat()
    answer = send(team.advocate.browser(), "/reports/new", published_on=soon)
    assert "still to come" in answer.get_data(as_text=True)


# -- files -----------------------------------------------------------------------------------


def test_a_file_is_sent_as_bytes_to_be_saved(team: Team) -> None:
    publication = publish(team.advocate, file=attached("../../Brief’s \u202eletter.pdf", PDF))
    browser = team.administrator.browser()
    path = re.search(rf"/reports/{publication}/files/[0-9a-f]+", browser.get(f"/reports/{publication}"))
    assert path
    answer = browser.client.get(path[0])
    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == "attachment; filename=\"Briefs_letter.pdf\"; filename*=UTF-8''Brief%E2%80%99s%20letter.pdf"


def test_a_file_belongs_to_its_publication_alone(team: Team) -> None:
    first = publish(team.advocate, file=attached("letter.pdf", PDF))
    second = publish(team.advocate)
    (file_id,) = db.session.query(PublicationFile.id).one()
    browser = team.advocate.browser()
    browser.get(f"/reports/{second}/files/{file_id}", status=404)
    browser.post(f"/reports/{second}/files/{file_id}/remove", status=404)
    browser.post(f"/reports/{first}/files/{file_id}/remove", status=303)
    browser.get(f"/reports/{first}/files/{file_id}", status=404)


def test_a_refused_file_keeps_what_was_typed(team: Team) -> None:
    answer = send(team.advocate.browser(), "/reports/new", file=attached("page.html", b"<script>"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This kind of file cannot be published here" in page
    assert "with a line break." in page
    assert db.session.query(Publication).count() == 0


def test_a_file_of_more_than_twenty_megabytes_is_refused_as_a_file_or_a_body(team: Team) -> None:
    browser = team.advocate.browser()
    large = PDF + bytes(20 * 1024 * 1024)
    answer = send(browser, "/reports/new", file=attached("large.pdf", large))
    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.get_data(as_text=True)
    answer = send(browser, "/reports/new", file=attached("larger.pdf", large + bytes(2 * 1024 * 1024)))
    assert answer.status_code == 413


def test_other_pages_take_no_large_bodies(team: Team) -> None:
    publication = publish(team.advocate)
    answer = send(
        team.advocate.browser(), f"/reports/{publication}/remove", file=attached("large.pdf", bytes(5 * 1024 * 1024))
    )
    assert answer.status_code == 413


def test_an_archive_that_is_no_office_file_is_refused(team: Team) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.exe", b"MZ")
    answer = send(team.advocate.browser(), "/reports/new", file=attached("report.docx", packed.getvalue()))
    assert "not what its name says" in answer.get_data(as_text=True)


# -- counts ----------------------------------------------------------------------------------


def test_a_page_counts_what_the_publication_rests_on_protected(team: Team) -> None:
    publication, other = publish(team.advocate), publish(team.advocate)
    keep(
        team.researcher,
        facts(31, reports=f"{other} {publication}"),
        facts(17, reports=publication, violation="TOR"),
        facts(2, reports=publication, violation="VIO"),
        facts(99, reports=other),
        facts(50, reports=publication, verification="VS_C"),
        facts(50, reports=publication, release_level="RL_NONE"),
    )
    page = team.analyst.browser().get(f"/reports/{publication}")
    cells = dict(re.findall(r'<th scope="row">([^<]*)</th><td class="number">(.*?)</td>', page))
    assert "50" in cells["All"]
    assert "hidden" in next(
        words for label, words in cells.items() if "Other violence" in label or "by private" in label
    )
    assert ">2<" not in page
    assert "Documented cases, not prevalence" in page


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_none_and_too_few_are_the_same_words(team: Team, kept: int) -> None:
    publication = publish(team.advocate)
    if kept:
        keep(team.researcher, facts(kept, reports=publication))
    page = team.advocate.browser().get(f"/reports/{publication}")
    assert "There are no persons to count, or too few to show; Tala does not say which." in page


def test_who_holds_no_facts_key_is_told_so(team: Team) -> None:
    publication = publish(team.advocate)
    keep(team.researcher, facts(31, reports=publication))
    page = team.administrator.browser().get(f"/reports/{publication}")
    assert "Your role opens no facts" in page
    assert ">31<" not in page


def test_there_is_no_page_of_what_was_never_published(team: Team) -> None:
    browser = team.advocate.browser()
    browser.get("/reports/" + "0" * 32, status=404)
    browser.get("/reports/" + "0" * 32 + "/edit", status=404)
    browser.post("/reports/" + "0" * 32 + "/remove", status=404)
