"""Bad input on every page: a message at the field that says what to do, everything typed still there, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from incidents.intake import services
from incidents.intake.questions import DATE_PARTS
from incidents.intake.services import Writer
from incidents.intake.states import DraftState
from incidents.records.identifiers import new_id
from tests.factories import documents as made
from tests.integration.intake.browsing import fields_of, ids_of, links_of, text_of
from tests.integration.intake.steps import Walk

if TYPE_CHECKING:
    from tests.factories.world import World

QUICK = "/cases/new/quick"
MEGABYTE = "plainly fictional " * 58_000
LONG = "plainly fictional " * 600
#: What a person might paste or a machine might send into a field of text, and how it comes back.
TEXTS = {
    "too long": (LONG, LONG.strip()),
    "a null": ("before\x00after", "before\ufffdafter"),
    "an escape": ("before\x1b[31mafter", "before\ufffd[31mafter"),
    "no character": ("before\ufffeafter", "before\ufffdafter"),
    "broken before": ("before\ufffdafter", "before\ufffdafter"),
}
DATES = {
    "no such day": ({"kind": "day", "day": "30", "month": "2", "year": "2025"}, "day"),
    "no such month": ({"kind": "month", "month": "13", "year": "2025"}, "month"),
    "two digits": ({"kind": "year", "year": "25"}, "year"),
    "another calendar": ({"kind": "year", "year": "2568"}, "year"),
    "words": ({"kind": "day", "day": "third", "month": "May", "year": "last"}, "year"),
    "to come": ({"kind": "day", "day": "1", "month": "1", "year": "2190"}, "year"),
    "swapped": ({"kind": "between", "year": "2025", "to_year": "2024"}, "to_year"),
    "half": ({"kind": "between", "year": "2025"}, "to_year"),
    "no such kind": ({"kind": "someday", "year": "2025"}, "kind"),
    "markup": ({"kind": "year", "year": '"><script>'}, "year"),
    "huge": ({"kind": "year", "year": "9" * 5000}, "year"),
    "null": ({"kind": "year", "year": "20\x0025"}, "year"),
}
#: A page, a field of text on it, and what the page needs beside it.
TEXT_FIELDS = [
    ("what", "title_working", {}),
    ("place", "place_text", {}),
    ("people", "name", {}),
    ("people", "contact.note", {}),
    ("details", "stated_reason", {}),
    ("perpetrators", "description", {}),
    ("perpetrators", "individual_name", {}),
    ("sources", "citation", {}),
    ("sources", "url", {}),
    ("consent", "harm_test_note", {}),
    ("talk", "witness_note", {"answer.CP_STAT": "yes", "given_by": "CB_SELF"}),
]
#: A page, a choice on it, and a code that its list does not have.
CHOICES = [
    ("what", "drug_nexus"),
    ("when", "time_of_day"),
    ("where", "country"),
    ("where", "place_type"),
    ("place", "adm1"),
    ("place", "place_precision"),
    ("place", "release_level"),
    ("people", "roles"),
    ("people", "unit"),
    ("people", "gender"),
    ("people", "age_band"),
    ("people", "deceased"),
    ("people", "kp_status"),
    ("acts", "person_id"),
    ("acts", "violation"),
    ("details", "methods"),
    ("details", "status_at_end"),
    ("details", "purpose"),
    ("details", "torture_elements.pain"),
    ("perpetrators", "act_ids"),
    ("perpetrators", "perp_type"),
    ("perpetrators", "attribution_basis"),
    ("perpetrators", "involvement"),
    ("perpetrators", "official_position"),
    ("sources", "source_type"),
    ("sources", "connection"),
    ("sources", "reliability"),
    ("talk", "answer.CP_STAT"),
    ("talk", "given_by"),
    ("talk", "name_form"),
]


class Ground:
    """A draft with one of everything, so that every page can be opened."""

    def __init__(self, world: World) -> None:
        who = world.team().researcher
        whom = made.person()
        act = made.act("TOR_TORT", whom)
        incident = made.incident(country="PH", adm1=None)
        document = made.document(incident=incident, persons=[whom], acts=[act], perpetrators=[], consents=[])
        self.walk = Walk(who)
        self.walk.draft_id = services.begin(Writer(who.id, who.seed), DraftState(document))
        self.person, self.act = whom.id, act.id

    def path(self, page: str) -> str:
        """The address of a page; `talk` is the consent of the person."""
        entries = {"people": self.person, "acts": self.act, "details": self.act, "talk": self.person}
        fresh = new_id() if page in ("perpetrators", "sources") else None
        return self.walk.path("consent" if page == "talk" else page, entries.get(page, fresh))

    def refused(self, page: str, data: dict[str, Any]) -> tuple[str, str]:
        """Send a page; it must come back with 422. Gives back its address and text."""
        path = self.path(page)
        shown = fields_of(self.walk.browser.get(path), path)
        return path, self.walk.send(path, {**shown, **data}, status=422)


def assert_explained(page: str) -> None:
    """Every problem is a sentence that links to a field that is there."""
    targets = [link[1:] for link in links_of(page) if link.startswith("#") and link != "#main"]
    assert targets
    assert set(targets) <= set(ids_of(page))
    assert "There is something to put right" in text_of(page)


def assert_kept(ground: Ground, page: str, data: dict[str, str], name: str, shown: str) -> None:
    """A page is refused, says why at the field, and still has what was typed, now and on the next visit."""
    path, answer = ground.refused(page, data)
    assert_explained(answer)
    assert f"#{name}" in links_of(answer)
    assert "".join(fields_of(answer, path)[name]).strip() == shown
    assert "".join(fields_of(ground.walk.browser.get(path), path)[name]).strip() == shown


@pytest.mark.parametrize("page", dict.fromkeys(page for page, _name, _beside in TEXT_FIELDS))
def test_text_that_cannot_be_kept_comes_back_with_what_to_do(world: World, page: str) -> None:
    ground = Ground(world)
    for _page, name, beside in (one for one in TEXT_FIELDS if one[0] == page):
        for sent, shown in TEXTS.values():
            assert_kept(ground, page, {**beside, name: sent}, name, shown)


@pytest.mark.parametrize(("page", "name"), [("what", "narrative"), ("people", "name")])
def test_a_megabyte_of_text_comes_back_with_what_to_do(world: World, page: str, name: str) -> None:
    assert_kept(Ground(world), page, {name: MEGABYTE}, name, MEGABYTE.strip())


@pytest.mark.parametrize("name", ["title_working", "narrative"])
def test_letters_that_turn_the_writing_around_are_refused_in_a_line_and_dropped_from_a_story(
    world: World, name: str
) -> None:
    ground = Ground(world)
    sent = {"narrative": "words", name: "abc\u202edef"}
    if name == "title_working":
        _path, answer = ground.refused("what", sent)
        assert "turns the writing around" in text_of(answer)
        assert_explained(answer)
    else:
        ground.walk.fill("what", sent)
        assert ground.walk.state.document.incident.narrative == "abcdef"


@pytest.mark.parametrize("page", dict.fromkeys(page for page, _name in CHOICES))
def test_a_code_that_is_not_on_the_list_is_refused_at_its_question(world: World, page: str) -> None:
    ground = Ground(world)
    before = ground.walk.state.document
    for name in (name for at, name in CHOICES if at == page):
        for code in ("MADE_UP", "\x00", "f" * 32):
            _path, answer = ground.refused(page, {name: code})
            assert_explained(answer)
            assert f"#{name}" in links_of(answer)
    assert ground.walk.state.document == before


@pytest.mark.parametrize("name", ["date_start", "date_end"])
def test_a_wrong_date_is_told_at_its_box_and_stays_as_typed(world: World, name: str) -> None:
    ground = Ground(world)
    for parts, at in DATES.values():
        emptied = {f"{name}-{part}": "" for part in DATE_PARTS}
        path, answer = ground.refused("when", emptied | {f"{name}-{part}": text for part, text in parts.items()})
        assert_explained(answer)
        assert f"#{name}-{at}" in links_of(answer)
        again = fields_of(answer, path)
        for part, text in parts.items():
            if part != "kind":
                assert again[f"{name}-{part}"] == [text.replace("\x00", "\ufffd")]
        assert "<script>" not in answer


def test_numbers_that_are_none_are_refused(world: World) -> None:
    ground = Ground(world)
    for typed in ("many", "-1", "1.5", "1e9", "9" * 5000, "1000001", "\ufffd"):
        path, answer = ground.refused("people", {"group_size": typed})
        assert "#group_size" in links_of(answer)
        assert fields_of(answer, path)["group_size"] == [typed]


def test_bytes_that_are_no_text_get_a_sentence_and_no_crash(world: World) -> None:
    walk = Walk(world.team().researcher)
    body = urlencode({"csrf_token": walk.browser.token()}).encode() + b"&narrative=caf%E9+%FF%FE+words"
    response = walk.browser.client.post(QUICK, data=body, content_type="application/x-www-form-urlencoded")
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "is shown as" in text_of(page)
    assert "words" in fields_of(page, QUICK)["narrative"][0]


def test_every_problem_of_a_page_is_told_at_once(world: World) -> None:
    _path, answer = Ground(world).refused(
        "people", {"gender": "MADE_UP", "group_size": "many", "name": "a\u202eb", "contact.note": "x\x00"}
    )
    links = [link for link in links_of(answer) if link.startswith("#") and link != "#main"]
    assert links == ["#gender", "#group_size", "#name", "#contact.note"]
    assert_explained(answer)


def test_a_field_sent_twice_or_unknown_harms_nothing(world: World) -> None:
    ground = Ground(world)
    ground.walk.answer(
        "what", {"narrative": ["first", "second"], "made_up": "x", "status": "incomplete", "incident.id": "x"}
    )
    document = ground.walk.state.document
    assert (document.incident.narrative, document.status) == ("first", "complete")


def test_more_than_the_server_takes_is_said_so(world: World) -> None:
    walk = Walk(world.team().researcher)
    walk.send(QUICK, {"narrative": "x" * 5_000_000}, status=413)


def test_typed_markup_is_shown_as_text(world: World) -> None:
    ground = Ground(world)
    path, answer = ground.refused("what", {"title_working": "</textarea><script>x</script>\u202e"})
    assert "<script>" not in answer
    assert fields_of(answer, path)["title_working"] == ["</textarea><script>x</script>\u202e"]
