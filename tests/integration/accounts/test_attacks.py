"""What somebody tries who wants in, or wants another's keys: each attempt is one test, and none of them works."""

from __future__ import annotations

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from incidents.accounts import invitations, policy, recovery_codes, services
from incidents.accounts.invitations import UnusableName
from incidents.accounts.models import Account, Organisation, Role, StoredSession
from incidents.accounts.services import WrongCredentials
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.keyring import passphrase as passphrases
from incidents.keyring.models import Grant, Key
from incidents.keyring.passphrase import Cost, passphrase_key
from incidents.keyring.services import KEYS
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.envelope import SecretKey
    from tests.factories.world import Person, Team, World

NEW = "another plainly fictional passphrase"
WRONG = "a wrong plainly fictional one"
COOKIE = "__Host-tala"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def anonymous(world: World) -> Browser:
    return Browser(world.app.test_client())


def log_in(browser: Browser, person: Person, passphrase: str = PASSPHRASE, *, status: int = 303) -> str:
    """The first stage; the second follows if it is right."""
    page = browser.post("/login", {"username": person.username, "passphrase": passphrase}, status=status)
    if status == 303:
        browser.post("/login/second", {"code": person.code(passphrase)}, status=303)
    return page


def invited(team: Team, username: str = "newcomer", role: Role = Role.RESEARCHER) -> str:
    with writing(db.session):
        organisation = db.session.get_one(Organisation, team.organisation_id)
        return invitations.add_account(username, role, organisation)[1]


def hashed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, Cost, bool]]:
    """Every hash from now on: its salt, its cost, and whether a transaction was open."""
    seen: list[tuple[bytes, Cost, bool]] = []

    def watched(words: str, *, salt: bytes, cost: Cost, pepper: bytes) -> SecretKey:
        seen.append((salt, cost, db.session().in_transaction()))
        return passphrase_key(words, salt=salt, cost=cost, pepper=pepper)

    monkeypatch.setattr(services, "passphrase_key", watched)
    return seen


# ---- who has an account? ----


def test_every_name_gets_the_same_answer_byte_for_byte(world: World, team: Team) -> None:
    """Known, unknown, invited and not set up, disabled; with a wrong passphrase, and disabled with the right one."""
    invited(team, "not-set-up")
    services.set_disabled(team.analyst.id, disabled=True)
    names = [team.researcher.username, "stranger-9", "not-set-up", team.analyst.username]
    answers = set()
    for name in names:
        browser = anonymous(world)
        page = browser.post("/login", {"username": name, "passphrase": WRONG}, status=422)
        answers.add(page.replace(browser.token(), "").replace(name, ""))
    browser = anonymous(world)
    page = log_in(browser, team.analyst, status=422)
    answers.add(page.replace(browser.token(), "").replace(team.analyst.username, ""))
    assert len(answers) == 1


def test_every_name_costs_one_hash_of_the_same_price(world: World, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(team, "not-set-up")
    seen = hashed(monkeypatch)
    for name in (team.researcher.username, "stranger-9", "not-set-up", ""):
        with pytest.raises(WrongCredentials):
            services.open_account_seed(name, WRONG)
    assert len(seen) == 4
    assert {cost for _, cost, _ in seen} == {services.COST}
    assert world


@pytest.mark.parametrize("path", ["/set-up", "/recover"])
def test_a_wrong_code_gets_one_answer_whoever_it_was_for(world: World, team: Team, path: str) -> None:
    invited(team, "not-set-up")
    services.set_disabled(team.analyst.id, disabled=True)
    answers = set()
    for name in (team.researcher.username, "stranger-9", "not-set-up", team.analyst.username):
        browser = anonymous(world)
        form = {"username": name, "code": "WRONG", "new_passphrase": NEW, "repeated": NEW}
        answers.add(browser.post(path, form, status=422).replace(browser.token(), "").replace(name, ""))
    assert len(answers) == 1


def test_a_wrong_code_is_never_hashed_slowly(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes are random and long: guessing them costs the server nothing but a lookup."""
    invited(team, "not-set-up")
    seen = hashed(monkeypatch)
    for name in (team.researcher.username, "not-set-up", "stranger-9"):
        with pytest.raises(WrongCredentials):
            recovery_codes.recover(name, "WRONG", NEW)
        with pytest.raises(WrongCredentials):
            services.set_up(name, "WRONG", NEW)
    assert seen == []


# ---- the slow hash ----


def test_no_hash_runs_inside_a_transaction(world: World, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of a second in which every other writer of an SQLite file would wait."""
    code = invited(team)
    seen = hashed(monkeypatch)
    services.set_up("newcomer", code, PASSPHRASE)
    recovery_codes.recover(team.researcher.username, team.researcher.recovery_code, NEW)
    browser = anonymous(world)
    log_in(browser, team.researcher, NEW)
    browser.post("/account", {"passphrase": NEW, "new_passphrase": PASSPHRASE, "repeated": PASSPHRASE}, status=303)
    assert len(seen) == 5
    assert not any(open_then for _, _, open_then in seen)


def test_a_dozen_log_ins_at_once_never_hash_at_once(world: World, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hash takes 128 MiB: a crowd at the door must not take the server's memory."""
    lock, running, most = threading.Lock(), 0, 0

    class Watched:
        def __init__(self, **_named: object) -> None:
            pass

        def derive(self, _typed: bytes) -> bytes:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.005)
            with lock:
                running -= 1
            return bytes(32)

    monkeypatch.setattr(passphrases, "Argon2id", Watched)

    def attempt() -> None:
        with world.app.app_context(), pytest.raises(WrongCredentials):
            services.open_account_seed(team.researcher.username, WRONG)

    with ThreadPoolExecutor(12) as pool:
        for future in [pool.submit(attempt) for _ in range(12)]:
            future.result(timeout=30)
    assert most == 1


# ---- coming in with a code ----


def test_a_code_typed_in_groups_with_wide_letters_is_the_same_code(team: Team) -> None:
    code = invited(team)
    grouped = "-".join(code[i : i + 4].lower() for i in range(0, len(code), 4))
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else " " for sign in grouped)
    services.set_up("newcomer", wide, PASSPHRASE)


def test_a_recovery_code_read_with_digits_for_letters_is_the_same_code(team: Team) -> None:
    person = team.researcher
    typed = person.recovery_code.replace("O", "0").replace("I", "1").replace("B", "8")
    recovery_codes.recover(person.username, typed, NEW)
    assert services.open_account_seed(person.username, NEW)


def test_a_code_of_somebody_who_was_disabled_before_using_it_is_dead(team: Team) -> None:
    code = invited(team)
    account = invitations.find("newcomer")
    assert account is not None
    services.set_disabled(account.id, disabled=True)
    with pytest.raises(WrongCredentials):
        services.set_up("newcomer", code, PASSPHRASE)
    assert invitations.find("newcomer").public_key is None  # type: ignore[union-attr]


def test_a_disabled_researcher_cannot_found_an_organisations_keys(world: World) -> None:
    organisation = world.organisation()
    organisation_id = organisation.id
    with writing(db.session):
        account, code = invitations.add_account(
            "mole", Role.RESEARCHER, db.session.get_one(Organisation, organisation_id)
        )
        account.disabled = True
    with pytest.raises(WrongCredentials):
        services.set_up("mole", code, PASSPHRASE)
    assert db.session.scalar(select(func.count(Key.id))) == 0


def test_of_two_people_with_one_set_up_code_exactly_one_gets_in(world: World, team: Team) -> None:
    code = invited(team)

    def attempt(words: str) -> bool:
        with world.app.app_context():
            try:
                services.set_up("newcomer", code, words)
            except WrongCredentials:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        won = [future.result(timeout=30) for future in [pool.submit(attempt, one) for one in (PASSPHRASE, NEW)]]
    assert sorted(won) == [False, True]
    right, wrong = (PASSPHRASE, NEW) if won[0] else (NEW, PASSPHRASE)
    db.session.rollback()
    assert services.open_account_seed("newcomer", right)
    with pytest.raises(WrongCredentials):
        services.open_account_seed("newcomer", wrong)


def test_of_two_founders_at_once_exactly_one_founds_the_keys(world: World) -> None:
    organisation_id = world.organisation().id
    with writing(db.session):
        organisation = db.session.get_one(Organisation, organisation_id)
        codes = {name: invitations.add_account(name, Role.RESEARCHER, organisation)[1] for name in ("ada", "bo")}

    def attempt(name: str) -> None:
        with world.app.app_context():
            services.set_up(name, codes[name], PASSPHRASE)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(attempt, name) for name in codes]:
            future.result(timeout=30)
    kinds = db.session.scalars(select(Key.kind)).all()
    assert sorted(kinds) == sorted(KEYS)
    assert db.session.scalar(select(func.count(Grant.account_id.distinct()))) == 1


@pytest.mark.parametrize("name", ["", "  ", "two words", "amihan\u200b", "x" * 101, "nu\0ll"])
def test_an_account_that_looks_like_anothers_or_like_nobodys_is_not_added(world: World, name: str) -> None:
    organisation_id = world.organisation().id
    with pytest.raises(UnusableName), writing(db.session):
        invitations.add_account(name, Role.ANALYST, db.session.get_one(Organisation, organisation_id))
    assert services.accounts() == []


@pytest.mark.parametrize("words", ["passwordpassword", "123456789012345", "newcomer-newcomer", " " * 20])
def test_a_passphrase_that_is_long_and_easy_is_refused_with_what_to_do(world: World, team: Team, words: str) -> None:
    form = {"username": "newcomer", "code": invited(team), "new_passphrase": words, "repeated": words}
    assert "easy to guess" in anonymous(world).post("/set-up", form, status=422)
    change = {"passphrase": PASSPHRASE, "new_passphrase": words, "repeated": words}
    if "newcomer" not in words:
        assert "easy to guess" in team.analyst.browser().post("/account", change, status=422)


def test_a_change_of_passphrase_knows_whose_it_is(team: Team) -> None:
    words = f"{team.analyst.username} {team.analyst.username} 1"
    change = {"passphrase": PASSPHRASE, "new_passphrase": words, "repeated": words}
    assert "easy to guess" in team.analyst.browser().post("/account", change, status=422)


# ---- sessions ----


def test_a_log_in_that_was_under_way_when_the_passphrase_changed_is_worth_nothing(
    world: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old passphrase was right when the hash began; by its end it is not."""
    person = team.analyst
    browser = anonymous(world)
    monkeypatch.setattr(services, "open_seed", then(services.open_seed, lambda: changed(world, person)))
    log_in(browser, person, status=422)
    browser.get("/account", status=401)


def test_a_session_written_after_the_passphrase_changed_is_worth_nothing(
    world: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passphrase changes between the check and the session's row."""
    person = team.analyst
    browser = anonymous(world)
    monkeypatch.setattr(services, "login_user", then(services.login_user, lambda: changed(world, person)))
    log_in(browser, person)
    browser.get("/account", status=401)


def then(work: Callable[..., object], after: Callable[[], None]) -> Callable[..., object]:
    """Do something else right after the first call."""
    pending = [after]

    def both(*given: object, **named: object) -> object:
        result = work(*given, **named)
        if pending:
            pending.pop()()
        return result

    return both


def changed(world: World, person: Person) -> None:
    """Somebody changes the passphrase from another computer."""

    def change() -> None:
        with world.app.app_context():
            recovery_codes.recover(person.username, person.recovery_code, NEW)

    thread = threading.Thread(target=change)
    thread.start()
    thread.join(20)


def test_logging_in_as_another_ends_the_session_before(world: World, team: Team) -> None:
    browser = team.researcher.browser()
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie
    log_in(browser, team.analyst)
    assert team.analyst.username in browser.get("/account")
    assert team.researcher.username not in browser.get("/account")
    thief = anonymous(world)
    thief.client.set_cookie(COOKIE, cookie.value)
    thief.get("/account", status=401)
    assert db.session.scalars(select(StoredSession.account_id)).all() == [team.analyst.id]


def test_a_failed_log_in_leaves_the_session_that_is_there(team: Team) -> None:
    browser = team.researcher.browser()
    log_in(browser, team.analyst, WRONG, status=422)
    assert team.researcher.username in browser.get("/account")


def test_a_request_still_running_when_the_person_logs_out_does_not_bring_the_session_back(
    world: World, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that takes long finishes, and writes its visit, after the log-out in another tab."""
    browser = team.researcher.browser()
    token = browser.token()
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie
    other = world.app.test_client()
    other.set_cookie(COOKIE, cookie.value)
    with writing(db.session):
        db.session.execute(update(StoredSession).values(idle_until=int(time.time()) + 60))

    def leave() -> None:
        with world.app.app_context():
            assert other.post("/logout", data={"csrf_token": token}).status_code == 303

    def run() -> None:
        thread = threading.Thread(target=leave)
        thread.start()
        thread.join(20)

    monkeypatch.setattr(policy, "picture", then(policy.picture, run))
    browser.get("/members")
    assert db.session.scalar(select(func.count(StoredSession.id))) == 0
    browser.get("/account", status=401)


def test_sessions_that_ended_by_themselves_are_gone_after_the_next_log_in(team: Team) -> None:
    """Else the table would say for ever who was here and when."""
    team.researcher.browser()
    team.analyst.browser()
    with writing(db.session):
        late = StoredSession.account_id == team.researcher.id
        db.session.execute(update(StoredSession).where(late).values(idle_until=int(time.time()) - 1))
    team.advocate.browser()
    assert set(db.session.scalars(select(StoredSession.account_id))) == {team.analyst.id, team.advocate.id}


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "x" * 4_000, "é", "'; drop table session; --", "0" * 64])
def test_a_cookie_that_nobody_gave_out_is_no_session(world: World, team: Team, cookie: str) -> None:
    team.researcher.browser()
    browser = anonymous(world)
    browser.client.set_cookie(COOKIE, cookie)
    browser.get("/account", status=401)


def test_the_hash_of_a_cookie_from_a_stolen_table_is_no_cookie(world: World, team: Team) -> None:
    team.researcher.browser()
    stolen = db.session.scalars(select(StoredSession.id)).one()
    for cookie in (stolen, base64.urlsafe_b64encode(bytes.fromhex(stolen)).decode().rstrip("=")):
        browser = anonymous(world)
        browser.client.set_cookie(COOKIE, cookie)
        browser.get("/account", status=401)


@pytest.mark.parametrize("cookie", ["a|b", "x", "|", f"1|{'0' * 128}"])
def test_a_cookie_that_remembers_somebody_is_not_read(world: World, team: Team, cookie: str) -> None:
    """Flask-Login would check it with a key that Tala does not have."""
    browser = anonymous(world)
    browser.client.set_cookie("remember_token", cookie)
    browser.get("/login")
    browser.get("/account", status=401)
    log_in(browser, team.analyst)
    browser.get("/account")
    browser.post("/logout", status=303)
    browser.get("/account", status=401)


def test_nobody_is_remembered_beyond_their_session(team: Team) -> None:
    browser = team.researcher.browser()
    assert browser.client.get_cookie("remember_token") is None


def test_a_session_goes_on_when_a_telephone_changes_its_address(world: World, team: Team) -> None:
    browser = team.researcher.browser()
    before = db.session.scalars(select(StoredSession.sealed)).one()
    db.session.rollback()
    world.app.test_client()
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert browser.client.get("/account", environ_overrides=elsewhere).status_code == 200
    assert db.session.scalars(select(StoredSession.sealed)).one() == before


def test_a_style_sheet_brings_no_cookie_that_a_proxy_could_hand_to_others(world: World) -> None:
    answer = world.app.test_client().get("/static/app.css")
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]
    answer.close()


# ---- administrators ----


def test_an_administrator_cannot_lock_themselves_out(team: Team) -> None:
    browser = team.administrator.browser()
    browser.post(f"/accounts/{team.administrator.id}/disable", status=403)
    browser.get("/accounts")


def test_enabling_an_account_ends_the_sessions_that_a_late_log_in_left(world: World, team: Team) -> None:
    browser = team.analyst.browser()
    with writing(db.session):
        db.session.get_one(Account, team.analyst.id).disabled = True
    browser.get("/account", status=401)
    services.set_disabled(team.analyst.id, disabled=False)
    browser.get("/account", status=401)
    assert world


def test_an_account_that_nobody_has_cannot_be_disabled(team: Team) -> None:
    with pytest.raises(NotFound):
        services.set_disabled("f" * 32, disabled=True, by=team.administrator.id)


# ---- where a form sends people ----


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("https://localhost/login", "/login"),
        ("https://localhost//evil.example/x", "/evil.example/x"),
        ("https://localhost///evil.example", "/evil.example"),
        ("https://localhost/\\evil.example", "/%5Cevil.example"),
        ("https://evil.example/login", "/"),
        ("https://localhost@evil.example/login", "/"),
        ("https://localhost:444/login", "/"),
        ("javascript:alert(1)", "/"),
        ("//evil.example/x", "/"),
        ("", "/"),
    ],
)
def test_choosing_a_language_never_leads_to_another_site(world: World, referer: str, target: str) -> None:
    client = world.app.test_client()
    token = Browser(client)
    page = client.get("/login", base_url="https://localhost")
    assert page.status_code == 200
    form = {"csrf_token": token.token(), "locale": "en"}
    answer = client.post("/language", data=form, headers={"Referer": referer}, base_url="https://localhost")
    assert (answer.status_code, answer.headers["Location"]) == (303, target)
