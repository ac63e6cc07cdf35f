"""The headers of every answer: as the documentation says them, legal, and nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from incidents import create_app
from incidents.extensions import db
from incidents.web.downloads import DOWNLOAD_POLICY, attachment
from incidents.web.headers import CONTENT_SECURITY_POLICY, HEADERS
from tests.contracts.walking import ON_SQLITE, addresses, walk
from tests.factories.world import PASSPHRASE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from config import Settings
    from tests.factories.site import Site

ROOT: Final = Path(__file__).resolve().parents[2]
POLICY: Final = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
}
#: Names and values as RFC 9110 allows them.
NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z")
#: For each header, the values that its standard knows.
LEGAL: Final = {
    "X-Content-Type-Options": {"nosniff"},
    "Referrer-Policy": {"same-origin"},
    "Cross-Origin-Opener-Policy": {"same-origin", "same-origin-allow-popups", "unsafe-none"},
    "Cross-Origin-Resource-Policy": {"same-origin", "same-site", "cross-origin"},
}
TELLING: Final = {"X-Powered-By", "Via", "X-AspNet-Version", "X-Generator", "ETag-Weak"}


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


def answers(site: Site) -> Iterator[tuple[str, TestResponse]]:
    """Pages, downloads, static files, errors and answers to forms."""
    client = site.ours.team.researcher.browser().client
    client.parses = False
    token = TOKEN.search(client.get("/login").get_data(as_text=True))
    assert token
    for path in addresses(site.app, site.ours):
        yield path, client.get(path)
    yield "405", client.delete("/login")
    yield "404", client.get("/nowhere")
    yield "403", client.get("/accounts")
    yield "400", client.post("/drafts")
    yield "303", client.post("/drafts", data={"csrf_token": token[1]})
    yield "413", client.post("/drafts", data={"csrf_token": token[1], "field": "x" * 6_000_000})
    yield "422", client.post("/cases/new/quick", data={"csrf_token": token[1]})
    yield "401", site.app.test_client().get("/cases")


def test_the_policy_is_the_one_that_is_promised() -> None:
    assert directives(CONTENT_SECURITY_POLICY) == POLICY
    assert directives(DOWNLOAD_POLICY) == {"default-src": ["'none'"], "sandbox": []}
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_the_documentation_says_the_policy_word_by_word() -> None:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    quoted = [page for page in pages if CONTENT_SECURITY_POLICY in " ".join(page.split())]
    for page in pages:
        for line in re.findall(r"default-src 'none'; style-src[^`\n]*", page):
            assert CONTENT_SECURITY_POLICY.startswith(line.strip())
    assert quoted, "no page of docs/ quotes the content security policy"


@ON_SQLITE
def test_every_answer_carries_every_header_with_a_legal_value(site: Site) -> None:
    for path, answer in answers(site):
        policy = answer.headers["Content-Security-Policy"]
        saved = answer.headers.get("Content-Disposition", "").startswith("attachment")
        # The blurred preview of a file is a picture out of a page, and no page of its own.
        confined = saved or path.endswith("/preview")
        assert policy == (DOWNLOAD_POLICY if confined else CONTENT_SECURITY_POLICY), path
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [policy if "Security" in name else value], (path, name)
        for name, allowed in LEGAL.items():
            assert answer.headers[name] in allowed
        for name, value in answer.headers:
            assert NAME.match(name), (path, name)
            assert VALUE.match(value), (path, name)
        assert not TELLING & set(answer.headers.keys())
        answer.close()


@ON_SQLITE
def test_nothing_but_the_style_sheet_and_pictures_is_kept_by_a_browser_or_proxy(site: Site) -> None:
    for path, answer in answers(site):
        kept = "public, max-age=3600" if path.startswith("/static/") else "no-store"
        assert answer.headers.getlist("Cache-Control") == [kept], path
        assert "Cookie" in answer.headers.get("Vary", ""), path
        answer.close()


@ON_SQLITE
def test_no_answer_names_a_version(site: Site) -> None:
    for path, answer in answers(site):
        for name, value in answer.headers:
            assert not re.search(r"(?i)werkzeug|python|granian|flask|sqlite|postgres", value), (path, name)
        answer.close()
    assert site.app.test_client().get("/healthz").get_json() == {"status": "ok"}


@ON_SQLITE
def test_a_download_is_saved_and_never_shown(site: Site) -> None:
    client = site.ours.team.advocate.browser().client
    ids = site.ours.ids
    for path in (
        f"/releases/{ids['release_id']}/files/csv",
        f"/releases/{ids['release_id']}/files/xlsx",
        f"/reports/{ids['publication_id']}/files/{ids['file_id']}",
    ):
        answer = client.get(path)
        assert answer.headers["Content-Disposition"].startswith("attachment; "), path
        assert answer.headers["Content-Security-Policy"] == DOWNLOAD_POLICY
        assert answer.mimetype not in {"text/html", "image/svg+xml"}


@ON_SQLITE
def test_every_page_says_utf_8(site: Site) -> None:
    client = site.ours.team.researcher.browser().client
    pages = [page for page in walk(client, ["/"]) if page.media_type == "text/html" and page.status == 200]
    assert len(pages) > 10
    for page in pages:
        assert '<meta charset="utf-8">' in page.text
    assert client.get("/cases").content_type == "text/html; charset=utf-8"


def served(app: Flask, *, demo: bool = False, origin: str = "") -> Flask:
    """The same database under other settings."""
    settings: Settings = app.extensions["tala-settings"]
    return create_app(replace(settings, demo=demo, origin=origin))


def cookies_of(client: FlaskClient, base_url: str) -> list[str]:
    page = client.get("/login", base_url=base_url)
    found = page.headers.getlist("Set-Cookie")
    token = TOKEN.search(page.get_data(as_text=True))
    assert token
    chosen = client.post("/language", data={"csrf_token": token[1], "locale": "en-XA"}, base_url=base_url)
    with client.application.app_context():
        db.engine.dispose()
    return [*found, *chosen.headers.getlist("Set-Cookie")]


@pytest.mark.parametrize(
    ("settings", "base_url"),
    [({"origin": "https://tala.example"}, "https://tala.example"), ({}, "http://127.0.0.1")],
)
def test_cookies_of_a_real_instance_are_secure_and_tied_to_the_host(
    app: Flask, settings: dict[str, str], base_url: str
) -> None:
    session, *others = cookies_of(served(app, **settings).test_client(), base_url)
    assert re.fullmatch(r"__Host-tala=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Strict", session)
    assert others
    for cookie in others:
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


def test_cookies_of_a_demo_work_on_this_machine_without_tls(app: Flask) -> None:
    session, language = cookies_of(served(app, demo=True).test_client(), "http://127.0.0.1")
    assert re.fullmatch(r"tala=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", session)
    assert "Secure" not in language
    assert "HttpOnly" in language


@ON_SQLITE
def test_only_an_answer_over_tls_demands_tls_from_then_on(site: Site) -> None:
    client = site.app.test_client()
    assert "Strict-Transport-Security" not in client.get("/login").headers
    demanded = client.get("/login", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert int(demanded.partition("max-age=")[2].partition(";")[0]) >= 365 * 24 * 3600


def test_a_log_in_takes_a_new_cookie_and_a_log_out_forgets_it(site: Site) -> None:
    client = site.app.test_client()
    page = client.get("/login")
    planted = page.headers["Set-Cookie"].partition(";")[0]
    token = TOKEN.search(page.get_data(as_text=True))
    assert token
    person = site.ours.team.researcher
    answer = client.post("/login", data={"csrf_token": token[1], "username": person.username, "passphrase": PASSPHRASE})
    assert (answer.status_code, answer.location) == (303, "/login/second")
    half = answer.headers["Set-Cookie"].partition(";")[0]
    token = TOKEN.search(client.get("/login/second").get_data(as_text=True))
    assert token
    answer = client.post("/login/second", data={"csrf_token": token[1], "code": person.code()})
    assert answer.status_code == 303
    assert len({planted, half, answer.headers["Set-Cookie"].partition(";")[0]}) == 3
    token = TOKEN.search(client.get("/login").get_data(as_text=True))
    assert token
    out = client.post("/logout", data={"csrf_token": token[1]})
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_file_name_from_outside_cannot_write_a_header_of_its_own() -> None:
    name = 'a\r\nSet-Cookie: x=1\r\n"; filename=evil.html; é.txt'
    value = attachment(b"", name).headers["Content-Disposition"]
    assert VALUE.match(value)
    assert value.count('"') == 2
