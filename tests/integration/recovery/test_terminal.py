"""Trustees at the terminal: they try their papers, and bring their organisation back on an empty machine."""

from __future__ import annotations

import stat
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from config import Settings
from incidents import create_app
from incidents.accounts import admission
from incidents.accounts import services as accounts
from incidents.accounts.models import Account, Organisation, Role
from incidents.audit import services as audit
from incidents.audit.models import AuditEntry
from incidents.database import writing
from incidents.extensions import db
from incidents.instance import backup, restoring
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import FactsKey, SummariesKey
from incidents.keyring.identity import NotBelieved
from incidents.keyring.models import Grant, Key, StoredRoster
from incidents.keyring.people import Seed
from incidents.keyring.shares import TooFew
from incidents.records import services as records
from incidents.records.keys import CaseKeys, keys_of
from incidents.records.models import Incident
from incidents.recovery import services
from incidents.recovery.models import Share
from incidents.rotation import services as rotation
from tests.factories import documents
from tests.factories.world import Person, World

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from incidents.keyring.services import Member
    from incidents.keyring.shares import Held
    from incidents.recovery.services import Sheet
    from tests.factories.world import Team

NAMES = ["A fictional lawyer", "A fictional doctor", "A fictional aunt", "A fictional friend", "A fictional priest"]
CASES = 4


@pytest.fixture
def team(world: World) -> Team:
    team = world.team("Fictional Network")
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    records.create(keys, [documents.document() for _ in range(CASES)])
    return team


@pytest.fixture
def sheets(team: Team) -> list[Sheet]:
    """The papers of five trustees, of whom three restore."""
    return services.name_trustees(team.researcher.membership(), team.researcher.seed, NAMES, 3)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Flask:
    """Another machine, with nothing on it, no pepper either."""
    instance = tmp_path / "elsewhere"
    instance.mkdir(mode=0o700)
    return create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))


def words(sheet: Sheet) -> str:
    return " ".join(sheet.paper.words)


def run(app: Flask, *args: str, typed: list[str]) -> Result:
    return app.test_cli_runner().invoke(args=["recovery", *args], input="\n".join([*typed, ""]))


def papers(sheets: list[Sheet], numbers: tuple[int, ...]) -> dict[int, Held]:
    key = services.recovery_key("Fictional Network")
    return dict(services.open_paper(key, words(sheets[number - 1])) for number in numbers)


def case_keys(one: Member) -> CaseKeys:
    """What somebody who holds these keys could open cases with."""
    mine = {key.id: key for key in one.keys if isinstance(key, OrganisationKey)}
    facts = next(key for key in one.keys if isinstance(key, FactsKey))
    summaries = next(key for key in one.keys if isinstance(key, SummariesKey))
    return CaseKeys("", one.organisation, mine, facts, summaries, Seed.random())


def opened_cases(keys: CaseKeys) -> int:
    """How many cases these keys open, of all there are."""
    found = 0
    for case in db.session.scalars(select(Incident.id)).all():
        try:
            found += records.open_account(keys, case).document.incident.id == case
        except Unopenable:
            continue
    return found


# ---- m of n, on an empty machine, from a backup, without the pepper ----


def test_every_three_of_five_bring_every_case_back_and_every_two_nothing(
    sheets: list[Sheet], tmp_path: Path, elsewhere: Flask
) -> None:
    written = backup.back_up(tmp_path / "backup", accounts.settings())
    with elsewhere.app_context():
        restoring.restore(written.data, written.keys, elsewhere.extensions["tala-settings"], None)
        key = services.recovery_key("Fictional Network")
        threes, twos = 0, 0
        for numbers in combinations(range(1, 6), 3):
            opened = services.open_organisation(key, papers(sheets, numbers))
            threes += opened_cases(case_keys(opened.member)) == CASES
        for pair in combinations(range(1, 6), 2):
            try:
                services.open_organisation(key, papers(sheets, pair))
            except TooFew:
                continue
            twos += 1
        assert (threes, twos) == (10, 0)
        db.engine.dispose()


def newcomer(app: Flask) -> Person:
    """A researcher who was invited on the restored machine and set up their account there."""
    organisation = db.session.scalars(select(Organisation)).one()
    return World(app).person(Role.RESEARCHER, organisation, "newcomer")


@pytest.mark.parametrize("numbers", [(1, 2, 3), (5, 3, 1)])
def test_an_organisation_that_lost_everybody_comes_back_at_the_terminal(
    sheets: list[Sheet], team: Team, tmp_path: Path, elsewhere: Flask, numbers: tuple[int, ...]
) -> None:
    written = backup.back_up(tmp_path / "backup", accounts.settings())
    assert team
    with elsewhere.app_context():
        restoring.restore(written.data, written.keys, elsewhere.extensions["tala-settings"], None)
        person = newcomer(elsewhere)
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        typed = [words(sheets[number - 1]) for number in numbers]
        done = run(elsewhere, "restore", "Fictional Network", "newcomer", typed=[*typed, "y"])
        assert done.exit_code == 0, done.output
        assert person.comparison() in done.output
        db.session.rollback()
        keys = keys_of(person.id, person.organisation_id, person.seed)
        assert opened_cases(keys) == CASES
        records.create(keys, [documents.document()])
        assert (db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0) > entries
        assert audit.verify(person.organisation_id) == []
        _new_papers_replace_the_old(person, done.output, sheets)
        db.engine.dispose()


def _new_papers_replace_the_old(person: Person, output: str, sheets: list[Sheet]) -> None:
    key = services.recovery_key("Fictional Network")
    for sheet in sheets:
        with pytest.raises(services.WrongPaper):
            services.open_paper(key, words(sheet))
    lines = output.splitlines()
    fresh = [lines[place + 1] for place, line in enumerate(lines) if line.startswith("Trustee ")]
    assert len(fresh) == 5
    opened = services.open_organisation(key, dict(services.open_paper(key, one) for one in fresh[2:]))
    assert opened.member.organisation.raw == person.membership().organisation.raw
    roster, _version = person.membership().roster()
    assert roster.recovery is not None
    assert roster.recovery.trustees == tuple(NAMES)
    assert roster.members[person.id].vouchers[0].startswith("trustee-")


def test_whoever_came_back_is_a_member_like_others(sheets: list[Sheet], team: Team, world: World) -> None:
    """On the same machine: the others keep what they hold, and the one who came back can vouch."""
    person = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id), "newcomer")
    done = run(world.app, "restore", "Fictional Network", "newcomer", typed=[*map(words, sheets[:3]), "y"])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert opened_cases(keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)) == CASES
    person.browser().get("/members")
    another = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id))
    world.admit(person, another)
    assert opened_cases(keys_of(another.id, another.organisation_id, another.seed)) == CASES


def test_the_new_papers_go_to_a_file_that_nobody_else_reads(
    sheets: list[Sheet], world: World, team: Team, tmp_path: Path
) -> None:
    world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id), "newcomer")
    path = tmp_path / "papers.html"
    args = ("restore", "Fictional Network", "newcomer", "--pages", str(path))
    done = run(world.app, *args, typed=[*map(words, sheets[:3]), "y"])
    assert done.exit_code == 0, done.output
    page = path.read_text()
    assert page.count('<section class="sheet"') == page.count('class="qr"') == 5
    assert "http" not in page.replace("http://www.w3.org", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Trustee 1" not in done.output
    again = run(world.app, *args, typed=[])
    assert (again.exit_code, "Choose another name" in again.output) == (1, True)


def test_if_the_numbers_differ_nothing_is_given(sheets: list[Sheet], world: World, team: Team) -> None:
    person = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id), "newcomer")
    refused = run(world.app, "restore", "Fictional Network", "newcomer", typed=[*map(words, sheets[:3]), "n"])
    assert refused.exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == person.id)) == 0
    assert services.open_paper(services.recovery_key("Fictional Network"), words(sheets[0]))


def test_an_account_whose_key_is_swapped_after_the_comparison_gets_nothing(
    sheets: list[Sheet], world: World, team: Team
) -> None:
    person = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id), "newcomer")
    opened = services.open_organisation(services.recovery_key("Fictional Network"), papers(sheets, (1, 2, 3)))
    compared = services.comparison_of(opened, person.id)
    with writing(db.session):
        db.session.get_one(Account, person.id).public_key_bytes = Seed.random().public_key().raw
    with pytest.raises(NotBelieved):
        services.restore(opened, [1, 2, 3], person.id, compared)
    assert db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == person.id)) == 0


def test_who_came_back_alone_takes_the_lost_ones_keys_back_and_lets_colleagues_in(
    sheets: list[Sheet], team: Team, world: World
) -> None:
    """The roster still names members who are lost: two of them would have to vouch."""
    person = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id), "newcomer")
    done = run(world.app, "restore", "Fictional Network", "newcomer", typed=[*map(words, sheets[:3]), "y"])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    for lost in (team.researcher, team.second_researcher):
        rotation.revoke(person.membership(), person.seed, lost.id, "lost for good")
    while not rotation.advance(person.membership()):
        continue
    another = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id))
    vouched = admission.vouch(person.membership(), person.seed, another.id, another.comparison())
    assert len(vouched.vouchers) == vouched.needed == 1
    assert opened_cases(keys_of(another.id, another.organisation_id, another.seed)) == CASES
    fresh = [line.strip() for line in done.output.splitlines() if line.startswith("  ") and len(line.split()) == 15]
    key = services.recovery_key("Fictional Network")
    opened = services.open_organisation(key, dict(services.open_paper(key, one) for one in fresh[1:4]))
    assert opened_cases(case_keys(opened.member)) == CASES
    assert opened.left_out == 0


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADVOCATE, Role.FIELD_WORKER, Role.ADMINISTRATOR])
def test_only_a_researcher_of_the_organisation_is_given_its_keys(
    sheets: list[Sheet], world: World, team: Team, role: Role
) -> None:
    assert sheets
    mine = getattr(team, role.value).username
    stranger = world.team().researcher.username
    for username in (mine, stranger, "nobody"):
        refused = run(world.app, "restore", "Fictional Network", username, typed=[])
        assert (refused.exit_code, "no researcher" in refused.output) == (1, True)


def test_without_the_roster_nothing_comes_back_and_it_is_said(sheets: list[Sheet], world: World, team: Team) -> None:
    world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id), "newcomer")
    with writing(db.session):
        db.session.delete(db.session.get_one(StoredRoster, team.organisation_id))
    refused = run(world.app, "restore", "Fictional Network", "newcomer", typed=[*map(words, sheets[:3]), "y"])
    assert (refused.exit_code, "Restore an older backup" in refused.output) == (1, True)


# ---- the drill ----


def test_a_drill_proves_the_papers_writes_down_when_and_opens_nothing(
    sheets: list[Sheet], app: Flask, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "open_copies", lambda *_: pytest.fail("a drill opened a copy"))
    before = str(audit.head(team.organisation_id))
    done = run(app, "drill", "Fictional Network", typed=[words(sheets[one]) for one in (4, 0, 2)])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    proved = {row.number: row.proved for row in db.session.execute(select(Share.number, Share.proved))}
    assert {number for number, month in proved.items() if month} == {1, 3, 5}
    assert {len(str(month)) for month in proved.values() if month} == {6}
    assert str(audit.head(team.organisation_id)) != before


def test_a_slip_of_the_pen_is_told_at_once_and_the_drill_goes_on(sheets: list[Sheet], app: Flask) -> None:
    good = [words(sheet) for sheet in sheets]
    slipped = " ".join(["tala", *sheets[0].paper.words[1:]])
    swapped = " ".join(reversed(sheets[0].paper.words))
    typed = [slipped, swapped, good[0][:-8], "", good[0], good[0], good[1], good[2]]
    done = run(app, "drill", "Fictional Network", typed=typed)
    assert done.exit_code == 0, done.output
    assert "Word 1 is not on the list" in done.output
    assert "do not fit together" in done.output
    assert "trustee 1 again" in done.output


def test_a_paper_of_another_organisation_is_told(sheets: list[Sheet], app: Flask, world: World) -> None:
    other = world.team().researcher
    theirs = services.name_trustees(other.membership(), other.seed, NAMES[:2], 2)
    done = run(app, "drill", "Fictional Network", typed=[words(theirs[0]), *map(words, sheets[:3])])
    assert (done.exit_code, "of another one, or of an older paper" in done.output) == (0, True)


def test_a_drill_finds_a_recovery_key_that_was_swapped(sheets: list[Sheet], app: Flask) -> None:
    with writing(db.session):
        key = db.session.get_one(Key, services.recovery_key("Fictional Network").id)
        key.public = Seed.random().public_key().raw
    refused = run(app, "drill", "Fictional Network", typed=[*map(words, sheets[:3])])
    assert (refused.exit_code, "another recovery key" in refused.output) == (1, True)
    assert set(db.session.scalars(select(Share.proved))) == {0}


def test_an_organisation_without_trustees_is_told_what_to_do(app: Flask, team: Team) -> None:
    assert team
    for name in ("Fictional Network", "No such network"):
        refused = run(app, "drill", name, typed=[])
        assert (refused.exit_code, "/recovery" in refused.output) == (1, True)


def test_the_status_is_told_of_each_organisation(app: Flask, team: Team, world: World) -> None:
    other = world.team("Other Fictional Network").researcher
    theirs = services.name_trustees(other.membership(), other.seed, NAMES[:2], 2)
    before = run(app, "status", typed=[]).output.splitlines()
    assert team
    assert ["no trustees" in line for line in before] == [True, False]
    assert "never tried" in before[1]
    run(app, "drill", "Other Fictional Network", typed=[*map(words, theirs)])
    assert "within a year" in run(app, "status", typed=[]).output
