"""Every page of a small demo in Chromium: no barrier that axe finds, no sideways scrolling, light for any phone."""

from __future__ import annotations

import gzip
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from config import Settings
from incidents import create_app
from incidents.demo import services as demo
from incidents.extensions import db
from incidents.i18n import COOKIE
from incidents.keyring.totp import code_of, step_at
from tests.conftest import ParsingClient
from tests.contracts.walking import walk
from tests.factories.world import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext, Page

    from incidents.demo.services import DemoAccount

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CASES: Final = 60
#: Bytes of the largest page, raw and compressed.
MOST_RAW: Final = 60_000
MOST_COMPRESSED: Final = 15_000
#: Width, locale, and whether axe looks too: the narrowest phone in both test locales, a desk in English. Long words
#: change nothing but the layout; what axe reads is the same page as on the desk and, from right to left, on the phone.
VIEWS: Final = ((320, "en-XA", False), (320, "ar-XB", True), (1280, "en", True))
PUBLIC: Final = ("/login", "/set-up", "/recover", "/nowhere")
QUESTION: Final = {
    "since": "2023-12",
    "until": "2026-11",
    "place": "WORLD",
    "series": "credible",
    "by": "violation_group",
    "by2": "gender",
}


@dataclass
class Visited:
    """Somebody of the demo, the cookie of their log-in, and every page that they can reach: its path and text."""

    who: str
    cookie: str
    pages: dict[str, str]


@dataclass
class Demo:
    """A served demo."""

    address: str
    visited: list[Visited]

    def kinds(self) -> Iterator[tuple[Visited, str]]:
        """One page of each kind: those that differ in an id only are alike."""
        seen = set()
        for visited in self.visited:
            for path in visited.pages:
                parts = urlsplit(path)
                kind = "/".join("*" if len(part) == len("0" * 32) else part for part in parts.path.split("/"))
                if (kind, bool(parts.query)) not in seen:
                    seen.add((kind, bool(parts.query)))
                    yield visited, path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with a few cases, a draft, a release and a publication, on a port of this machine."""
    instance = tmp_path_factory.mktemp("demo")
    instance.chmod(0o700)
    settings = Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}", demo=True)
    app = create_app(settings)
    app.test_client_class = ParsingClient
    with app.app_context():
        accounts = demo.make(settings, cases=CASES)
        visited = [visit(app, one) for one in accounts if one.organisation == accounts[0].organisation]
        visited.append(Visited("anonymous", "", everything(app.test_client(), PUBLIC)))
        db.session.remove()
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Demo(f"http://127.0.0.1:{server.port}", visited)
        server.shutdown()
        server.server_close()
        db.engine.dispose()


def visit(app: Flask, account: DemoAccount) -> Visited:
    """Log in, make what the role makes, and walk."""
    client = app.test_client()
    send(client, "/login", username=account.username, passphrase=account.passphrase)
    send(client, "/login/second", code=code_of(account.totp_secret, step_at(time.time())))
    send(client, "/account/factors/app/new")
    start = ["/", "/nowhere", "/account", "/account/factors", "/account/factors/app", "/confirm"]
    if account.role == "researcher":
        draft = send(client, "/drafts").rpartition("/")[0]
        send(client, f"{draft}/people/{'a' * 32}", unit="UNIT_IND", gender="GEN_W", roles="victim")
        send(client, f"{draft}/acts/{'b' * 32}", violation="POL_EXT", person_id="a" * 32)
        start += [draft, "/members", "/cases/new"]
    if account.role == "advocate":
        asked = "/releases/new?" + urlencode(QUESTION)
        start += [asked, "/reports/new"]
        text = {"title": "A fictional report", "kind": "report", "language": "en", "published_on": "2026-11-20"}
        send(client, "/reports/new", **text, text="Invented for the demo.")
    cookie = client.get_cookie("tala")
    assert cookie
    return Visited(account.role, cookie.value, everything(client, start))


def everything(client: FlaskClient, start: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Every page that links reach."""
    client.parses = False
    pages = walk(client, start, kinds=True)
    return {page.path: page.text for page in pages if page.text and page.status not in {302, 303}}


def send(client: FlaskClient, path: str, **data: str) -> str:
    """Send a form; where it leads."""
    token = TOKEN.search(client.get("/login").get_data(as_text=True))
    assert token
    answer = client.post(path, data={"csrf_token": token[1], **data})
    assert answer.status_code == 303, (path, answer.status_code)
    return answer.location


def context_of(browser: Browser, served: Demo, visited: Visited, width: int, locale: str) -> BrowserContext:
    # axe is a script of the test, which the policy would refuse.
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    cookies = {"tala": visited.cookie, COOKIE: locale}
    context.add_cookies(
        [{"name": name, "value": text, "url": served.address} for name, text in cookies.items() if text]
    )
    return context


def problems(page: Page, width: int, *, axe: bool) -> list[str]:
    """What is wrong with a page that is open: scripts of its own, overflow, and what axe finds if it is asked."""
    found = ["has a script"] if page.locator("script").count() else []
    wide = page.evaluate("document.documentElement.scrollWidth")
    found += [f"{wide} px wide"] if wide > width else []
    if not axe:
        return found
    # Without "resultTypes" axe describes every element that is in order as well, which takes half of its time or more.
    rules = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return found + [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in rules]


@pytest.mark.parametrize(("width", "locale", "axe"), VIEWS)
def test_no_page_has_a_barrier(browser: Browser, served: Demo, width: int, locale: str, axe: bool) -> None:  # noqa: FBT001
    found: dict[str, list[str]] = {}
    pages: dict[str, Page] = {}
    checked = 0
    for visited, path in served.kinds():
        if visited.cookie not in pages:
            pages[visited.cookie] = context_of(browser, served, visited, width, locale).new_page()
        page = pages[visited.cookie]
        page.goto(served.address + path)
        if wrong := problems(page, width, axe=axe):
            found[f"{visited.who} {path}"] = wrong
        checked += 1
    for page in pages.values():
        page.context.close()
    assert found == {}
    assert checked > 30


def test_no_page_is_heavier_than_a_slow_connection_bears(served: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    weights = {
        path: (len(text.encode()), len(gzip.compress(text.encode())))
        for visited in served.visited
        for path, text in visited.pages.items()
    }
    raw, compressed = (max(weights, key=lambda path: weights[path][place]) for place in (0, 1))
    with capsys.disabled():
        print(f"\n{len(weights)} pages; the largest {raw}: {weights[raw][0]} bytes,")  # noqa: T201
        print(f"compressed {compressed}: {weights[compressed][1]} bytes")  # noqa: T201
    heavy = {path: weight for path, weight in weights.items() if weight[0] > MOST_RAW or weight[1] > MOST_COMPRESSED}
    assert heavy == {}
