"""People make their own keys with a single-use code; members hand on the organisation's; nobody else can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.accounts import invitations, recovery_codes, services
from incidents.accounts.invitations import NameTaken
from incidents.accounts.models import Account, Role
from incidents.accounts.services import WrongCredentials
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.keyring.facts_door import facts_keys, summaries_keys
from incidents.keyring.grants import held
from incidents.keyring.models import Key
from incidents.keyring.passphrase import PepperMissing, write_pepper
from incidents.keyring.services import KEYS, AuditKey
from tests.factories.world import PASSPHRASE, Browser, organisation_keys

if TYPE_CHECKING:
    from incidents.accounts.models import Organisation
    from tests.factories.world import World

NEW_PASSPHRASE = "another plainly fictional passphrase"


def invite(role: Role, organisation: Organisation, username: str = "newcomer") -> str:
    with writing(db.session):
        return invitations.add_account(username, role, organisation)[1]


def test_the_first_researcher_founds_the_organisations_keys(world: World) -> None:
    founder = world.person(Role.RESEARCHER, world.organisation())
    assert len(organisation_keys(founder.id, founder.seed)) == 1
    assert len(facts_keys(founder.id, founder.seed)) == 1
    assert len(summaries_keys(founder.id, founder.seed)) == 1


def test_the_second_researcher_holds_nothing_until_a_member_hands_it_on(world: World) -> None:
    organisation = world.organisation()
    founder = world.person(Role.RESEARCHER, organisation)
    second = world.person(Role.RESEARCHER, organisation)
    assert organisation_keys(second.id, second.seed) == []
    world.admit(founder, second)
    assert organisation_keys(second.id, second.seed) == organisation_keys(founder.id, founder.seed)


def test_all_keys_open_at_once_as_they_do_one_kind_at_a_time(world: World) -> None:
    for person in (team := world.team()).researcher, team.analyst, team.administrator:
        granted = [key for key in held(KEYS, person.id, person.seed).keys if not isinstance(key, AuditKey)]
        one_by_one = [
            *organisation_keys(person.id, person.seed),
            *facts_keys(person.id, person.seed),
            *summaries_keys(person.id, person.seed),
        ]
        assert sorted(map(repr, granted)) == sorted(map(repr, one_by_one))
        assert {key.raw for key in granted} == {key.raw for key in one_by_one}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADVOCATE, Role.ADMINISTRATOR])
def test_nobody_but_a_researcher_founds_keys(world: World, role: Role) -> None:
    world.person(role, world.organisation())
    assert db.session.scalar(select(func.count(Key.id))) == 0


def test_each_role_is_handed_what_it_may_open_and_no_more(world: World) -> None:
    team = world.team()
    held = {
        person.role: (
            len(organisation_keys(person.id, person.seed)),
            len(facts_keys(person.id, person.seed)),
            len(summaries_keys(person.id, person.seed)),
        )
        for person in (team.researcher, team.analyst, team.advocate, team.administrator)
    }
    assert held == {
        Role.RESEARCHER: (1, 1, 1),
        Role.ANALYST: (0, 1, 0),
        Role.ADVOCATE: (0, 1, 1),
        Role.ADMINISTRATOR: (0, 0, 0),
    }


def test_a_set_up_code_works_once(world: World) -> None:
    code = invite(Role.ANALYST, world.organisation())
    services.set_up("newcomer", code, PASSPHRASE)
    with pytest.raises(WrongCredentials):
        services.set_up("newcomer", code, PASSPHRASE)


def test_a_wrong_code_and_an_unknown_name_are_refused(world: World) -> None:
    invite(Role.ANALYST, world.organisation())
    for username in ("newcomer", "nobody"):
        with pytest.raises(WrongCredentials):
            services.set_up(username, "A" * invitations.SECRET_SIGNS, PASSPHRASE)


def test_the_code_may_be_typed_in_small_letters_with_spaces_around(world: World) -> None:
    code = invite(Role.ANALYST, world.organisation())
    services.set_up("newcomer", f"  {code.lower()} ", PASSPHRASE)


def test_the_code_is_not_kept(world: World) -> None:
    code = invite(Role.ANALYST, world.organisation())
    digest = db.session.scalars(select(Account.setup_digest)).one()
    assert digest is not None
    assert code.encode() not in digest


def test_a_username_that_differs_only_in_case_is_taken(world: World) -> None:
    organisation = world.organisation()
    invite(Role.ANALYST, organisation)
    with pytest.raises(NameTaken), writing(db.session):
        invitations.add_account("NewComer", Role.ANALYST, organisation)


def test_setting_up_over_the_web_shows_a_recovery_code_once_and_then_lets_in(world: World) -> None:
    code = invite(Role.RESEARCHER, world.organisation())
    browser = Browser(world.app.test_client())
    form = {
        "username": "newcomer",
        "code": code,
        "new_passphrase": NEW_PASSPHRASE,
        "repeated": NEW_PASSPHRASE,
    }
    browser.post("/set-up", form, status=303)
    page = browser.add_app()
    assert page.count("-") >= 7
    browser.post("/set-up", form, status=422)
    browser.post("/login", {"username": "newcomer", "passphrase": NEW_PASSPHRASE}, status=303)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"new_passphrase": "short", "repeated": "short"}, "at least 15"),
        ({"repeated": "something else entirely"}, "differ"),
        ({"new_passphrase": "x" * 2000, "repeated": "x" * 2000}, "at most"),
        ({"code": ""}, "Fill this in"),
    ],
)
def test_a_bad_set_up_says_what_to_do(world: World, changes: dict[str, str], message: str) -> None:
    code = invite(Role.ANALYST, world.organisation())
    form = {
        "username": "newcomer",
        "code": code,
        "new_passphrase": NEW_PASSPHRASE,
        "repeated": NEW_PASSPHRASE,
    }
    page = Browser(world.app.test_client()).post("/set-up", form | changes, status=422)
    assert message in page


def test_a_recovery_code_opens_the_same_keys_with_a_new_passphrase(world: World) -> None:
    founder = world.person(Role.RESEARCHER, world.organisation())
    before = organisation_keys(founder.id, founder.seed)
    recovery_codes.recover(founder.username, founder.recovery_code, NEW_PASSPHRASE)
    account, seed = services.open_account_seed(founder.username, NEW_PASSPHRASE)
    assert organisation_keys(account.id, seed) == before


def test_a_recovery_code_may_be_typed_carelessly(world: World) -> None:
    founder = world.person(Role.RESEARCHER, world.organisation())
    typed = founder.recovery_code.replace("-", " ").lower()
    recovery_codes.recover(founder.username, typed, NEW_PASSPHRASE)


def test_a_wrong_recovery_code_is_refused(world: World) -> None:
    founder = world.person(Role.RESEARCHER, world.organisation())
    other = world.person(Role.RESEARCHER, world.organisation())
    for username, code in [(founder.username, other.recovery_code), ("nobody", founder.recovery_code)]:
        with pytest.raises(WrongCredentials):
            recovery_codes.recover(username, code, NEW_PASSPHRASE)


def test_losing_the_pepper_closes_passphrases_and_leaves_recovery_codes(world: World) -> None:
    founder = world.person(Role.RESEARCHER, world.organisation())
    keys = organisation_keys(founder.id, founder.seed)
    pepper = services.settings().pepper_file
    kept = pepper.read_bytes()
    pepper.unlink()
    try:
        with pytest.raises(PepperMissing):
            services.open_account_seed(founder.username, PASSPHRASE)
        write_pepper(pepper)
        with pytest.raises(WrongCredentials):
            services.open_account_seed(founder.username, PASSPHRASE)
        recovery_codes.recover(founder.username, founder.recovery_code, NEW_PASSPHRASE)
        account, seed = services.open_account_seed(founder.username, NEW_PASSPHRASE)
        assert organisation_keys(account.id, seed) == keys
    finally:
        pepper.write_bytes(kept)


def test_disabling_a_name_that_does_not_exist_is_not_found(world: World) -> None:
    assert world
    with pytest.raises(NotFound):
        services.set_disabled("0" * 32, disabled=True)


def test_an_administrator_disables_and_enables_over_the_web(world: World) -> None:
    team = world.team()
    browser = team.administrator.browser()
    assert team.analyst.username in browser.get("/accounts")
    browser.post(f"/accounts/{team.analyst.id}/disable", status=303)
    assert team.analyst.account.disabled
    browser.post(f"/accounts/{team.analyst.id}/enable", status=303)
    db.session.expire_all()
    assert not team.analyst.account.disabled
