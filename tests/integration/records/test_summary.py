"""The anonymised summary: one writes, another checks, consent lets it out and takes it back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.extensions import db
from incidents.records import services, story
from incidents.records.story import SIGNS, NothingToCheck, SamePerson
from incidents.stories.models import Summary
from incidents.stories.services import received
from tests.factories import documents as make
from tests.integration.records.conftest import keys_of

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import World
    from tests.integration.records.conftest import Desk

TEXT = "In a big city an official asked a person for money, and said what would happen otherwise."


def with_story(**consent: object) -> CaseDocument:
    """A credible case whose person agreed to statistics and to a story."""
    whom = make.person(pseudonym="Amber Heron")
    return make.about(whom, "POL_EXT", consents=[make.consent(whom), make.consent(whom, "CP_STORY", **consent)])


def write(desk: Desk, incident_id: str, text: str = TEXT, *, status: int = 303) -> str:
    """The researcher writes."""
    revision = services.open_account(desk.keys, incident_id).revision
    return desk.browser.post(f"/cases/{incident_id}/summary", {"text": text, "expected": revision}, status=status)


def check(desk: Desk, incident_id: str, *, signs: list[str] | None = None, status: int = 303) -> str:
    """A colleague checks."""
    revision = services.open_account(desk.keys, incident_id).revision
    ticked = list(SIGNS) if signs is None else signs
    browser = desk.team.second_researcher.browser()
    return browser.post(f"/cases/{incident_id}/summary/check", {"signs": ticked, "seen": revision}, status=status)


def given() -> int:
    """How many summaries advocates of anybody can fetch."""
    return db.session.scalar(select(func.count()).select_from(Summary)) or 0


def document_of(desk: Desk, incident_id: str) -> CaseDocument:
    """The case as it is now."""
    return services.open_account(desk.keys, incident_id).document


def test_written_it_is_a_draft_that_no_advocate_receives(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    document = document_of(desk, incident_id)
    assert (document.summary_state, document.summary_text) == ("draft", TEXT)
    assert document.summary_written_by == desk.team.researcher.id
    assert given() == 0
    text = desk.browser.get(f"/cases/{incident_id}/summary")
    assert "Advocates cannot read it yet" in text
    assert "Somebody else has to check it" in text


def test_checked_by_another_advocates_read_it(desk: Desk) -> None:
    document = with_story()
    incident_id = desk.save(document)
    write(desk, incident_id)
    check(desk, incident_id)
    text = desk.team.advocate.browser().get("/stories")
    assert TEXT in text
    assert document.incident.ref in text
    assert "Amber Heron" not in text
    assert "Advocates can read this summary" in desk.browser.get(f"/cases/{incident_id}/summary")


def test_who_wrote_it_cannot_check_it(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    sent = {"signs": list(SIGNS), "seen": 2}
    desk.browser.post(f"/cases/{incident_id}/summary/check", sent, status=403)
    assert document_of(desk, incident_id).summary_state == "draft"
    with pytest.raises(SamePerson):
        story.check(desk.keys, incident_id, 2)


def test_every_sign_has_to_be_looked_for(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    text = check(desk, incident_id, signs=list(SIGNS)[:-1], status=422)
    assert "Tick every line" in text
    assert 'href="#signs"' in text
    check(desk, incident_id, signs=[], status=422)
    check(desk, incident_id, signs=[*SIGNS, "invented"], status=422)
    assert document_of(desk, incident_id).summary_state == "draft"
    assert given() == 0


def test_an_edited_text_is_a_draft_again_and_is_taken_back(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    check(desk, incident_id)
    assert given() == 1
    write(desk, incident_id, "Another text.")
    document = document_of(desk, incident_id)
    assert (document.summary_state, document.summary_checked_by) == ("draft", "")
    assert given() == 0


def test_whoever_edited_last_is_the_writer(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    colleague = keys_of(desk.team.second_researcher)
    story.write(colleague, incident_id, "Text of the second.", 2)
    with pytest.raises(SamePerson):
        story.check(colleague, incident_id, 3)
    story.check(desk.keys, incident_id, 3)
    assert document_of(desk, incident_id).summary_state == "checked"


def test_there_is_nothing_to_check_before_it_is_written_or_after_it_was_checked(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    check(desk, incident_id, status=409)
    write(desk, incident_id)
    check(desk, incident_id)
    check(desk, incident_id, status=409)
    with pytest.raises(NothingToCheck):
        story.check(desk.keys, incident_id, 3)


def test_withdrawn_consent_takes_it_back_at_once(desk: Desk) -> None:
    document = with_story()
    incident_id = desk.save(document)
    write(desk, incident_id)
    check(desk, incident_id)
    taken_back = document.consents[1].model_copy(update={"withdrawn_on": make.TODAY})
    desk.change(incident_id, consents=[document.consents[0], taken_back])
    assert given() == 0
    assert TEXT not in desk.team.advocate.browser().get("/stories")
    text = desk.browser.get(f"/cases/{incident_id}/summary")
    assert "<bdi>Amber Heron</bdi> has taken the agreement back" in text


def test_consent_given_later_lets_it_out_without_a_new_check(desk: Desk) -> None:
    whom = make.person()
    incident_id = desk.save(make.about(whom, "POL_EXT"))
    write(desk, incident_id)
    check(desk, incident_id)
    assert given() == 0
    desk.change(incident_id, consents=[make.consent(whom), make.consent(whom, "CP_STORY")])
    assert given() == 1


def test_says_whose_consent_is_missing(desk: Desk) -> None:
    yes, silent = make.person(pseudonym="Amber Heron"), make.person(pseudonym="Quiet Pine")
    acts = [make.act("LIB_ARR", yes), make.act("LIB_ARR", silent)]
    document = make.document(
        persons=[yes, silent],
        acts=acts,
        perpetrators=[make.perpetrator(*acts)],
        consents=[make.consent(yes, "CP_STORY")],
    )
    text = desk.browser.get(f"/cases/{desk.save(document)}/summary")
    assert "nobody has asked <bdi>Quiet Pine</bdi>" in text
    assert "asked <bdi>Amber Heron</bdi>" not in text


def test_says_when_verification_or_the_release_level_stands_against_it(desk: Desk) -> None:
    unverified = desk.save(with_story().model_copy(update={"sources": []}))
    assert "not verified well enough" in desk.browser.get(f"/cases/{unverified}/summary")
    document = with_story()
    closed = document.incident.model_copy(update={"release_level": "RL_NONE"})
    incident_id = desk.save(document.model_copy(update={"incident": closed}))
    assert "show nothing outside" in desk.browser.get(f"/cases/{incident_id}/summary")


def test_a_story_ends_on_the_day_that_the_consent_ends(desk: Desk) -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    end = today + dt.timedelta(days=10)
    incident_id = desk.save(with_story(expires_on=end))
    write(desk, incident_id)
    check(desk, incident_id)
    advocate = desk.team.advocate
    assert f"{end.day} {end:%B %Y}" in advocate.browser().get("/stories")
    assert len(received(advocate.id, advocate.seed, end - dt.timedelta(days=1))) == 1
    assert received(advocate.id, advocate.seed, end) == []


def test_two_who_save_at_once_both_keep_what_they_typed(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    story.write(keys_of(desk.team.second_researcher), incident_id, "Text of the colleague.", 1)
    sent = {"text": "My own text.", "expected": "1"}
    text = desk.browser.post(f"/cases/{incident_id}/summary", sent, status=409)
    assert "My own text." in text
    assert "Text of the colleague." in text
    assert 'name="expected" value="2"' in text


@pytest.mark.parametrize("expected", ["", "x", "0", "-1", "9" * 5000, "٢"])
def test_a_tampered_revision_saves_nothing(desk: Desk, expected: str) -> None:
    incident_id = desk.save(with_story())
    desk.browser.post(f"/cases/{incident_id}/summary", {"text": TEXT, "expected": expected}, status=409)
    assert services.revisions(desk.keys, incident_id) == [1]


@pytest.mark.parametrize("typed", ["", "   \n ", "text with \x07 a bell", "x" * 100_001])
def test_a_text_that_cannot_be_kept_comes_back_with_a_message(desk: Desk, typed: str) -> None:
    incident_id = desk.save(with_story())
    text = write(desk, incident_id, typed, status=422)
    assert 'href="#text"' in text
    assert "with  a bell" in text or "bell" not in typed


def test_markup_in_a_summary_stays_text(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id, "<b>bold</b>")
    check(desk, incident_id)
    assert "&lt;b&gt;bold&lt;/b&gt;" in desk.team.advocate.browser().get("/stories")


def test_an_edit_of_the_case_keeps_names_that_nobody_opened(desk: Desk) -> None:
    document = with_story()
    named = document.persons[0].model_copy(update={"name": "Fictional Name"})
    incident_id = desk.save(document.model_copy(update={"persons": [named]}))
    write(desk, incident_id)
    opened = services.open_identity(desk.keys, incident_id, "a reason for the test")
    assert opened.document.persons[0].name == "Fictional Name"
    assert not opened.document.identity_changed


# -- who receives ------------------------------------------------------------------------------------


def test_stories_are_for_advocates_and_researchers(desk: Desk) -> None:
    for person, status in (
        (desk.team.advocate, 200),
        (desk.team.researcher, 200),
        (desk.team.analyst, 403),
        (desk.team.administrator, 403),
    ):
        person.browser().get("/stories", status=status)


def test_an_advocate_without_a_story_reads_why(desk: Desk) -> None:
    assert "No story was given to you yet." in desk.team.advocate.browser().get("/stories")


def test_another_organisation_receives_nothing(desk: Desk, world: World) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    check(desk, incident_id)
    assert TEXT not in world.team().advocate.browser().get("/stories")


def test_the_page_of_stories_leads_to_no_case(desk: Desk) -> None:
    incident_id = desk.save(with_story())
    write(desk, incident_id)
    check(desk, incident_id)
    assert incident_id not in desk.team.advocate.browser().get("/stories")
