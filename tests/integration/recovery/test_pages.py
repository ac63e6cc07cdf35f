"""Members name trustees on a page that shows the papers once, and learn whether their cases would come back."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, update

from incidents.accounts.models import Role
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.models import Key, KeyKind, RecoveryCopy
from incidents.keyring.people import Seed
from incidents.keyring.shares import read_words
from incidents.recovery import health, services
from incidents.recovery.health import Standing
from incidents.recovery.models import Share

if TYPE_CHECKING:
    from tests.factories.world import Team, World

NAMES = {"trustee_1": "A fictional lawyer", "trustee_3": "A fictional aunt", "trustee_7": "A <fictional> doctor"}


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def words_on(page: str) -> list[list[str]]:
    lists = re.findall(r'<ol class="words".*?</ol>', page, re.DOTALL)
    return [re.findall(r'<li lang="en">(\w+)</li>', one) for one in lists]


def standing(team: Team) -> Standing:
    one = team.researcher.membership()
    return health.of_members(team.organisation_id, "", one.roster()[0].recovery).standing


def test_naming_shows_each_trustee_fifteen_words_that_open_a_share(team: Team) -> None:
    page = team.researcher.browser().post("/recovery", {**NAMES, "needed": "2"})
    papers = words_on(page)
    assert [len(words) for words in papers] == [15, 15, 15]
    assert page.count('class="qr"') == 3
    assert "A &lt;fictional&gt; doctor" in page
    key = services.recovery_key(team.researcher.account.organisation.name)
    opened = dict(services.open_paper(key, " ".join(words)) for words in papers[1:])
    assert set(opened) == {2, 3}
    assert services.open_organisation(key, opened).member.organisation.raw == (
        team.researcher.membership().organisation.raw
    )


def test_the_papers_are_shown_once_and_kept_nowhere_in_clear(team: Team) -> None:
    browser = team.researcher.browser()
    words = words_on(browser.post("/recovery", {**NAMES, "needed": "2"}))[0]
    later = browser.get("/recovery")
    assert words_on(later) == []
    assert "A &lt;fictional&gt; doctor" in later
    shares = b"".join(db.session.scalars(select(Share.sealed)))
    assert read_words(" ".join(words)) not in shares


def test_the_names_of_trustees_are_nowhere_in_the_database(team: Team) -> None:
    team.researcher.browser().post("/recovery", {**NAMES, "needed": "2"})
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert not [value for value in row if "fictional aunt" in str(value) or value == b"A fictional aunt"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "at least two trustees"),
        ({"trustee_1": "A fictional aunt"}, "at least two trustees"),
        ({"trustee_1": "  ", "trustee_2": "A fictional aunt"}, "at least two trustees"),
        ({"trustee_1": "A fictional  aunt", "trustee_2": "a Fictional aunt "}, "the same name"),
        ({"trustee_1": "An aunt", "trustee_2": "An uncle", "needed": "3"}, "fewer trustees than that"),
        ({"trustee_1": "An aunt", "trustee_2": "An uncle", "needed": "1"}, "Not a valid choice"),
        ({"trustee_1": "An aunt", "trustee_2": "An uncle", "needed": "8"}, "Not a valid choice"),
        ({"trustee_1": "a" * 101, "trustee_2": "An uncle"}, "at most 100"),
    ],
)
def test_what_is_refused_is_said_and_nothing_typed_is_lost(team: Team, data: dict[str, object], message: str) -> None:
    page = team.researcher.browser().post("/recovery", {"needed": "2", **data}, status=422)
    assert message in page
    for name, typed in data.items():
        if name.startswith("trustee") and len(str(typed)) < 100:
            assert f'value="{" ".join(str(typed).split())}"' in page or not str(typed).strip()
    assert db.session.scalar(select(func.count()).select_from(Key).where(Key.kind == KeyKind.RECOVERY)) == 0


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADVOCATE, Role.FIELD_WORKER, Role.ADMINISTRATOR])
def test_nobody_else_names_trustees(team: Team, role: Role) -> None:
    browser = getattr(team, role.value).browser()
    browser.get("/recovery", status=403)
    browser.post("/recovery", {**NAMES, "needed": "2"}, status=403)


# ---- it cannot be skipped silently ----


def test_an_organisation_without_trustees_says_so_to_its_members_and_administrators(team: Team) -> None:
    assert standing(team) is Standing.NONE
    browser = team.researcher.browser()
    assert "You have no trustees" in browser.get("/recovery")
    assert "/recovery" in browser.get("/members")
    assert "could not come back" in team.administrator.browser().get("/accounts")
    browser.post("/recovery", {**NAMES, "needed": "2"})
    assert "could not come back" not in team.administrator.browser().get("/accounts")
    assert "You have no trustees" not in browser.get("/recovery")


def test_papers_that_were_never_tried_and_those_of_long_ago_are_told(team: Team) -> None:
    team.researcher.browser().post("/recovery", {**NAMES, "needed": "2"})
    for month, expected in ((0, Standing.UNTRIED), (202001, Standing.OVERDUE), (209901, Standing.GOOD)):
        with writing(db.session):
            db.session.execute(update(Share).where(Share.number == 2).values(proved=month))
        assert standing(team) is expected
        assert [one.standing for one in health.of_organisations()] == [expected]


def swapped(key: Key) -> None:
    key.public = Seed.random().public_key().raw


def lost_share(key: Key) -> None:
    db.session.execute(delete(Share).where(Share.recovery_id == key.id, Share.number == 1))


def lost_copy(key: Key) -> None:
    one = db.session.scalars(select(RecoveryCopy).where(RecoveryCopy.recovery_id == key.id)).first()
    db.session.delete(one)


def lost_key(key: Key) -> None:
    services._destroy(key.organisation_id)


@pytest.mark.parametrize("harm", [swapped, lost_share, lost_copy, lost_key])
def test_members_see_that_somebody_has_spoilt_their_recovery(team: Team, harm: object) -> None:
    browser = team.researcher.browser()
    browser.post("/recovery", {**NAMES, "needed": "2"})
    with writing(db.session):
        key = db.session.scalars(select(Key).where(Key.kind == KeyKind.RECOVERY)).one()
        assert callable(harm)
        harm(key)
    assert "would not bring your cases back" in browser.get("/recovery")
    browser.post("/recovery", {**NAMES, "needed": "2"})
    assert standing(team) is Standing.UNTRIED


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    today = dt.date(2026, 1, 31)
    assert [health.months_since(month, today) for month in (202601, 202512, 202501)] == [0, 1, 12]
    assert health.judge(202501, today) is Standing.GOOD
    assert health.judge(202412, today) is Standing.OVERDUE
