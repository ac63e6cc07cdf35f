"""Walking the site as a browser would: every page that links reach, every form on them."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

import html5lib
import pytest
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.factories.site import Side

#: For what does not come as far as the database, or is asked of it with the same statements as elsewhere.
ON_SQLITE: Final = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: Other tests parse every page; a walk of hundreds has no time to.
ID: Final = re.compile(r"[0-9a-f]{32}")
FORM: Final = re.compile(r"<form\b.*?</form>", re.DOTALL)
FIELD: Final = re.compile(r'\bname="([^"]+)"')
LINK: Final = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')


@dataclass(frozen=True)
class Page:
    """An answer to a GET."""

    path: str
    status: int
    media_type: str
    text: str

    @property
    def tree(self) -> Element:
        """The page, parsed."""
        tree: Element = html5lib.parse(self.text, namespaceHTMLElements=False)
        return tree


@dataclass(frozen=True)
class Field:
    """A control of a form; ``tag`` is input's type, or textarea, select or button."""

    name: str
    tag: str
    value: str


@dataclass(frozen=True)
class Form:
    """A form of a page."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of all controls."""
        return frozenset(field.name for field in self.fields)

    def with_value(self, name: str, value: str) -> Form:
        """The form with another value of one of its controls."""
        fields = tuple(replace(field, value=value) if field.name == name else field for field in self.fields)
        return replace(self, fields=fields)

    def values(self) -> dict[str, list[str]]:
        """What a browser would send if nobody touched anything."""
        found: dict[str, list[str]] = {}
        for field in self.fields:
            if field.tag not in {"button", "radio-off", "file"}:
                found.setdefault(field.name, []).append(field.value)
        return found


def addresses(app: Flask, side: Side) -> list[str]:
    """One address for each rule that answers GET, with the ids of an organisation.

    Raises:
        KeyError: a rule takes a kind of id that Side.ids lacks.
    """
    return [address(rule.rule, side) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]


def address(rule: str, side: Side) -> str:
    """A rule with its variables filled in."""
    for name in _variables(rule):
        value = side.ids[name.rpartition(":")[2]]
        rule = rule.replace(f"<{name}>", quote(value))
    return rule


def _variables(rule: str) -> list[str]:
    return [part.partition(">")[0] for part in rule.split("<")[1:]]


def endpoint_of(app: Flask, path: str) -> str:
    """The endpoint that answers GET at a path; empty if there is none."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except HTTPException:
        return ""
    return str(endpoint)


def walk(client: FlaskClient, start: Iterable[str], *, kinds: bool = False) -> Iterator[Page]:
    """Every page that can be reached by links from some addresses, each once.

    Addresses that differ in the values of their arguments only are one page; with ``kinds``, those that differ in an
    id only as well.
    """
    waiting = deque(start)
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        path = waiting.popleft()
        parts = urlsplit(path)
        alike = (
            ID.sub("*", parts.path) if kinds else parts.path,
            tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})),
        )
        if alike in seen or parts.path.startswith("/static/"):
            continue
        seen.add(alike)
        answer = client.get(path)
        answer.close()
        page = Page(path, answer.status_code, answer.mimetype or "", "")
        if answer.mimetype == "text/html":
            page = replace(page, text=answer.get_data(as_text=True))
            waiting.extend(links(page))
        if answer.location:
            waiting.append(answer.location)
        yield page


def links(page: Page) -> list[str]:
    """Addresses on this site that a page links to."""
    found = (urljoin(page.path, unescape(href)) for href in LINK.findall(page.text))
    return [one.partition("#")[0] for one in found if not urlsplit(one).netloc and one.startswith("/")]


def kinds_of_forms(page: Page) -> dict[tuple[str, frozenset[str]], Page]:
    """The forms of a page by where they lead and what they ask, each as a page of its own, not parsed yet."""
    found = {}
    for text in FORM.findall(page.text):
        action = re.search(r'\baction="([^"]*)"', text.partition(">")[0])
        names = frozenset(re.sub(r"\d+", "0", name) for name in FIELD.findall(text))
        found[ID.sub("*", urljoin(page.path, action[1] if action else "")), names] = replace(page, text=text)
    return found


def forms(page: Page) -> Iterator[Form]:
    """The forms of a page."""
    for form in page.tree.iter("form"):
        action = urljoin(page.path, form.get("action") or page.path)
        yield Form(page.path, action, form.get("method", "get").lower(), tuple(_fields(form)))


def _fields(form: Element) -> Iterator[Field]:
    for element in form.iter():
        name = element.get("name", "")
        if not name:
            continue
        if element.tag == "textarea":
            yield Field(name, "textarea", "".join(element.itertext()))
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [one for one in options if one.get("selected") is not None] or options[:1]
            yield from (Field(name, "select", one.get("value", "")) for one in chosen)
        elif element.tag == "button":
            yield Field(name, "button", element.get("value", ""))
        elif element.tag == "input":
            kind = element.get("type", "text")
            off = kind in {"radio", "checkbox"} and element.get("checked") is None
            yield Field(name, "radio-off" if off else kind, element.get("value", "on"))
