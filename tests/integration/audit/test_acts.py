"""What people do through the pages stands in the log, with who did it, and without a value from a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from incidents.accounts import recovery_codes
from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.accounts.sessions import WrongCredentials
from incidents.audit import reading
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.models import AuditHead
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.chain import verify as verify_chain
from incidents.records import services as records
from incidents.records.keys import keys_of
from tests.factories import documents
from tests.factories.site import build
from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from incidents.audit.reading import Line
    from tests.factories.world import Team, World


def lines(team: Team) -> list[Line]:
    """The whole log, newest first."""
    keys = reading.keys_for(team.researcher.id, team.researcher.seed, team.organisation_id)
    found: list[Line] = []
    below: int | None = None
    while True:
        page = reading.read(keys, below=below)
        found += page.lines
        if page.older is None:
            return found
        below = page.older


def test_a_day_of_work_is_in_the_log(world: World) -> None:
    site = build(world)
    ours = site.ours
    told = lines(ours.team)
    done = {line.act for line in told}
    assert done >= {
        Act.BEGUN,
        Act.INVITED,
        Act.SET_UP,
        Act.VOUCHED,
        Act.ADMITTED,
        Act.DISABLED,
        Act.LOGGED_IN,
        Act.IDENTITY_OPENED,
        Act.STORY_GIVEN,
        Act.RELEASED,
        Act.PUBLISHED,
    }
    opened = next(line for line in told if line.act is Act.IDENTITY_OPENED)
    assert (opened.by, opened.about_id) == (ours.team.researcher.username, ours.ids["incident_id"])
    assert opened.reason == "to see that every page has something"
    released = next(line for line in told if line.act is Act.RELEASED)
    assert (released.by, released.about) == (ours.team.advocate.username, ours.ids["release_id"])
    assert not any("Fictional Name" in f"{line.reason}{line.about}" for line in told)
    assert audit.verify(ours.team.organisation_id) == []
    others = {line.by for line in lines(site.theirs.team)}
    assert not others & {person.username for person in (ours.team.researcher, ours.team.advocate)}


def test_a_passphrase_that_was_changed_or_recovered_is_in_the_log(world: World) -> None:
    team = world.team()
    accounts.change_passphrase(team.advocate.account, PASSPHRASE, "another fictional passphrase")
    newest = lines(team)[0]
    assert (newest.act, newest.by) == (Act.PASSPHRASE_CHANGED, team.advocate.username)
    recovery_codes.recover(team.analyst.username, team.analyst.recovery_code, "another fictional passphrase")
    recovered = [line for line in lines(team) if line.act is Act.RECOVERED]
    assert [line.by for line in recovered] == [team.analyst.username]


def test_a_log_in_that_failed_is_not_a_log_in(world: World) -> None:
    team = world.team()
    before = audit.head(team.organisation_id)
    with pytest.raises(WrongCredentials):
        accounts.open_account_seed(team.analyst.username, "not the passphrase")
    assert audit.head(team.organisation_id) == before


def test_who_disabled_and_enabled_somebody_is_in_the_log(world: World) -> None:
    team = world.team()
    browser = team.administrator.browser()
    browser.post(f"/accounts/{team.analyst.id}/disable", status=303)
    browser.post(f"/accounts/{team.analyst.id}/enable", status=303)
    enabled, disabled = [line for line in lines(team) if line.act in {Act.ENABLED, Act.DISABLED}]
    for line, act in ((enabled, Act.ENABLED), (disabled, Act.DISABLED)):
        assert (line.act, line.by, line.about) == (act, team.administrator.username, team.analyst.username)


def test_a_save_of_a_case_is_no_entry_and_an_identity_that_was_opened_is_one(world: World) -> None:
    team = world.team()
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    document = documents.document()
    before = audit.head(team.organisation_id)
    records.create(keys, [document])
    records.update(keys, document, expected=1)
    assert audit.head(team.organisation_id) == before
    records.open_identity(keys, document.incident.id, "to see that it is logged")
    after = audit.head(team.organisation_id)
    assert before is not None
    assert after is not None
    assert after.number == before.number + 1


def test_an_identity_is_not_opened_when_it_cannot_be_logged(world: World) -> None:
    team = world.team()
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    document = documents.document()
    records.create(keys, [document])
    with writing(db.session):
        db.session.execute(delete(AuditHead))
    with pytest.raises(audit.LogBroken):
        records.open_identity(keys, document.incident.id, "to see that it is not opened")
    assert records.log_entries(keys) == []


def test_a_publication_that_was_taken_back_is_in_the_log(world: World) -> None:
    side = build(world).ours
    side.team.researcher.browser().post(f"/reports/{side.ids['publication_id']}/remove", status=303)
    newest = next(line for line in lines(side.team) if line.act is Act.RETRACTED)
    assert (newest.by, newest.about) == (side.team.researcher.username, side.ids["publication_id"])


def test_who_was_invited_by_whom_is_in_the_log(world: World) -> None:
    team = world.team()
    somebody = world.person(Role.FIELD_WORKER, team.researcher.account.organisation)
    told = [line for line in lines(team) if somebody.username in {line.about, line.by}]
    assert [line.act for line in told] == [Act.SET_UP, Act.INVITED]


def test_the_chain_of_a_day_of_work_verifies_without_the_database(world: World) -> None:
    team = build(world).ours.team
    chain = audit.chain_of(team.organisation_id)
    assert chain is not None
    assert verify_chain(chain, list(audit.links(team.organisation_id))) == []
