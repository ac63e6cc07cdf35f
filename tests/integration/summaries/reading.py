"""What a page of counts says, read from its markup as a browser would."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import html5lib

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


@lru_cache(maxsize=4)
def parsed(page: str) -> Element:
    """The page as a tree."""
    tree: Element = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    return tree


def text(element: Element) -> str:
    """Its words, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def figures(page: str) -> dict[str, Element]:
    """Figures by id."""
    return {str(figure.get("id")): figure for figure in parsed(page).iter("figure")}


def rows(figure: Element) -> dict[str, list[str]]:
    """The table of a figure: what each row says, by its name."""
    table = figure.find(".//table")
    assert table is not None
    body = table.find("tbody")
    assert body is not None
    return {text(row[0]): [text(one) for one in row[1:]] for row in body}


def terms(page: str) -> dict[str, str]:
    """The first value of each term of the lists of numbers; those of all that counts come before contested ones."""
    found: dict[str, str] = {}
    for group in parsed(page).iterfind(".//dl[@class='summary']/div"):
        found.setdefault(text(group[0]), text(group[1]))
    return found


def held(page: str) -> dict[str, str]:
    """Cases held back by reason."""
    table = next(one for one in parsed(page).iter("table") if text(one[0]) == "Cases held back, by reason")
    body = table.find("tbody")
    assert body is not None
    return {text(row[0]): text(row[1]) for row in body}


def links(page: str) -> list[str]:
    """All addresses in the main part."""
    main = parsed(page).find(".//main")
    assert main is not None
    return [str(link.get("href")) for link in main.iter("a")]
