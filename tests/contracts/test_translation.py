"""No word of a page escapes translation, none is bound to one direction, and none needs a script."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from babel import Locale

from incidents.accounts.models import Account, Organisation
from incidents.extensions import db
from incidents.i18n import BY_CODE, COOKIE, LOCALES
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.records.pseudonyms import COLOURS, THINGS
from incidents.releases.models import Release
from incidents.reports.languages import LANGUAGES
from tests.contracts.walking import Page, addresses, walk
from tests.factories.site import PUBLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from flask import Flask

    from incidents.i18n import Locale as Language
    from tests.factories.site import Site
    from tests.factories.world import Person

#: A page says the same whatever database is behind it.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

WORD: Final = re.compile(r"\w+")
#: Attributes that people read or hear.
SPOKEN: Final = {"alt", "aria-label", "placeholder", "title", "label"}
#: Elements whose content is a value, machine-readable, or in a language of its own.
VALUES: Final = {"bdi", "code", "kbd", "samp", "textarea", "script", "style"}
REASON: Final = "to know what was typed"
#: Names that are the same in every language.
NAMES: Final = {
    "Tala",
    "UTF",
    "SHA",
    "CSV",
    "XLSX",
    "HXL",
    "JSON",
    "ZIP",
    "PDF",
    "DOCX",
    "ODT",
    "TXT",
    "PNG",
    "JPEG",
    "ISO",
}

#: Pseudonyms that were drawn, languages in their own words, and months as Babel writes them.
CHOSEN: Final = {
    word
    for text in (*COLOURS, *THINGS, *LANGUAGES.values(), *Locale.parse("en").months["format"]["wide"].values())
    for word in WORD.findall(text)
}
#: A reference with its check character, such as 70F1CABXGFSV.
REFERENCE: Final = re.compile(r"[0-9A-Z]{12}\Z")


def walked(site: Site, locale: str) -> Iterator[tuple[str, Page]]:
    """Every page of everyone in a locale, and who saw it."""
    team = site.ours.team
    people: list[Person | None] = [team.researcher, team.advocate, team.analyst, team.administrator, None]
    for person in [*people, site.ours.waiting]:
        client = person.browser().client if person else site.app.test_client()
        client.parses = False
        client.set_cookie(COOKIE, locale)
        for page in walk(client, addresses(site.app, site.ours), kinds=True):
            if page.text and page.status not in {302, 303, 405}:
                yield person.role if person else "anonymous", page


def typed_words(site: Site) -> set[str]:
    """Every word that somebody typed: values, whatever the page's language."""
    texts = [str(value) for value in PUBLICATION.values()] + [
        "fictional.txt",
        "to see that every page has something",
        REASON,
    ]
    for side in (site.ours, site.theirs):
        researcher = side.team.researcher
        keys = keys_of(researcher.id, side.team.organisation_id, researcher.seed)
        opened = services.open_identity(keys, side.ids["incident_id"], REASON)
        texts.append(opened.document.model_dump_json())
    for model, name in ((Account, "username"), (Organisation, "name")):
        texts += [getattr(row, name) for row in db.session.query(model)]
    texts += [row.title for row in db.session.query(Release)]
    return {word for text in texts for word in WORD.findall(text)} | NAMES | CHOSEN


def untranslated(text: str, known: set[str]) -> list[str]:
    """Words with plain vowels, which the accented locale leaves in none of its own."""
    plain = [word for word in WORD.findall(text) if word.isascii() and len(word) > 2 and word not in known]
    return [word for word in plain if re.search(r"[aeiouAEIOU]", word) and not REFERENCE.match(word)]


def spoken(element: Element, inside: tuple[str, ...] = ()) -> Iterator[str]:
    """Text and attributes that a page says in its own language, in order."""
    if not isinstance(element.tag, str) or element.tag in VALUES:
        return
    if element.get("translate") == "no" or (inside and element.get("lang")):
        return
    for name in SPOKEN & element.attrib.keys():
        yield element.attrib[name]
    if element.tag == "input" and element.get("type") in {"submit", "button"}:
        yield element.get("value", "")
    if element.text:
        yield element.text
    for child in element:
        yield from spoken(child, (*inside, element.tag))
        if child.tail:
            yield child.tail


def test_a_word_that_is_not_translated_is_found(database: Flask) -> None:
    """The test below can fail."""
    assert database
    page = Page("", 200, "text/html", "<p>Šömé çåšéš <b>Plain English</b> <bdi>GEN_W</bdi> <img alt='A picture'></p>")
    found = [word for text in spoken(page.tree) for word in untranslated(text, set())]
    assert found == ["Plain", "English", "picture"]


def scripts(page: Page) -> Iterator[str]:
    for element in page.tree.iter():
        if element.tag in {"script", "style", "iframe", "object", "embed"}:
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "style" or value.strip().lower().startswith("javascript:"):
                yield f"{element.tag} {name}"


def fetches(page: Page) -> Iterator[str]:
    """What would be fetched from, or sent to, somewhere else."""
    for element in page.tree.iter():
        names = {"src", "srcset", "data", "poster", "action", "formaction"} & element.attrib.keys()
        if element.tag in {"link", "use"}:
            names |= {"href"} & element.attrib.keys()
        yield from (f"{element.tag} {name}" for name in names if "//" in element.attrib[name])


def structure(page: Page, locale: Language) -> Iterator[str]:
    """What is wrong with language, direction, headings, ids and labels."""
    tree = page.tree
    html = tree if tree.tag == "html" else next(tree.iter("html"))
    if (html.get("lang"), html.get("dir")) != (locale.code, locale.direction):
        yield "lang or dir"
    for tag in ("h1", "main", "title"):
        if len(list(tree.iter(tag))) != 1:
            yield f"not one {tag}"
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    yield from (f"id {one} twice" for one, count in ids.items() if count > 1)
    labelled = {label.get("for") for label in tree.iter("label")}
    for box in (element for element in tree.iter() if element.tag in {"input", "select", "textarea"}):
        if box.get("type") != "hidden" and box.get("id") not in labelled and not box.get("aria-label"):
            yield f"no label: {box.get('name')}"
    for element in tree.iter():
        for name in ("aria-describedby", "aria-labelledby", "for"):
            yield from (f"{name} {one}: no such id" for one in (element.get(name) or "").split() if one not in ids)


def findings(site: Site, locale: Language) -> dict[str, set[str]]:
    """What is wrong, and on which pages."""
    known = typed_words(site)
    found: dict[str, set[str]] = {}
    for role, page in walked(site, locale.code):
        wrong = [*scripts(page), *fetches(page), *structure(page, locale)]
        wrong += [
            f"untranslated {word}: {' '.join(text.split())[:80]}"
            for text in spoken(page.tree)
            for word in untranslated(text, known)
        ]
        for one in wrong:
            found.setdefault(one, set()).add(f"{role} {page.path}"[:60])
    return found


def test_every_page_is_translated_whole_and_needs_no_script(site: Site) -> None:
    """In the locale that is both accented and written from right to left: what holds there holds in any."""
    found = findings(site, BY_CODE["ar-XB"])
    assert not found, "\n".join(f"{wrong}  [{min(pages)}]" for wrong, pages in sorted(found.items()))


def test_every_language_says_its_code_and_direction(site: Site) -> None:
    for locale in LOCALES:
        client = site.app.test_client()
        client.set_cookie(COOKIE, locale.code)
        shown = client.get("/login").get_data(as_text=True)
        assert f'<html lang="{locale.code}" dir="{locale.direction}">' in shown
