"""The pages of the log: who sees it, what it tells, and that checking it tells the truth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.models import Role
from incidents.audit import reading
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from tests.integration.audit.logs import entry, write

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World


def record(team: Team, act: Act, **details: str) -> None:
    with writing(db.session):
        audit.record(team.organisation_id, act, **details)


def test_a_member_reads_who_did_what_when_and_why(world: World) -> None:
    team = world.team()
    record(
        team, Act.DISABLED, by=team.administrator.id, about=team.analyst.id, reason="they left the fictional network"
    )
    page = team.researcher.browser().get("/audit")
    for words in (team.administrator.username, team.analyst.username, "Disabled an account", "left the fictional"):
        assert words in page
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", page)
    assert str(audit.head(team.organisation_id)) in page


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADVOCATE, Role.ADMINISTRATOR, Role.FIELD_WORKER])
def test_who_was_not_given_it_sees_nothing_of_it(world: World, role: Role) -> None:
    team = world.team()
    person: Person = getattr(team, role.value)
    browser = person.browser()
    for path in ("/audit", "/audit/check", f"/audit?organisation={team.organisation_id}"):
        browser.get(path, status=403)
    browser.post("/audit/export", status=403)
    browser.get("/audit/auditors", status=403)


def test_a_member_of_another_organisation_sees_nothing_of_it(world: World) -> None:
    team, other = world.team(), world.team()
    browser = other.researcher.browser()
    for path in ("/audit", "/audit/check"):
        browser.get(f"{path}?organisation={team.organisation_id}", status=403)
    browser.post(f"/audit/export?organisation={team.organisation_id}", status=403)


def test_the_log_is_narrowed_to_an_act_and_turned_page_by_page(world: World) -> None:
    team = world.team()
    write(team, reading.PAGE + 5)
    record(team, Act.RELEASED, reason="the only one of its kind")
    browser = team.researcher.browser()
    assert "the only one of its kind" in browser.get("/audit?act=exported")
    assert "the only one of its kind" not in browser.get("/audit?act=drill")
    first = browser.get("/audit")
    older = re.search(r'href="(/audit\?[^"]*below=\d+[^"]*)"', first)
    assert older
    second = browser.get(older[1].replace("&amp;", "&"))
    assert "to have 1 of them" in second
    assert "to have 1 of them" not in first
    # What nobody offers is not an error.
    assert "the only one of its kind" in browser.get("/audit?act=nonsense&below=x")


def test_a_filter_that_finds_nothing_says_so_and_leads_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    team = world.team()
    write(team, 12)
    monkeypatch.setattr(reading, "LOOK_THROUGH", 5)
    page = team.researcher.browser().get("/audit?act=erased")
    assert "Nothing of this kind is in this part of the log" in page
    assert "Older entries" in page


def test_an_entry_that_does_not_open_is_shown_with_its_number(world: World) -> None:
    team = world.team()
    write(team, 3)
    number = 0
    with writing(db.session):
        row = entry(team, number)
        row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    assert "does not open" in team.researcher.browser().get("/audit")
    with writing(db.session):
        entry(team, number).sealed = b""
    assert "does not open" in team.researcher.browser().get("/audit")


def test_an_act_of_a_newer_version_is_no_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    team = world.team()
    record(team, "somersault", reason="from the future")  # type: ignore[arg-type]
    assert "from the future" in team.researcher.browser().get("/audit")
    del monkeypatch


def test_a_whole_log_is_called_whole_and_a_changed_one_is_not(world: World) -> None:
    team = world.team()
    write(team, 5)
    browser = team.researcher.browser()
    page = browser.get("/audit/check")
    assert "The log is whole" in page
    assert "was not compared with your organisation" not in page
    with writing(db.session):
        db.session.delete(entry(team, 6))
    page = browser.get("/audit/check")
    assert "Somebody has changed the log" in page
    assert "Entry <bdi>6</bdi> is missing" in page
    assert "The log is whole" not in page


def test_digits_from_paper_are_looked_up(world: World) -> None:
    team = world.team()
    printed = audit.head(team.organisation_id)
    assert printed is not None
    write(team, 3)
    browser = team.researcher.browser()
    fits = f"with entry <bdi>{printed.number}</bdi>"
    for typed in (str(printed), printed.short, printed.short.upper().replace("-", " ")):
        assert fits in browser.get(f"/audit/check?printed={typed}"), typed
    assert "The log never ended there" in browser.get(f"/audit/check?printed={printed.short[:9]}")
    assert "The log never ended there" in browser.get("/audit/check?printed=0000-0000-0000-0000-0000")


def test_the_sealed_log_is_saved_from_the_page_and_tells_nothing(world: World) -> None:
    team = world.team()
    record(team, Act.RELEASED, by=team.researcher.id, reason="a word that nobody may read")
    browser = team.researcher.browser()
    content = browser.post("/audit/export")
    assert "nobody may read" not in content
    assert team.researcher.id not in content
    assert content.count('"kind":"entry"') == (audit.head(team.organisation_id).number + 1)  # type: ignore[union-attr]
    assert "Exported the log" in browser.get("/audit")


def test_a_script_typed_as_a_reason_is_text(world: World) -> None:
    team = world.team()
    record(team, Act.RELEASED, reason="<script>alert(1)</script>")
    page = team.researcher.browser().get("/audit")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
