"""Administrators let people in and begin accounts anew; they learn nothing by it and give nobody a key."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from incidents.accounts import administration, admission, invitations, services
from incidents.accounts.administration import AlreadySetUp, LastHolder, state
from incidents.accounts.models import Account, Organisation, Role, StoredSession
from incidents.accounts.services import OwnAccount
from incidents.accounts.sessions import WrongCredentials
from incidents.database import Base, table_of, writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.intake.models import Draft
from incidents.keyring.models import Grant, Key, StoredMemory
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World

CODE = re.compile(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){8}")
LINK = re.compile(r"https?://[^<\s]+/set-up/[A-Z2-9]{36}")
NEW = "another plainly fictional passphrase"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def count(model: type[Base], account_id: str) -> int:
    """Rows of a table that belong to an account."""
    db.session.rollback()
    theirs = table_of(model).c.account_id == account_id
    return db.session.scalar(select(func.count()).select_from(model).where(theirs)) or 0


def known(username: str) -> Account:
    db.session.rollback()
    account = invitations.find(username)
    assert account is not None
    return account


def invitation(team: Team, **fields: object) -> dict[str, object]:
    return {"username": "amihan", "role": "analyst", "organisation": team.organisation_id, **fields}


# ---- inviting ----


def test_an_invitation_shows_a_code_once_that_can_be_read_aloud_or_carried(world: World, team: Team) -> None:
    page = team.administrator.browser().post("/accounts/invite", invitation(team))
    code, link = CODE.search(page), LINK.search(page)
    assert code
    assert link
    assert link[0].endswith(code[0].replace("-", ""))
    assert code[0] not in team.administrator.browser().get(f"/accounts/{known('amihan').id}")
    services.set_up("amihan", code[0], PASSPHRASE)
    assert known("amihan").role is Role.ANALYST
    assert world


def test_the_address_with_the_code_shows_the_form_with_the_code_filled_in(world: World, team: Team) -> None:
    page = team.administrator.browser().post("/accounts/invite", invitation(team))
    code, link = CODE.search(page), LINK.search(page)
    assert code
    assert link
    stranger = Browser(world.app.test_client())
    answer = stranger.client.get("/set-up/" + link[0].rpartition("/")[2])
    shown = answer.get_data(as_text=True)
    assert f'value="{code[0]}"' in shown
    assert 'action="/set-up"' in shown
    assert not re.search(r'(?:href|src)="[^"]*' + link[0].rpartition("/")[2], shown)
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_code_stands_in_no_log(world: World, team: Team, caplog: pytest.LogCaptureFixture) -> None:
    code = administration.invite("amihan", Role.ANALYST, team.organisation_id).carried
    with caplog.at_level("DEBUG"):
        Browser(world.app.test_client()).get(f"/set-up/{code}")
    assert caplog.records
    assert not any(code in str(vars(record)) for record in caplog.records)


def test_any_text_in_the_address_is_only_a_wrong_code(world: World) -> None:
    stranger = Browser(world.app.test_client())
    for odd in ("x", "<script>", "A" * 4000, "%F0%9F%90%99", "%E2%80%AE"):
        assert "<script>" not in stranger.get(f"/set-up/{odd}")


@pytest.mark.parametrize(
    ("spoiled", "word"),
    [
        ({"username": "two words"}, "no blanks"),
        ({"username": ""}, "Fill this in"),
        ({"username": "x" * 101}, "no blanks"),
        ({"role": "superuser"}, "Not a valid choice"),
        ({"organisation": "0" * 32}, "Not a valid choice"),
    ],
)
def test_an_invitation_that_cannot_be_is_answered_at_its_field(
    team: Team, spoiled: dict[str, object], word: str
) -> None:
    before = len(services.accounts())
    assert word in team.administrator.browser().post("/accounts/invite", invitation(team, **spoiled), status=422)
    db.session.rollback()
    assert len(services.accounts()) == before


def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(team: Team) -> None:
    fields = invitation(team, username=team.analyst.username)
    page = team.administrator.browser().post("/accounts/invite", fields, status=422)
    assert "Somebody has this username" in page
    assert f'value="{team.analyst.username}"' in page
    assert re.search(r'value="analyst"[^>]* checked', page)


def test_the_list_says_who_is_invited_and_until_when(team: Team) -> None:
    administration.invite("amihan", Role.ANALYST, team.organisation_id)
    page = team.administrator.browser().get("/accounts")
    until = time.strftime("%Y-%m-%d", time.gmtime(known("amihan").setup_until))
    assert f"<bdi>{until} " in page
    assert known("amihan").setup_until - time.time() > 7 * 24 * 3600 - 60


def test_an_invitation_that_was_taken_back_lets_nobody_in(team: Team) -> None:
    invited = administration.invite("amihan", Role.ANALYST, team.organisation_id)
    browser = team.administrator.browser()
    for _ in range(2):
        browser.post(f"/accounts/{invited.account.id}/withdraw", status=303)
    with pytest.raises(WrongCredentials):
        services.set_up("amihan", invited.code, PASSPHRASE)
    assert state(known("amihan")) == "withdrawn"
    assert "invitation taken back" in browser.get("/accounts")


def test_an_invitation_ends_after_seven_days(team: Team) -> None:
    invited = administration.invite("amihan", Role.ANALYST, team.organisation_id)
    with writing(db.session):
        db.session.execute(update(Account).where(Account.username == "amihan").values(setup_until=int(time.time())))
    with pytest.raises(WrongCredentials):
        services.set_up("amihan", invited.code, PASSPHRASE)
    assert state(known("amihan")) == "ended"
    assert "code too old" in team.administrator.browser().get("/accounts")


def test_an_organisation_is_added_once(team: Team) -> None:
    browser = team.administrator.browser()
    browser.post("/organisations", {"name": "  Fictional   Collective "}, status=303)
    assert "<bdi>Fictional Collective</bdi>" in browser.get("/organisations")
    assert "of this name" in browser.post("/organisations", {"name": "Fictional Collective"}, status=422)
    for odd in ("", "x" * 201, "Fic\u202etional", "nu\0ll"):
        browser.post("/organisations", {"name": odd}, status=422)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Organisation.id))) == 2


# ---- beginning anew ----


def reset(team: Team, person: Person, **fields: object) -> str:
    """The code after a reset by the administrator."""
    path = f"/accounts/{person.id}/reset"
    page = team.administrator.browser().post(path, {"role": person.role.value, **fields})
    found = CODE.search(page)
    assert found
    return found[0]


def test_a_reset_takes_keys_grants_drafts_memory_and_sessions(team: Team) -> None:
    person = team.second_researcher
    browser = person.browser()
    browser.post("/drafts", status=303)
    assert all(count(model, person.id) for model in (Grant, Draft, StoredMemory, StoredSession))
    reset(team, person)
    assert not any(count(model, person.id) for model in (Grant, Draft, StoredMemory, StoredSession))
    account = known(person.username)
    parts = (account.salt, account.seed_by_passphrase, account.seed_by_recovery, account.public_key_bytes)
    assert parts == (None, None, None, None)
    browser.get("/account", status=401)


def test_after_a_reset_neither_passphrase_nor_recovery_code_opens_anything(team: Team) -> None:
    person = team.second_researcher
    reset(team, person)
    with pytest.raises(WrongCredentials):
        services.open_account_seed(person.username, PASSPHRASE)
    form: dict[str, object] = {"username": person.username, "code": person.recovery_code}
    words = {"new_passphrase": NEW, "repeated": NEW}
    Browser(person.app.test_client()).post("/recover", {**form, **words}, status=422)


def test_whoever_uses_the_new_code_reads_nothing_before_members_vouch(world: World, team: Team) -> None:
    """The administrator could use the code themselves: it is no way to a case."""
    person = team.second_researcher
    code = reset(team, person)
    services.set_up(person.username, code, PASSPHRASE)
    person.browser().get("/cases", status=403)
    assert count(Grant, person.id) == 0
    waiting = {one.account.id for one in admission.waiting(team.researcher.membership())}
    assert person.id in waiting
    third = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id))
    assert third.id != person.id


def test_a_reset_makes_no_key_and_seals_to_nobody(team: Team) -> None:
    keys = db.session.scalar(select(func.count(Key.id)))
    grants = {(row.key_id, row.account_id) for row in db.session.scalars(select(Grant))}
    reset(team, team.analyst)
    db.session.rollback()
    after = {(row.key_id, row.account_id) for row in db.session.scalars(select(Grant))}
    assert after == {pair for pair in grants if pair[1] != team.analyst.id}
    assert db.session.scalar(select(func.count(Key.id))) == keys


def test_the_last_holder_of_an_organisations_key_is_not_begun_anew_by_a_page(team: Team) -> None:
    reset(team, team.second_researcher)
    path = f"/accounts/{team.researcher.id}/reset"
    page = team.administrator.browser().post(path, {"role": "researcher"}, status=422)
    assert "Nobody else holds" in page
    assert count(Grant, team.researcher.id)
    with pytest.raises(LastHolder):
        administration.reset(team.researcher.id)
    administration.reset(team.researcher.id, even_last=True)
    assert count(Grant, team.researcher.id) == 0


def test_a_disabled_colleague_does_not_count_as_another_holder(team: Team) -> None:
    services.set_disabled(team.second_researcher.id, disabled=True)
    with pytest.raises(LastHolder):
        administration.reset(team.researcher.id)


def test_a_role_changes_before_set_up_or_with_a_reset_and_in_no_other_way(team: Team) -> None:
    invited = administration.invite("amihan", Role.ANALYST, team.organisation_id)
    browser = team.administrator.browser()
    browser.post(f"/accounts/{invited.account.id}/role", {"role": "advocate"}, status=303)
    assert known("amihan").role is Role.ADVOCATE
    services.set_up("amihan", invited.code, PASSPHRASE)
    page = browser.post(f"/accounts/{invited.account.id}/role", {"role": "researcher"}, status=422)
    assert "Begin the account anew" in page
    assert known("amihan").role is Role.ADVOCATE
    with pytest.raises(AlreadySetUp):
        administration.change_role(invited.account.id, Role.RESEARCHER)
    browser.post(f"/accounts/{invited.account.id}/reset", {"role": "researcher"})
    assert known("amihan").role is Role.RESEARCHER
    assert known("amihan").public_key is None


def test_a_reset_with_another_role_ends_sessions_of_the_old_one(team: Team) -> None:
    browser = team.analyst.browser()
    reset(team, team.analyst, role="administrator")
    browser.get("/accounts", status=401)


@pytest.mark.parametrize("act", ["reset", "role"])
def test_nobody_does_it_to_themselves(team: Team, act: str) -> None:
    """An administrator who made themselves a researcher would still hold no key, but would be vouched for unawares."""
    browser = team.administrator.browser()
    browser.post(f"/accounts/{team.administrator.id}/{act}", {"role": "researcher"}, status=403)
    assert known(team.administrator.username).role is Role.ADMINISTRATOR
    assert "This is you" in browser.get(f"/accounts/{team.administrator.id}")
    with pytest.raises(OwnAccount):
        administration.reset(team.administrator.id, by=team.administrator.id)


@pytest.mark.parametrize("act", ["", "/reset", "/role", "/withdraw"])
def test_an_account_that_is_not_there_is_not_found(team: Team, act: str) -> None:
    browser = team.administrator.browser()
    if act:
        browser.post(f"/accounts/{'f' * 32}{act}", {"role": "analyst"}, status=404)
    else:
        browser.get(f"/accounts/{'f' * 32}", status=404)
    with pytest.raises(NotFound):
        administration.invite("amihan", Role.ANALYST, "f" * 32)


# ---- fields that no form has ----


@pytest.mark.parametrize("name", ["researcher", "field_worker", "analyst", "advocate"])
def test_only_administrators_open_any_of_these_pages(team: Team, name: str) -> None:
    browser = getattr(team, name).browser()
    for path in ("/accounts", "/accounts/invite", "/organisations", f"/accounts/{team.analyst.id}"):
        browser.get(path, status=403)
    for act in ("reset", "role", "withdraw", "disable", "enable"):
        browser.post(f"/accounts/{team.analyst.id}/{act}", {"role": "administrator"}, status=403)


def untouched(accounts: list[Account]) -> dict[str, tuple[object, ...]]:
    return {
        one.id: (one.username, one.role, one.organisation_id, one.disabled, one.salt, one.public_key_bytes)
        for one in accounts
    }


def test_fields_that_no_form_has_change_nothing(world: World, team: Team) -> None:
    """Mass assignment: every form of accounts, by everyone, with the columns of an account sent along."""
    victim, other = team.analyst, world.organisation("Fictional Other")
    smuggled = {
        "organisation_id": other.id,
        "key_id": "0" * 32,
        "disabled": "1",
        "id": victim.id,
        "account_id": victim.id,
        "public_key_bytes": "00",
        "setup_digest": "00",
        "salt": "00",
        "setup_until": "9999999999",
    }
    before = untouched(list(services.accounts()))
    for person in (team.researcher, team.analyst, team.advocate, team.field_worker, team.administrator):
        browser = person.browser()
        form = {"role": "administrator", **smuggled}
        browser.post("/account", {"passphrase": "wrong", "new_passphrase": NEW, "repeated": NEW, **form}, status=422)
        browser.post("/account/sessions", {"which": "others", **form}, status=303)
        browser.post("/account/forget-device", dict(form), status=303)
        browser.post("/language", {"locale": "en", **form}, status=303)
    stranger = Browser(world.app.test_client())
    words = {"new_passphrase": NEW, "repeated": NEW, "code": "WRONG", "passphrase": "wrong"}
    for path in ("/login", "/set-up", "/recover"):
        stranger.post(path, {"username": victim.username, **words, "role": "administrator", **smuggled}, status=422)
    db.session.rollback()
    assert untouched(list(services.accounts())) == before


def test_an_invitation_sets_what_its_form_has_and_nothing_else(world: World, team: Team) -> None:
    other = world.organisation("Fictional Other")
    smuggled = {"organisation_id": other.id, "disabled": "1", "id": "f" * 32, "salt": "00", "setup_until": "9999999999"}
    team.administrator.browser().post("/accounts/invite", invitation(team, **smuggled))
    account = known("amihan")
    assert (account.organisation_id, account.disabled, account.salt) == (team.organisation_id, False, None)
    assert account.id != "f" * 32
    assert account.setup_until < 9999999999


def test_a_newcomer_chooses_neither_role_nor_organisation(world: World, team: Team) -> None:
    other = world.organisation("Fictional Other")
    invited = administration.invite("amihan", Role.ANALYST, team.organisation_id)
    form = {"username": "amihan", "code": invited.code, "new_passphrase": NEW, "repeated": NEW}
    smuggled = {"role": "administrator", "organisation_id": other.id, "id": "f" * 32, "key_id": "0" * 32}
    Browser(world.app.test_client()).post("/set-up", {**form, **smuggled}, status=303)
    account = known("amihan")
    assert (account.role, account.organisation_id) == (Role.ANALYST, team.organisation_id)
