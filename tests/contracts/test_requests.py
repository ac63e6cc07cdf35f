"""Whatever is sent, there is an answer: a page that parses, says what to do, and shows what was typed as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import pytest

from incidents.records import services
from incidents.records.keys import keys_of
from tests.contracts.payloads import BROKEN, LONG, MARKUP, SIGNS
from tests.contracts.walking import ON_SQLITE, Form, Page, addresses, endpoint_of, forms, kinds_of_forms, walk
from tests.factories import documents
from tests.factories.keeping import instance
from tests.factories.site import PUBLICATION
from tests.factories.world import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.factories.site import Site
    from tests.factories.world import Browser, Person

FORM_TYPE: Final = "application/x-www-form-urlencoded"
WORST: Final = 7
MIXED: Final = 5
AT_ONCE: Final = 18
WRITABLE: Final = {"text", "textarea", "password", "search", "email", "url", "tel", "hidden"}
#: Ends a session or an account that the test goes on with; each has been met when the walk was made.
ENDING: Final = {"/logout", "/account"}
#: What the payloads would be if they were not text.
ALIVE: Final = {"script", "iframe", "object", "embed", "base", "marquee", "video", "style", "template", "math"}
FETCHING: Final = {"href", "src", "action", "formaction", "data", "srcdoc", "xlink:href"}


def everyone(site: Site) -> list[Person | None]:
    team = site.ours.team
    return [team.researcher, team.advocate, team.administrator, None]


#: Every kind of form on the pages of somebody, by database and by who it is.
FOUND: Final[dict[tuple[str, str], list[Form]]] = {}


def found_forms(client: FlaskClient, site: Site, person: Person | None) -> list[Form]:
    """Every kind of form on the pages of somebody, once, with the token of this browser.

    A site is put back as it was, so that the forms of one test are those of the next but for the token. The first test
    that asks looks for those of everyone, before it sends any.
    """
    key = (instance(), person.id if person else "")
    if key not in FOUND:
        for one in everyone(site):
            found = _found_forms(client_of(site, one), addresses(site.app, site.ours))
            FOUND[key[0], one.id if one else ""] = found
    token = TOKEN.search(client.get("/login").get_data(as_text=True))
    assert token
    return [form.with_value("csrf_token", token[1]) for form in FOUND[key]]


def _found_forms(client: FlaskClient, start: Sequence[str]) -> list[Form]:
    kinds: dict[tuple[str, frozenset[str]], Page] = {}
    for page in walk(client, start, kinds=True):
        if page.text and page.status == 200:
            kinds = kinds_of_forms(page) | kinds
    return [form for page in kinds.values() for form in forms(page)]


def client_of(site: Site, person: Person | None) -> FlaskClient:
    client = person.browser().client if person else site.app.test_client()
    client.parses = False
    return client


def send(client: FlaskClient, form: Form, values: dict[str, str | list[str]]) -> TestResponse:
    """Send a form as it stands with some values in place of its own."""
    filled = {**form.values(), **values}
    if form.method == "get":
        return client.get(f"{urlsplit(form.action).path}?{urlencode(filled, doseq=True)}")
    return client.post(form.action, data=filled)


def check(answer: TestResponse, what: object) -> None:
    """An answer that is no failure, tells no secrets of the program, and is a whole page if it is a page."""
    assert answer.status_code < 500, what
    # An answer may be a picture or a file.
    text = answer.get_data().decode(errors="replace")
    assert "Traceback" not in text, what
    assert "sqlalchemy" not in text.lower(), what
    if answer.mimetype == "text/html" and answer.status_code not in {302, 303}:
        assert text.count("<h1") == text.count("</html>") == 1, what
    assert answer.headers.get("Set-Cookie", "").find("planted") < 0, what


def writable(form: Form) -> list[str]:
    return sorted({box.name for box in form.fields if box.tag in WRITABLE} - {"csrf_token"})


def filled(names: list[str]) -> Iterator[dict[str, str | list[str]]]:
    """The signs that break most, each in all fields at once; then all of them, another in each field."""
    yield from (dict.fromkeys(names, sign) for sign in SIGNS[:WORST])
    for shift in range(0, len(SIGNS), MIXED):
        yield {name: SIGNS[(place + shift) % len(SIGNS)] for place, name in enumerate(names)}


def test_every_form_answers_every_odd_sign_in_every_field(site: Site) -> None:
    sent = 0
    for person in everyone(site):
        client = client_of(site, person)
        for form in found_forms(client, site, person):
            if form.action in ENDING or not writable(form):
                continue
            for values in filled(writable(form)):
                check(send(client, form, values), (form.action, values))
                sent += 1
    assert sent > 200


def test_every_choice_answers_a_value_that_was_not_offered(site: Site) -> None:
    for person in everyone(site):
        client = client_of(site, person)
        for form in found_forms(client, site, person):
            chosen = {box.name for box in form.fields if box.tag in {"select", "radio", "radio-off", "checkbox"}}
            if form.action in ENDING or not chosen:
                continue
            for value in ("no_such_code", "", "\0", ["a", "b"], ["x"] * 500):
                check(send(client, form, dict.fromkeys(chosen, value)), (form.action, str(value)[:20]))


def post_forms(site: Site, client: FlaskClient) -> Iterator[Form]:
    for form in found_forms(client, site, site.ours.team.researcher):
        if form.method == "post" and form.action not in ENDING:
            yield form


@ON_SQLITE
def test_a_field_of_a_million_signs_is_answered(site: Site) -> None:
    client = client_of(site, site.ours.team.researcher)
    for form in post_forms(site, client):
        for name in writable(form):
            check(send(client, form, {name: LONG}), (form.action, name))


@ON_SQLITE
def test_ten_thousand_fields_are_answered(site: Site) -> None:
    client = client_of(site, site.ours.team.researcher)
    many = {f"field-{number}": "x" for number in range(10_000)}
    for form in post_forms(site, client):
        check(send(client, form, dict(many)), form.action)
    assert send(client, Form("", "/drafts", "post", ()), {}).status_code == 400


@ON_SQLITE
def test_a_body_that_is_too_large_gets_a_page_that_says_so(site: Site) -> None:
    """6 MB where 4 MB are allowed; publications and cases take files and allow more."""
    client = client_of(site, site.ours.team.researcher)
    for form in post_forms(site, client):
        limit = 26_000_000 if "/reports/" in form.action else 6_000_000
        limit = 60_000_000 if form.action.endswith("/files/new") else limit
        answer = client.post(form.action, data=b"x=" + b"y" * limit, content_type=FORM_TYPE)
        assert answer.status_code == 413, form.action
        check(answer, form.action)


def test_broken_encodings_and_bodies_are_answered(site: Site) -> None:
    client = client_of(site, site.ours.team.researcher)
    for form in post_forms(site, client):
        token = form.values().get("csrf_token", [""])[0]
        for broken in BROKEN:
            pairs = "&".join(f"{name}={broken}" for name in writable(form))
            body = f"csrf_token={token}&{pairs}"
            check(client.post(form.action, data=body, content_type=FORM_TYPE), (form.action, broken))
        for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/plain", "\0"):
            check(client.post(form.action, data=b"--x\r\nbroken", content_type=kind), (form.action, kind))


def test_broken_addresses_and_arguments_are_answered(site: Site) -> None:
    client = client_of(site, site.ours.team.researcher)
    for path in addresses(site.app, site.ours):
        names = {name for form in _forms_at(client, path) for name in form.names} | {"page", "sort", "order", "year"}
        for value in (*BROKEN, "%00", "-1", "0", "9" * 30, "%F0%9D%9F%97", "%0d%0aX-Evil:1", "..%2f..%2f"):
            query = "&".join(f"{name}={value}" for name in sorted(names))
            answer = client.get(f"{path}?{query}")
            check(answer, (path, value))
            assert "X-Evil" not in answer.headers
            answer.close()


def _forms_at(client: FlaskClient, path: str) -> list[Form]:
    answer = client.get(path)
    answer.close()
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return []
    return list(forms(Page(path, 200, "text/html", answer.get_data(as_text=True))))


def test_odd_headers_are_answered(site: Site) -> None:
    client = client_of(site, site.ours.team.researcher)
    for name in ("Accept-Language", "Cookie", "Referer", "Host", "Range", "If-None-Match", "X-Forwarded-For"):
        for value in ("x" * 5000, "é\xff", '"', ";;;=", "127.0.0.1\t", "%00"):
            answer = site.app.test_client().get("/login", headers={name: value})
            check(answer, (name, value))
    away = client.post("/language", data={"locale": "en"}, headers={"Referer": "https://evil.example/path"})
    assert "evil" not in away.headers.get("Location", "")


# -- markup ------------------------------------------------------------------------------------------------


def alive(page: Page) -> list[str]:
    """Elements and attributes that only a payload brings into a page."""
    found = [f"<{element.tag}>" for element in page.tree.iter() if element.tag in ALIVE]
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "style":
                found.append(f"{element.tag} {name}")
            # The page of a receipt has no icon, so that no browser asks for one.
            if value == "data:," and element.attrib.get("rel") == "icon":
                continue
            if name in FETCHING and re.match(r"\s*(?:javascript|data|//|https?://evil)", value, re.IGNORECASE):
                found.append(f"{element.tag} {name}={value}")
    return found


@ON_SQLITE
def test_markup_in_an_answer_with_errors_is_shown_as_text(site: Site) -> None:
    """Every form is sent with every payload in every field, and comes back, most with errors beside what was typed."""
    shown = 0
    for person in everyone(site):
        client = client_of(site, person)
        for form in found_forms(client, site, person):
            if form.action in ENDING or not writable(form):
                continue
            for first in range(0, len(MARKUP), AT_ONCE):
                payload = " ".join(MARKUP[first : first + AT_ONCE])
                answer = send(client, form, dict.fromkeys(writable(form), payload))
                check(answer, (form.action, payload))
                if answer.mimetype == "text/html":
                    page = Page(form.action, answer.status_code, "text/html", answer.get_data(as_text=True))
                    assert alive(page) == [], (form.action, payload)
                    shown += "alert(1)" in page.text
    assert shown > 20


@pytest.fixture
def infected(site: Site) -> Site:
    """A case, a publication and a story whose every text is a payload; they are saved, so that pages show them."""
    team = site.ours.team
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    for first in range(0, len(MARKUP), 9):
        payload = " ".join(one for one in MARKUP[first : first + 9] if one.isprintable())
        whom = documents.person(name=payload, other_names=payload, pseudonym=payload[:100])
        done = documents.act("POL_EXT", whom, stated_reason=payload)
        document = documents.document(
            incident=documents.incident(
                narrative=payload, place_text=payload, title_working=payload[:150], verification_reason=payload
            ),
            persons=[whom],
            acts=[done],
            perpetrators=[documents.perpetrator(done, individual_name=payload, description=payload)],
            sources=[documents.source(citation=payload)],
            consents=[documents.consent(whom), documents.consent(whom, "CP_STORY")],
        )
        services.create(keys, [document])
        site.ours.ids["incident_id"] = document.incident.id
        _publish(team.researcher.browser(), payload)
    return site


def _publish(browser: Browser, payload: str) -> None:
    written = {**PUBLICATION, "title": payload[:300], "text": payload}
    browser.client.post("/reports/new", data={"csrf_token": browser.token(), **written})


@ON_SQLITE
def test_markup_that_was_saved_is_text_on_every_page_that_shows_it(infected: Site) -> None:
    showing = set()
    for person in everyone(infected):
        client = client_of(infected, person)
        for page in walk(client, addresses(infected.app, infected.ours)):
            if page.text:
                assert alive(page) == [], page.path
                if "alert(1)" in page.text:
                    showing.add(endpoint_of(infected.app, page.path))
    assert {"records.case", "reports.report", "reports.reports"} <= showing


def test_a_payload_that_is_not_escaped_is_found() -> None:
    """The tests above can fail: nearly every payload is alive once it is written as it is."""
    found = [alive(Page("", 200, "text/html", f'<p>{payload}</p><p title="{payload}">')) for payload in MARKUP]
    assert sum(1 for one in found if one) >= 35


@ON_SQLITE
def test_templates_in_typed_text_are_not_evaluated(infected: Site) -> None:
    client = client_of(infected, infected.ours.team.researcher)
    pages = [page.text for page in walk(client, addresses(infected.app, infected.ours))]
    assert any("{{ 7 * 7 }}" in page for page in pages)
    assert not any("49#49" in page or "<Config" in page for page in pages)
