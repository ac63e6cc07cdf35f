"""Every page of cases speaks the language of its reader: a test locale leaves no plain English but what was typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import html5lib
import pytest

from incidents.accounts.models import Organisation, Role
from incidents.extensions import db
from incidents.records import services, story
from incidents.records.schema import Intervention, KeptAside
from incidents.records.story import SIGNS
from tests.factories import documents as make
from tests.integration.records.conftest import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from tests.factories.world import Browser, World
    from tests.integration.records.conftest import Desk

TYPED = ("Typed narrative", "typed reason", "Typed summary", "Typed reply", "typed column", "typed why")
WORDS = re.compile(r"[A-Za-z]{3,}")
# an option holds no markup, and Babel writes months in the language of the calendar
MONTH = re.compile(r"(January|February|March|April|May) \d{4}")
MARKED = re.compile(r"[ÅÉÎÖÛåéîöûÝýÇçÑñŠš·]")


def spoken(element: Element) -> Iterator[str]:
    """The texts of an element that a program wrote: values and what is not to be translated are left out."""
    tag = str(element.tag)
    if (
        tag not in ("bdi", "textarea", "script", "style")
        and element.get("translate") != "no"
        and element.get("dir") != "auto"
    ):
        if element.text:
            yield element.text
        for child in element:
            yield from spoken(child)
            if child.tail:
                yield child.tail


def untranslated(page: str) -> list[str]:
    """Texts of the main part of a page that look like plain English."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    main = tree.find(".//main")
    assert main is not None
    texts = [text.strip() for text in spoken(main)]
    known = [text for text in texts if WORDS.search(text) and not any(typed in text for typed in TYPED)]
    return [text for text in known if not MARKED.search(text) and not MONTH.fullmatch(text)]


@pytest.fixture
def rich(desk: Desk) -> tuple[str, Browser]:
    """A case with something everywhere, and a browser that reads it in accents."""
    whom, group = make.person(), make.person(unit="UNIT_GRP", group_size=12)
    acts = [make.act("POL_EXT", whom, status_at_end=["OUT_REL"]), make.act("LIB_RAID", group)]
    step = Intervention(type="INT_SPUA", addressee_text="Typed reply", response="RSP_TOK")
    document = make.document(
        incident=make.incident(narrative="Typed narrative", persons_affected_min=2, date_start="2026-05~"),
        persons=[whom, group],
        acts=acts,
        perpetrators=[
            make.perpetrator(acts[0], count_min=2, involvement=["INV_DIR"]),
            make.perpetrator(acts[1], perp_type="ST_LOC", involvement=["INV_ORD"]),
        ],
        consents=[make.consent(whom), make.consent(whom, "CP_STORY", answer="no")],
        interventions=[step],
        kept_aside=[KeptAside(column="typed column", why="typed why")],
    )
    incident_id = desk.save(document, make.quick_record(), make.document(consents=[]))
    story.write(desk.keys, incident_id, "Typed summary", 1)
    services.open_identity(desk.keys, incident_id, "typed reason")
    moved = services.open_account(desk.keys, incident_id).document.incident.model_copy(
        update={"country": "KE", "adm1": None, "date_start": None}
    )
    desk.change(incident_id, incident=moved, sources=[])
    desk.browser.client.set_cookie("tala-locale", "en-XA")
    return incident_id, desk.browser


@pytest.mark.parametrize(
    "page", ["", "/{id}", "/{id}/identity", "/{id}/history", "/{id}/summary", "?country=KE&state=held", "?country=UG"]
)
def test_no_plain_english_is_left(rich: tuple[str, Browser], page: str) -> None:
    incident_id, browser = rich
    assert untranslated(browser.get(f"/cases{page.format(id=incident_id)}")) == []


def test_no_plain_english_is_left_after_a_form(rich: tuple[str, Browser]) -> None:
    incident_id, browser = rich
    assert untranslated(browser.post(f"/cases/{incident_id}/identity", {"reason": "short"}, status=422)) == []
    assert untranslated(browser.post(f"/cases/{incident_id}/summary", {"text": ""}, status=422)) == []
    assert untranslated(browser.post(f"/cases/{incident_id}/summary/check", {}, status=422)) == []


def test_no_plain_english_is_left_for_advocates_and_newcomers(desk: Desk, world: World) -> None:
    organisation = db.session.get_one(Organisation, desk.team.organisation_id)
    newcomer = world.person(Role.RESEARCHER, organisation)
    for person, path, status in ((desk.team.advocate, "/stories", 200), (newcomer, "/cases", 403)):
        browser = person.browser()
        browser.client.set_cookie("tala-locale", "en-XA")
        assert untranslated(browser.get(path, status=status)) == []


def test_the_second_reader_reads_every_sign_in_their_language(rich: tuple[str, Browser], desk: Desk) -> None:
    incident_id, _browser = rich
    browser = desk.team.second_researcher.browser()
    browser.client.set_cookie("tala-locale", "en-XA")
    text = browser.get(f"/cases/{incident_id}/summary")
    assert untranslated(text) == []
    assert text.count('name="signs"') == len(SIGNS)
    assert keys_of(desk.team.second_researcher).organisation_id == desk.keys.organisation_id


def test_every_page_reads_from_the_right_where_the_language_does(rich: tuple[str, Browser]) -> None:
    incident_id, browser = rich
    browser.client.set_cookie("tala-locale", "ar-XB")
    for page in ("", f"/{incident_id}", f"/{incident_id}/history", f"/{incident_id}/summary"):
        assert 'lang="ar-XB" dir="rtl"' in browser.get(f"/cases{page}")
