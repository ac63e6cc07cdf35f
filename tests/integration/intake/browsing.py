"""What a browser would send when somebody presses a button of a page without touching it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import html5lib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element


@lru_cache(maxsize=4)
def parsed(page: str) -> Element:
    """A page as a tree. A test reads the same page in several ways; parsing it is the slow part."""
    tree: Element = html5lib.parse(page, namespaceHTMLElements=False)
    return tree


def fields_of(page: str, action: str) -> dict[str, list[str]]:
    """Every value that the form with this action holds, the token included, buttons left out."""
    tree = parsed(page)
    form = next(one for one in tree.iter("form") if one.get("action") == action)
    found: dict[str, list[str]] = {}
    for name, value in _values(form):
        found.setdefault(name, []).append(value)
    return found


def links_of(page: str) -> list[str]:
    """Where the links of a page lead."""
    return [link.get("href", "") for link in parsed(page).iter("a")]


def ids_of(page: str) -> list[str]:
    """The ids of a page's elements."""
    tree = parsed(page)
    return [element.get("id", "") for element in tree.iter() if element.get("id")]


def text_of(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join("".join(parsed(page).itertext()).split())


def _values(form: Element) -> Iterator[tuple[str, str]]:
    for element in form.iter():
        name = element.get("name", "")
        if element.tag == "textarea":
            yield name, "".join(element.itertext()).replace("\n", "\r\n")
        elif element.tag == "select":
            yield from ((name, one.get("value", "")) for one in _selected(element))
        elif element.tag == "input":
            kind = element.get("type", "text")
            if kind not in ("radio", "checkbox") or element.get("checked") is not None:
                yield name, element.get("value", "on")


def _selected(select: Element) -> list[Element]:
    options = list(select.iter("option"))
    return [one for one in options if one.get("selected") is not None] or options[:1]
