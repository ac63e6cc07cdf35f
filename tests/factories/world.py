"""Organisations and people, set up the way they come in: each makes their own keys, members hand keys on."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from incidents.accounts import admission, comparing, invitations, services
from incidents.accounts.factors import Factors, changing, factors_of
from incidents.accounts.models import Account, Organisation, Role
from incidents.accounts.sessions import SealedSessions, tala_session
from incidents.accounts.step_up import PROVED
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.grants import open_grants
from incidents.keyring.memory import remember
from incidents.keyring.models import Grant, KeyKind
from incidents.keyring.passphrase import passphrase_key, read_pepper
from incidents.keyring.people import Seed, open_seed
from incidents.keyring.totp import code_of, step_at
from tests.factories import keeping
from tests.factories.keeping import added, fingerprint, put_back, rows_of_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from flask.testing import FlaskClient

    from incidents.keyring.services import Member
    from tests.factories.keeping import Rows

PASSPHRASE = "plainly fictional passphrase"
#: The secret of an authenticator app, as a page shows it.
SECRET = re.compile(r"<bdi>((?:[A-Z2-7]{4} ?){8})</bdi>")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Person:
    """Someone with an account, as a test sees them."""

    app: Flask = field(repr=False)
    id: str
    username: str
    role: Role
    organisation_id: str
    recovery_code: str

    @property
    def account(self) -> Account:
        """Their row."""
        return db.session.get_one(Account, self.id)

    @property
    def seed(self) -> Seed:
        """Their seed, opened as log-in opens it."""
        return self.opened_by(PASSPHRASE)

    def opened_by(self, passphrase: str) -> Seed:
        """Their seed, once the passphrase is another."""
        account = db.session.get_one(Account, self.id, populate_existing=True)
        pepper = read_pepper(services.settings().pepper_file)
        key = passphrase_key(passphrase, salt=account.salt or b"", cost=account.cost, pepper=pepper)
        return open_seed(account.seed_by_passphrase or b"", key, account.id, "passphrase")

    def membership(self) -> Member:
        """Their keys of their organisation."""
        return keyring.member(self.id, self.organisation_id, self.seed)

    def comparison(self, organisation_id: str | None = None) -> str:
        """The number that they read to a member of an organisation, their own if none is named."""
        number = comparing.own_comparison(self.account, organisation_id or self.organisation_id, self.seed)
        assert number is not None
        return number

    def browser(self, *, proved_before: int = 0) -> Browser:
        """A browser in which they are logged in, and proved their passphrase some seconds ago.

        The session is begun as the second stage of log-in begins it, without the two forms before: thousands of tests
        need one, and a code counts once in half a minute. Tests of log-in itself use log_in().
        """
        browser = Browser(self.app.test_client())
        with self.app.test_request_context():
            services.start_session(self.account, self.seed)
            stored = tala_session()
            stored[PROVED] -= proved_before
            SealedSessions().save_session(self.app, stored, self.app.response_class())
            name = SealedSessions().cookie_name(self.app)
        browser.client.set_cookie(name, stored.cookie, secure=True, httponly=True, samesite="Strict")
        return browser

    def log_in(self, browser: Browser, passphrase: str = PASSPHRASE) -> None:
        """Log in over HTTP, passphrase and code."""
        browser.post("/login", {"username": self.username, "passphrase": passphrase}, status=303)
        browser.post("/login/second", {"code": self.code(passphrase)}, status=303)

    def code(self, passphrase: str = PASSPHRASE) -> str:
        """What their app shows now. That it may have been used already is forgotten, as if half a minute had passed."""
        # What another process has changed, the server for one, is not in a transaction that began before.
        db.session.rollback()
        seed = self.opened_by(passphrase)
        with writing(db.session):
            remember(self.id, seed, changing(_unused))
        return code_of(factors_of(self.id, seed).apps[0].secret, step_at(time.time()))


def _unused(factors: Factors) -> Factors:
    apps = {app.id: app.model_copy(update={"last_step": 0}) for app in factors.apps}
    return Factors(all=tuple(apps.get(factor.id, factor) for factor in factors.all))


class Browser:
    """A test client that carries the anti-forgery token, as a page's forms do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._tokens: dict[frozenset[str], str] = {}

    def get(self, path: str, *, status: int = 200) -> str:
        """A page's text; the status must be as expected."""
        response = self.client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response.get_data(as_text=True)

    def token(self) -> str:
        """The token that pages of this browser carry; it changes with the cookie alone."""
        if (known := self._tokens.get(self._cookies())) is not None:
            return known
        found = TOKEN.search(self.client.get("/login").get_data(as_text=True))
        assert found
        return self._tokens.setdefault(self._cookies(), found[1])

    def _cookies(self) -> frozenset[str]:
        return frozenset(cookie.value for cookie in self.client._cookies.values())

    def post(self, path: str, data: dict[str, object] | None = None, *, status: int = 200) -> str:
        """Send a form and give back the answer's text; the status must be as expected."""
        response = self.client.post(path, data={"csrf_token": self.token(), **(data or {})})
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response.get_data(as_text=True)

    def add_app(self) -> str:
        """Give an app the secret that the page after set-up shows, and type its code; the answer's text."""
        found = SECRET.search(self.get("/second-factor"))
        assert found
        code = code_of(found[1].replace(" ", ""), step_at(time.time()))
        return self.post("/second-factor", {"code": code})


class World:
    """Builders; every name is plainly fictional."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.people: list[Person] = []
        self._numbers = itertools.count(1)

    def organisation(self, name: str | None = None) -> Organisation:
        """An organisation with no keys yet."""
        with writing(db.session):
            organisation = Organisation(name=name or f"Fictional Network {next(self._numbers)}")
            db.session.add(organisation)
        return organisation

    def person(self, role: Role, organisation: Organisation, username: str | None = None) -> Person:
        """Someone who has made their keys and been admitted, if anyone could admit them."""
        organisation_id = organisation.id
        with writing(db.session):
            account, code = invitations.add_account(username or f"{role}-{next(self._numbers)}", role, organisation)
            username = account.username
        account, recovery = services.set_up(username, code, PASSPHRASE)
        person = Person(self.app, account.id, username, role, organisation_id, recovery)
        self.people.append(person)
        return person

    def admit(self, member: Person, newcomer: Person) -> None:
        """A member vouches for a newcomer, and as many colleagues as their organisation asks for."""
        if newcomer.organisation_id != member.organisation_id:
            trusted = {newcomer.organisation_id: admission.GRANTED[newcomer.role]}
            admission.decide_trust(member.membership(), member.seed, trusted)
        number = newcomer.comparison(member.organisation_id)
        colleagues = [one for one in self.people if one.organisation_id == member.organisation_id]
        for voucher in (member, *(one for one in colleagues if one.id not in {member.id, newcomer.id})):
            if voucher.role is not Role.RESEARCHER or not holds_keys(voucher):
                continue
            found = admission.vouch(voucher.membership(), voucher.seed, newcomer.id, number)
            if len(found.vouchers) >= found.needed:
                return
        raise AssertionError("too few members to vouch")

    def team(self, name: str | None = None) -> Team:
        """An organisation with one of each role, all admitted.

        Six people who make keys and are vouched for take a third of a second, and thousands of tests begin with them.
        So what that wrote is kept, once a process, database and name, and put back as it was for the next world in
        which nothing else was done yet.
        """
        begun, before = len(self.people), rows_of_all(but=FOR_ALL)
        instance, found = keeping.instance(), fingerprint(before)
        if "organisation" in before and (instance, found) not in PLAIN:
            return self._people_of_a_team(self.organisation(name))
        key = (instance, found, name or "")
        if key not in KEPT:
            team = self._people_of_a_team(self.organisation(name))
            after = rows_of_all(but=FOR_ALL)
            KEPT[key] = (added(before, after), self.people[begun:], fingerprint(after))
        else:
            rows, people, _ = KEPT[key]
            put_back(rows)
            self._numbers = itertools.count(next(self._numbers) + 1 + len(people))
            self.people += [replace(one, app=self.app) for one in people]
            team = Team.of(self.people[begun:])
        PLAIN.add((instance, KEPT[key][2]))
        return team

    def _people_of_a_team(self, organisation: Organisation) -> Team:
        researcher = self.person(Role.RESEARCHER, organisation)
        second = self.person(Role.RESEARCHER, organisation)
        self.admit(researcher, second)
        others = [self.person(role, organisation) for role in Role if role is not Role.RESEARCHER]
        for newcomer in others:
            if newcomer.role is not Role.ADMINISTRATOR:
                self.admit(researcher, newcomer)
        return Team.of([researcher, second, *others])


#: What a team wrote, its people, and a hash of all there was then; by instance, by a hash of what was there before
#: (nothing, or such teams and nothing else), and by name.
KEPT: dict[tuple[str, str, str], tuple[Rows, list[Person], str]] = {}
PLAIN: set[tuple[str, str]] = set()
#: Attempts at doors are counted for all together, and none of a team's fails.
FOR_ALL: Final = frozenset({"throttle"})


def organisation_keys(account_id: str, seed: Seed) -> Sequence[OrganisationKey]:
    """The organisation keys that were granted to an account, newest epoch first."""
    return open_grants(OrganisationKey, KeyKind.ORGANISATION, account_id, seed)


def holds_keys(person: Person) -> bool:
    """Whether anything was granted to somebody."""
    return bool(db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == person.id)))


@dataclass
class Team:
    """Everyone in an organisation."""

    organisation_id: str
    researcher: Person
    second_researcher: Person
    analyst: Person
    advocate: Person
    administrator: Person
    field_worker: Person

    @classmethod
    def of(cls, people: Sequence[Person]) -> Team:
        """Two researchers, then one of each other role."""
        researcher, second, *others = people
        by_role = {one.role: one for one in others}
        return cls(
            researcher.organisation_id,
            researcher,
            second,
            by_role[Role.ANALYST],
            by_role[Role.ADVOCATE],
            by_role[Role.ADMINISTRATOR],
            by_role[Role.FIELD_WORKER],
        )
