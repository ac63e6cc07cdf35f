"""Every macro in a real browser: no barrier that axe finds, no sideways scrolling, nothing our policy refuses."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from incidents.web.headers import CONTENT_SECURITY_POLICY
from tests.browser.gallery import ROOT, gallery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    Opener = Callable[..., Page]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = ("form.html", "tables.html", "figures.html")
CODES = ("en", "en-XA", "ar-XB")
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml"}

pytestmark = pytest.mark.browser


class Handler(BaseHTTPRequestHandler):
    """Serves /<locale>/<page> of the gallery and the static files, under the policy of the app."""

    def do_GET(self) -> None:
        place = self.path.partition("?")[0]
        if place.startswith("/static/"):
            body = (ROOT / "incidents" / place[1:]).read_bytes()
        else:
            _, code, name = place.split("/")
            body = gallery(name, code).encode()
        self.send_response(200)
        self.send_header("Content-Type", TYPES[Path(place).suffix])
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Opener]:
    contexts = []

    def open_(name: str, code: str, *, width: int = 1280, axe: bool = False, **options: object) -> Page:
        # axe is a script of the test, which the policy would refuse; without it the policy stands.
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, bypass_csp=axe, **options)
        contexts.append(context)
        page = context.new_page()
        page.refused = []
        page.on("console", lambda message: page.refused.append(message.text))
        page.goto(f"{address}/{code}/{name}")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_barrier(open_page: Opener, name: str, code: str, scheme: str) -> None:
    page = open_page(name, code, axe=True, color_scheme=scheme)
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], [node["html"][:100] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", NAMES)
def test_a_narrow_phone_needs_no_sideways_scrolling(open_page: Opener, name: str, code: str) -> None:
    page = open_page(name, code, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", NAMES)
def test_our_own_policy_refuses_nothing_of_the_page(open_page: Opener, name: str) -> None:
    assert open_page(name, "en").refused == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_without_a_script(open_page: Opener, name: str) -> None:
    page = open_page(name, "en", java_script_enabled=False)
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.locator("main").is_visible()


@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_pressed_is_large_enough_for_a_thumb(open_page: Opener, name: str) -> None:
    page = open_page(name, "en", width=320)
    small = page.evaluate(
        """[...document.querySelectorAll(`button, select, summary, textarea, .button, .choice label,
             input:not([type=hidden], [type=radio], [type=checkbox])`)]
           .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
           .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_boxes_that_a_kind_of_date_does_not_use_are_put_away(open_page: Opener) -> None:
    page = open_page("form.html", "en")
    last = page.locator("#when .to")
    assert last.is_visible()
    page.get_by_label("In a year").check()
    assert not last.is_visible()
    assert not page.locator("#when-day").is_visible()
    assert page.locator("#when-year").is_visible()


def test_the_map_shows_its_countries(open_page: Opener) -> None:
    page = open_page("figures.html", "en")
    box = page.locator('use[href$="#PH"]').bounding_box()
    assert box
    assert box["width"] > 5


def test_a_focused_field_has_a_ring_of_two_colours(open_page: Opener) -> None:
    page = open_page("form.html", "en")
    page.keyboard.press("Tab")
    ring = page.evaluate("(s => [s.outlineWidth, s.boxShadow])(getComputedStyle(document.activeElement))")
    assert ring[0] == "3px"
    assert "5px" in ring[1]


def test_a_page_survives_forced_colours_and_print(open_page: Opener) -> None:
    page = open_page("figures.html", "en", forced_colors="active")
    assert page.locator(".bars rect.s1").first.is_visible()
    page.emulate_media(media="print", forced_colors="none")
    assert not page.locator(".leave").is_visible()
    assert page.locator("figure").first.is_visible()
