"""A new person's first days in Chromium: an app at set-up, a security key after it, and what happens without a script.

The key is Chromium's own virtual authenticator (DevTools protocol, domain WebAuthn), at ``http://localhost``.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from flask_migrate import upgrade
from playwright.sync_api import expect
from werkzeug.serving import make_server

from config import Settings
from incidents import create_app
from incidents.accounts import invitations
from incidents.accounts.models import Organisation, Role
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.passphrase import write_pepper
from incidents.keyring.totp import code_of, step_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSPHRASE = "plainly fictional passphrase"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Served:
    """An instance on a port of this machine, with the codes of two newcomers."""

    def __init__(self, address: str, codes: dict[str, str]) -> None:
        self.address = address
        self.codes = codes


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    instance = tmp_path_factory.mktemp("keys")
    instance.chmod(0o700)
    write_pepper(instance / "pepper")
    url = f"sqlite:///{instance / 'tala.db'}"
    # The address is known once a port is: the server is made first and told its application after.
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    address = f"http://localhost:{server.port}"
    app = create_app(Settings(instance=instance, database_url=url, origin=address, demo=True))
    server.app = app
    with app.app_context():
        upgrade()
        with writing(db.session):
            organisation = Organisation(name="Fictional Network of Keys")
            db.session.add(organisation)
            db.session.flush()
            names = ("fictional-ana", "fictional-bo")
            codes = {name: invitations.add_account(name, Role.ADMINISTRATOR, organisation)[1] for name in names}
        db.session.remove()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Served(address, codes)
        server.shutdown()
        server.server_close()
        db.engine.dispose()


def come_in(page: Page, served: Served, name: str) -> str:
    """Set up an account as the pages say; the secret of the app."""
    page.goto(f"{served.address}/set-up")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Set-up code").fill(served.codes[name])
    page.get_by_label("New passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("New passphrase again").fill(PASSPHRASE)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Add your second factor")).to_be_visible()
    expect(page.get_by_role("img", name="The secret below as a picture")).to_be_visible()
    secret = page.locator("ol strong").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(code_of(secret, step_at(time.time())))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Write down your recovery code")).to_be_visible()
    return secret


def first_stage(page: Page, served: Served, name: str) -> None:
    page.goto(f"{served.address}/login")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()


def second_stage(page: Page, secret: str) -> None:
    """The code of set-up is used; a clock may be half a minute ahead."""
    page.get_by_label("Code from your authenticator app").fill(code_of(secret, step_at(time.time()) + 1))
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Your second factor")).not_to_be_visible()


def watched(page: Page) -> list[str]:
    """What a page complains of from now on: the policy's refusals come as messages of the console."""
    found: list[str] = []
    page.on(
        "console",
        lambda message: found.append(f"{message.text} {message.location}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_newcomer_adds_a_key_and_logs_in_with_it(browser: Browser, served: Served) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        complaints = watched(page)
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
        secret = come_in(page, served, "fictional-ana")
        first_stage(page, served, "fictional-ana")
        second_stage(page, secret)
        page.goto(f"{served.address}/account/factors/key")
        page.get_by_label("Name, so that you know it again").fill("The blue key")
        page.get_by_role("button", name="Add the key").click()
        expect(page.get_by_text("The security key is added.")).to_be_visible()
        expect(page.get_by_role("cell", name="The blue key").first).to_be_visible()
        assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": made})["credentials"]) == 1
        context.clear_cookies()
        first_stage(page, served, "fictional-ana")
        page.get_by_role("button", name="Use a security key instead").click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{served.address}/account")
        expect(page.get_by_text("fictional-ana").first).to_be_visible()
        # Another key than the one that was added: the page says so, and a code still does.
        context.clear_cookies()
        devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made})
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        first_stage(page, served, "fictional-ana")
        page.get_by_role("button", name="Use a security key instead").click()
        expect(page.get_by_text("The security key gave no answer.")).to_be_visible(timeout=90_000)
        expect(page.get_by_label("Code from your authenticator app")).to_be_visible()
        assert complaints == []


def test_without_a_script_the_page_says_how_to_go_on(browser: Browser, served: Served) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        secret = come_in(page, served, "fictional-bo")
        first_stage(page, served, "fictional-bo")
        second_stage(page, secret)
        page.goto(f"{served.address}/account/factors/key")
        expect(page.get_by_role("button", name="Add the key")).not_to_be_visible()
        expect(page.get_by_text("Add an authenticator app instead")).to_be_visible()
