"""Which publications rest on a case: said by its researchers, sealed with it, counted on the publication's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.audit.models import AuditEntry
from incidents.casework import publications
from incidents.casework.publications import TooMany
from incidents.casework.services import Case
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records import services as records
from incidents.reports.models import PublicationType
from tests.integration.casework.test_verifying import kept, keys, now
from tests.integration.consents.scenes import agreed, published, saved, text_of
from tests.integration.reports.test_told import left_in_tables

if TYPE_CHECKING:
    from tests.factories.world import Browser, Team, World

COUNTED = re.compile(r"(\d+) cases? of yours names? this publication")


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def name(browser: Browser, case: str, publication: str, expected: int, status: int = 303) -> str:
    sent = {"publication": publication, "expected": str(expected)}
    return browser.post(f"/cases/{case}/publications", sent, status=status)


def counted(browser: Browser, publication: str) -> int | None:
    found = COUNTED.search(text_of(browser.get(f"/reports/{publication}")))
    return int(found[1]) if found else None


def test_a_researcher_says_what_rests_on_a_case_and_takes_it_back(team: Team) -> None:
    report, case = published(team, PublicationType.REPORT, "A fictional yearly report"), kept(team.researcher)
    browser = team.researcher.browser()
    assert "0 publications rest on it" in text_of(browser.get(f"/cases/{case}"))
    name(browser, case, report, 1)
    assert now(team.researcher, case).reports == [report]
    assert "1 publication rests on it" in text_of(browser.get(f"/cases/{case}"))
    page = browser.get(f"/cases/{case}/publications")
    assert "A fictional yearly report" in page
    assert f'value="{report}"' not in page
    browser.post(f"/cases/{case}/publications/{report}/remove", {"expected": "2"}, status=303)
    assert now(team.researcher, case).reports == []
    assert f'value="{report}"' in browser.get(f"/cases/{case}/publications")


def test_the_link_stands_in_the_sealed_case_and_in_no_table_or_log(team: Team) -> None:
    report, case = published(team, PublicationType.REPORT), kept(team.researcher)
    browser, before = team.researcher.browser(), left_in_tables(report)
    entries = len(db.session.scalars(select(AuditEntry)).all())
    name(browser, case, report, 1)
    assert left_in_tables(report) == before
    assert len(db.session.scalars(select(AuditEntry)).all()) == entries


def test_facts_and_the_page_of_the_publication_follow_what_is_said(world: World, team: Team) -> None:
    report = published(team, PublicationType.REPORT)
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    browser = team.researcher.browser()
    assert counted(browser, report) == 0
    name(browser, document.incident.id, report, 2)
    rows = frame(facts_keys(team.analyst.id, team.analyst.seed)).rows
    assert rows["reports"].cast(str).to_list() == [report] * rows.height
    page = browser.get(f"/reports/{report}")
    assert counted(browser, report) == 1
    assert f'href="/cases/{document.incident.id}"' in page
    # What others see is protected: one person is too few.
    assert counted(team.analyst.browser(), report) is None
    assert "too few to show" in team.analyst.browser().get(f"/reports/{report}")
    assert counted(world.team().researcher.browser(), report) == 0


def test_a_researcher_to_whom_nobody_has_handed_keys_reads_the_publication_and_no_number(
    world: World, team: Team
) -> None:
    report = published(team, PublicationType.REPORT)
    keyless = world.person(team.researcher.role, team.researcher.account.organisation)
    assert counted(keyless.browser(), report) is None


def test_what_is_no_publication_that_stands_is_refused(team: Team) -> None:
    case, browser = kept(team.researcher), team.researcher.browser()
    removed = published(team, PublicationType.REPORT)
    for odd in ("", "e" * 32, "'; --"):
        assert "Choose one of the list" in name(browser, case, odd, 1, status=422)
    name(browser, case, removed, 1)
    team.advocate.browser().post(f"/reports/{removed}/remove", status=303)
    page = text_of(browser.get(f"/cases/{case}/publications"))
    assert "A publication that was withdrawn or removed" in page
    browser.post(f"/cases/{case}/publications/{removed}/remove", {"expected": "2"}, status=303)
    assert now(team.researcher, case).reports == []


def test_somebody_elses_save_is_told_and_nothing_is_changed(team: Team) -> None:
    first, second, case = (
        published(team, PublicationType.REPORT),
        published(team, PublicationType.REPORT),
        kept(team.researcher),
    )
    browser = team.researcher.browser()
    name(browser, case, first, 1)
    page = name(browser, case, second, 1, status=409)
    assert "Somebody saved this case meanwhile" in page
    assert re.search(f'value="{second}" selected', page)
    browser.post(f"/cases/{case}/publications/{first}/remove", {"expected": "1"}, status=409)
    assert now(team.researcher, case).reports == [first]


def test_said_twice_it_is_as_once_and_there_is_an_end_to_it(team: Team) -> None:
    report, case, mine = published(team, PublicationType.REPORT), kept(team.researcher), keys(team.researcher)
    publications.name(mine, Case(case, 1), report)
    publications.name(mine, Case(case, 2), report)
    assert records.open_account(mine, case).revision == 2
    full = now(team.researcher, case).model_copy(update={"reports": [f"{one:032x}" for one in range(100)]})
    records.update(mine, full, expected=2)
    with pytest.raises(TooMany):
        publications.name(mine, Case(case, 3), report)


def test_the_case_of_another_organisation_is_not_found(world: World, team: Team) -> None:
    report, case = published(team, PublicationType.REPORT), kept(team.researcher)
    stranger = world.team().researcher.browser()
    stranger.get(f"/cases/{case}/publications", status=404)
    name(stranger, case, report, 1, status=404)
    stranger.post(f"/cases/{case}/publications/{report}/remove", {"expected": "1"}, status=404)
