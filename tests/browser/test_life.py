"""A person's whole life in Tala, as they live it: in a browser, on a telephone, without JavaScript.

Invited; set up; recorded what they could not read again; vouched for by two; read; lost the second factor; recovered;
revoked; read nothing, while everybody else read everything. With TALA_PICTURES set to a folder, each page is
photographed there.
"""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from config import Settings
from incidents import create_app
from incidents.accounts import invitations
from incidents.extensions import db
from incidents.instance.services import prepare
from incidents.keyring.totp import code_of, step_at
from incidents.records import services as records
from incidents.records.keys import keys_of
from tests.factories import documents
from tests.factories.world import PASSPHRASE, Person, Team, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page


pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE: Final = {"width": 390, "height": 844}
NAME: Final = "fictional-newcomer"
SECOND: Final = "another plainly fictional passphrase"
CASES: Final = 3
SECRET: Final = re.compile(r"(?:[A-Z2-7]{4} ?){8}")
CODE: Final = re.compile(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}")
NUMBER: Final = re.compile(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}")


@dataclass
class Visitor:
    """Somebody at a browser."""

    page: Page
    address: str
    who: str
    taken: int = 0

    def go(self, path: str) -> Visitor:
        self.page.goto(self.address + path)
        return self

    def fill(self, **fields: str) -> Visitor:
        for name, text in fields.items():
            self.page.locator(f"[name={name}]").fill(text)
        return self

    def press(self, name: str) -> Visitor:
        self.page.get_by_role("button", name=re.compile(name)).first.click()
        return self

    def sees(self, words: str) -> Visitor:
        expect(self.page.get_by_role("main")).to_contain_text(words)
        self.picture(words)
        return self

    def text(self, pattern: re.Pattern[str]) -> str:
        """What the page says and is to be written down."""
        found = pattern.search(self.page.get_by_role("main").inner_text())
        assert found, self.page.get_by_role("main").inner_text()
        return found[0]

    def picture(self, words: str) -> None:
        folder = os.environ.get("TALA_PICTURES")
        if folder:
            self.taken += 1
            name = re.sub(r"\W+", "-", f"{self.who}-{self.taken:02}-{words}")[:80]
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def log_in(self, username: str, passphrase: str, code: str) -> Visitor:
        self.go("/login").fill(username=username, passphrase=passphrase).press("^Log in$")
        return self.fill(code=code).press("^Log in$")


@dataclass
class Place:
    """A served instance with a team in it, and browsers."""

    app: Flask
    address: str
    browser: Browser
    team: Team

    def visitor(self, who: str) -> Visitor:
        context = self.browser.new_context(viewport=PHONE, java_script_enabled=False)
        context.set_default_timeout(20_000)
        return Visitor(context.new_page(), self.address, who)

    def member(self, person: Person) -> Visitor:
        visitor = self.visitor(person.username)
        return visitor.log_in(person.username, PASSPHRASE, person.code())


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Place]:
    """An organisation with three cases, at an address of this machine."""
    instance = tmp_path_factory.mktemp("life")
    instance.chmod(0o700)
    settings = Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}", demo=True)
    app = create_app(settings)
    with app.app_context():
        prepare(settings)
        team = World(app).team("Fictional Harbour Network")
        keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
        records.create(keys, [documents.document() for _ in range(CASES)])
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Place(app, f"http://127.0.0.1:{server.port}", browser, team)
        server.shutdown()
        server.server_close()
        db.session.remove()
        db.engine.dispose()


def typed(secret: str) -> str:
    """What the app shows now for a secret."""
    return code_of(secret.replace(" ", ""), step_at(time.time()))


def somebody(place: Place) -> Person:
    """The newcomer, to ask their app for a code as if half a minute had passed since the last."""
    db.session.rollback()
    account = invitations.find(NAME)
    assert account
    return Person(place.app, account.id, NAME, account.role, account.organisation_id, "")


def test_a_whole_life(place: Place) -> None:
    newcomer = place.visitor("newcomer")
    secret, paper = set_up(newcomer, invited(place))
    newcomer.log_in(NAME, PASSPHRASE, somebody(place).code())
    number = hand_in(newcomer)
    vouched_for(place, number)
    newcomer.go("/cases").sees(str(CASES))
    newcomer.go("/inbox").sees("1")

    again = place.visitor("newcomer-again")
    recover(again, secret, paper)
    again.log_in(NAME, SECOND, somebody(place).code(SECOND)).go("/cases").sees(str(CASES))
    is_out(newcomer)

    revoked_by(place.member(place.team.second_researcher))
    is_out(again)
    again.log_in(NAME, SECOND, somebody(place).code(SECOND)).go("/cases").sees("You hold no keys")
    everybody_else_reads(place)


def invited(place: Place) -> str:
    """An administrator invites; where the invitation leads."""
    administrator = place.member(place.team.administrator)
    administrator.go("/accounts").sees(place.team.researcher.username)
    administrator.go("/accounts/invite").fill(username=NAME)
    administrator.page.locator("[name=role][value=researcher]").check()
    administrator.press("Invite").sees(NAME)
    link = re.search(r"/set-up/[A-Z0-9-]+", administrator.page.content())
    assert link
    return link[0]


def set_up(newcomer: Visitor, link: str) -> tuple[str, str]:
    """A passphrase, a second factor, a code on paper; what the app and the paper keep."""
    newcomer.go(link).fill(username=NAME, new_passphrase=PASSPHRASE, repeated=PASSPHRASE)
    newcomer.picture("set-up")
    newcomer.press("Set up")
    secret = newcomer.text(SECRET)
    newcomer.picture("second factor")
    newcomer.fill(code=typed(secret)).press("Go on").sees("Write down your recovery code")
    return secret, newcomer.text(CODE)


def hand_in(newcomer: Visitor) -> str:
    """Record, see that it arrived, read nothing; the number that members will compare."""
    newcomer.go("/cases").sees("You hold no keys yet")
    newcomer.go("/cases/new/quick")
    record(newcomer)
    newcomer.sees("It has arrived, sealed.")
    newcomer.go("/account").sees("Your number")
    return newcomer.text(NUMBER)


def vouched_for(place: Place, number: str) -> None:
    """Two members compare the number, and vouch."""
    for member, said in ((place.team.researcher, "1 of 2"), (place.team.second_researcher, "can now open")):
        visitor = place.member(member)
        visitor.go("/members").sees(NAME)
        assert visitor.text(NUMBER) == number
        visitor.press("It is the same: vouch for").sees(said)


def recover(again: Visitor, secret: str, paper: str) -> None:
    """The second factor is lost; the paper brings the person back, with another factor and another paper."""
    again.go("/recover").fill(username=NAME, code=paper, new_passphrase=SECOND, repeated=SECOND)
    again.page.locator("[name=lost]").check()
    again.picture("recover")
    again.press("Change the passphrase")
    fresh = again.text(SECRET)
    assert fresh != secret
    again.fill(code=typed(fresh)).press("Go on").sees("Write down your recovery code")
    assert again.text(CODE) != paper


def is_out(visitor: Visitor) -> None:
    """Their session is over."""
    visitor.go("/cases")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Log in")


def revoked_by(leader: Visitor) -> None:
    """A member takes the newcomer's keys back."""
    leader.go("/members").page.get_by_role("link", name=NAME).click()
    leader.page.get_by_label("All of them: this person leaves").check()
    leader.fill(reason="left the network").press("Take the keys back").sees("Everything is under the newest keys")


def everybody_else_reads(place: Place) -> None:
    """The members open every case, the analyst counts them."""
    for member in (place.team.researcher, place.team.second_researcher):
        visitor = place.member(member)
        visitor.go("/cases").sees(str(CASES))
        found = cases_on(visitor)
        assert len(found) == CASES
        for case in found:
            answer = visitor.page.goto(place.address + case)
            assert answer
            assert answer.ok
    place.member(place.team.analyst).go("/summaries").sees(str(CASES))


def record(visitor: Visitor) -> None:
    """The quick record, as little of it as is allowed."""
    visitor.page.locator("[name=narrative]").fill("Plainly fictional: stopped at a checkpoint, paid to be let go.")
    visitor.page.locator("[name=date_start-kind][value=about]").check()
    visitor.page.locator("[name=date_start-month]").fill("3")
    visitor.page.locator("[name=date_start-year]").fill("2025")
    visitor.page.locator("[name=country]").select_option("KE")
    visitor.page.locator("[name=source_type]").select_option("SRC_PEER")
    visitor.picture("quick record")
    visitor.press("Hand it in")


def cases_on(visitor: Visitor) -> list[str]:
    """Where the list leads."""
    return re.findall(r'href="(/cases/[0-9a-f]{32})"', visitor.page.content())
