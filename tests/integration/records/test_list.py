"""The list of cases: what it shows, filters, sorting, pages, and who may see it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.models import Organisation, Role
from incidents.extensions import db
from incidents.records.index import PAGE_SIZE
from tests.factories import documents as make

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import World
    from tests.integration.records.conftest import Desk

LINK = re.compile(r'href="/cases/([0-9a-f]{32})"')


def listed(text: str) -> list[str]:
    """Ids of the cases of a page, in its order."""
    return LINK.findall(text)


def at(month: str, country: str = "PH", violation: str = "POL_EXT", kind: str = "ST_POL") -> CaseDocument:
    """A complete case of a month, a country, a violation and a kind of perpetrator."""
    whom = make.person()
    act = make.act(violation, whom)
    return make.document(
        incident=make.incident(date_start=month, country=country, adm1=None),
        persons=[whom],
        acts=[act],
        perpetrators=[make.perpetrator(act, perp_type=kind)],
        consents=[make.consent(whom)],
    )


def test_an_empty_list_invites_to_record_the_first_case(desk: Desk) -> None:
    text = desk.browser.get("/cases")
    assert "No case is recorded yet." in text
    assert 'href="/cases/new"' in text
    assert "<table" not in text


def test_a_row_says_what_when_where_by_whom_how_known_and_whether_counted(desk: Desk) -> None:
    document = at("2026-03-14", "PH", "POL_EXT", "ST_POL_DRUG")
    desk.save(document)
    text = desk.browser.get("/cases")
    assert listed(text) == [document.incident.id]
    row = text[text.index("<tbody>") : text.index("</tbody>")]
    for words in (
        document.incident.ref,
        "March 2026",
        "Philippines",
        "Extortion or bribe demand",
        "Drug enforcement unit or agency",
        "Credible",
        "counted",
    ):
        assert words in row
    assert "not counted" not in row


def test_a_row_says_why_a_case_is_not_counted(desk: Desk) -> None:
    desk.save(make.document(consents=[]))
    assert "not counted: no consent" in desk.browser.get("/cases")


def test_what_is_not_finished_is_listed_for_completion(desk: Desk) -> None:
    unfinished = make.quick_record()
    desk.save(unfinished)
    desk.save(make.document())
    text = desk.browser.get("/cases")
    assert "1 record is not finished and not counted." in text
    assert 'href="/cases?state=incomplete"' in text
    assert listed(desk.browser.get("/cases?state=incomplete")) == [unfinished.incident.id]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("country=PH", "ad"),
        ("country=KE", "b"),
        ("since=202602", "bc"),
        ("until=202602", "abd"),
        ("since=202602&until=202602", "b"),
        ("violation=TOR", "c"),
        ("violation=POL_EXT", "ab"),
        ("violation=POL", "ab"),
        ("perpetrator=NS", "bd"),
        ("perpetrator=ST_POL_DRUG", "c"),
        ("perpetrator=ST", "ac"),
        ("verification=VS_2", "abcd"),
        ("verification=VS_3", ""),
        ("state=counted", "abcd"),
        ("state=held", ""),
        ("country=PH&violation=POL", "a"),
        ("country=XX&since=209999&violation=NOPE&perpetrator=..&state=open", "abcd"),
        ("since=202613&until=abcdef", "abcd"),
        ("since=٢٠٢٦٠٢", "abcd"),
    ],
)
def test_filters_by_month_country_violation_perpetrator_verification_and_state(
    desk: Desk, query: str, expected: str
) -> None:
    cases = {
        "a": at("2026-01-10", "PH"),
        "b": at("2026-02-10", "KE", "POL_EXT_INF", "NS_CRIM"),
        "c": at("2026-03-10", "UG", "TOR_ASLT", "ST_POL_DRUG"),
        "d": at("2025-12", "PH", "VIO_ASLT", "NS_COM"),
    }
    # a filter for one violation alone must not find what is finer than another
    desk.save(*cases.values())
    found = set(listed(desk.browser.get(f"/cases?{query}")))
    names = "".join(sorted(name for name, case in cases.items() if case.incident.id in found))
    assert names == expected


def test_says_when_nothing_fits_and_offers_the_way_back(desk: Desk) -> None:
    desk.save(at("2026-01"))
    text = desk.browser.get("/cases?country=KE")
    assert "No case fits." in text
    assert "0 cases fit." in text
    assert 'href="/cases"' in text


def test_a_filter_offers_only_what_occurs_and_keeps_what_was_asked(desk: Desk) -> None:
    desk.save(at("2026-01", "PH"))
    text = desk.browser.get("/cases?country=KE")
    country = text[text.index('id="country"') : text.index('id="violation"')]
    assert re.findall(r'value="(\w+)"', country) == ["KE", "PH"]
    assert '<option value="KE" selected>' in country


def test_sorts_by_every_column_with_ties_in_a_stable_order(desk: Desk) -> None:
    same = [at("2026-02", "KE") for _ in range(3)]
    early, late = at("2026-01", "PH"), at("2026-03", "UG")
    desk.save(*same, early, late)
    ids = sorted(case.incident.id for case in same)
    assert listed(desk.browser.get("/cases?sort=date&order=up")) == [early.incident.id, *ids, late.incident.id]
    assert listed(desk.browser.get("/cases?sort=date&order=down")) == [late.incident.id, *ids, early.incident.id]
    assert listed(desk.browser.get("/cases")) == [late.incident.id, *ids, early.incident.id]
    for column in ("country", "violation", "perpetrator", "verification"):
        once = listed(desk.browser.get(f"/cases?sort={column}&order=up"))
        assert once == listed(desk.browser.get(f"/cases?sort={column}&order=up"))
        assert len(once) == 5


def test_a_heading_tells_the_order_and_turns_it_around(desk: Desk) -> None:
    desk.save(at("2026-02"))
    text = desk.browser.get("/cases?country=PH")
    assert 'aria-sort="descending"' in text
    assert "country=PH&amp;sort=date&amp;order=up" in text


def test_pages_hold_every_case_once_though_all_of_them_tie(desk: Desk) -> None:
    cases = [at("2026-02") for _ in range(PAGE_SIZE + 7)]
    desk.save(*cases)
    first, second = (listed(desk.browser.get(f"/cases?page={number}")) for number in (1, 2))
    assert (len(first), len(second)) == (PAGE_SIZE, 7)
    assert {*first, *second} == {case.incident.id for case in cases}
    assert "Page <bdi>1</bdi> of <bdi>2</bdi>" in desk.browser.get("/cases")


@pytest.mark.parametrize("page", ["0", "-3", "99", "x", "9" * 30, ""])
def test_a_page_that_does_not_exist_shows_one_that_does(desk: Desk, page: str) -> None:
    desk.save(at("2026-02"))
    assert len(listed(desk.browser.get(f"/cases?page={page}"))) == 1


def test_another_organisation_sees_nothing_of_it(desk: Desk, world: World) -> None:
    incident_id = desk.save(at("2026-02"))
    other = world.team().researcher.browser()
    assert listed(other.get("/cases")) == []
    for page in ("", "/identity", "/history", "/summary"):
        other.get(f"/cases/{incident_id}{page}", status=404)
    other.post(f"/cases/{incident_id}/identity", {"reason": "a reason long enough"}, status=404)
    other.post(f"/cases/{incident_id}/summary", {"text": "text", "expected": "1"}, status=404)


def test_only_researchers_see_cases(desk: Desk) -> None:
    incident_id = desk.save(at("2026-02"))
    for person in (desk.team.analyst, desk.team.advocate, desk.team.administrator):
        browser = person.browser()
        for page in (
            "",
            f"/{incident_id}",
            f"/{incident_id}/identity",
            f"/{incident_id}/history",
            f"/{incident_id}/summary",
        ):
            browser.get(f"/cases{page}", status=403)
        for page in ("identity", "summary", "summary/check"):
            browser.post(f"/cases/{incident_id}/{page}", status=403)


def test_a_researcher_whom_nobody_admitted_reads_whom_to_ask(desk: Desk, world: World) -> None:
    organisation = db.session.get_one(Organisation, desk.team.organisation_id)
    newcomer = world.person(Role.RESEARCHER, organisation)
    text = newcomer.browser().get("/cases", status=403)
    assert "You hold no keys yet" in text
    assert desk.team.researcher.username in text
    assert desk.team.analyst.username not in text
    assert "Your account" in text


def test_the_list_speaks_the_language_of_its_reader(desk: Desk) -> None:
    desk.save(at("2026-02"))
    desk.browser.client.set_cookie("tala-locale", "ar-XB")
    text = desk.browser.get("/cases")
    assert 'dir="rtl"' in text
    assert "Çåšéš" in text or "Cåšéš" in text


def waiting(hours: float, priority: str = "PRI_1") -> CaseDocument:
    """A case of a priority that was set so many hours ago."""
    since = dt.datetime.now(tz=dt.UTC) - dt.timedelta(hours=hours)
    return make.document(incident=make.incident(priority=priority, priority_since=since))


def test_the_list_says_by_when_somebody_has_to_act_and_who_waits_longest_comes_first(desk: Desk) -> None:
    soon, late, later = waiting(18.5), waiting(30), waiting(24 + 72)
    closed = make.document(incident=make.incident(monitoring_status="closed"))
    for document in (soon, closed, later, late):
        desk.save(document)
    text = desk.browser.get("/cases")
    assert "2 cases have waited longer than they should." in text
    assert "nothing due" in text
    urgent = desk.browser.get("/cases?state=urgent")
    assert listed(urgent) == [one.incident.id for one in (later, late, soon)]
    for words in ("3 days late", "6 hours late", "in 5 hours"):
        assert words in urgent
    assert "have waited longer" not in urgent


def test_sorted_by_the_clock_what_has_none_comes_last(desk: Desk) -> None:
    soon, late = waiting(1), waiting(30)
    closed = make.document(incident=make.incident(monitoring_status="closed"))
    for document in (closed, soon, late):
        desk.save(document)
    assert listed(desk.browser.get("/cases?sort=due&order=up")) == [one.incident.id for one in (late, soon, closed)]
    assert listed(desk.browser.get("/cases?sort=due&order=down")) == [one.incident.id for one in (soon, late, closed)]
