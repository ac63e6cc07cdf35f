"""A member takes consent back: numbers, lists, stories and releases follow at the next request, and what is owed."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from incidents import clock
from incidents.accounts import comparing
from incidents.consents.models import ReceiptView
from incidents.database import writing
from incidents.erasure import services as erasure
from incidents.erasure.services import CONTACTS, CONTENT, Emptying
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import facts_keys
from incidents.records import services as records
from incidents.records.identifiers import new_id
from incidents.records.schema import Intervention, Share
from incidents.releases import persons
from incidents.releases.models import ReleasePersons
from incidents.reports.models import Publication, PublicationType
from incidents.rotation import services as rotation
from incidents.stories import services as stories
from incidents.submissions import inbox
from incidents.submissions.messages import attach
from incidents.submissions.rules import Message
from incidents.submissions.services import deliver
from tests.factories.facts import facts, keep
from tests.factories.site import QUESTION, SHOWN
from tests.factories.world import Browser
from tests.integration.consents.scenes import (
    SUMMARY,
    agreed,
    keys,
    published,
    receipt,
    saved,
    send,
    summarised,
    text_of,
)

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World

DAY: Final = "2026-11-20"
ALL: Final = {"how": "all", "by": "CB_SELF", "on": DAY}


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def address(document: CaseDocument, end: str = "") -> str:
    return f"/cases/{document.incident.id}/consent/{document.persons[0].id}{end}"


def taken(team: Team, document: CaseDocument, status: int = 303, **fields: object) -> str:
    """Take consent back over HTTP, from the revision that the page shows."""
    browser = team.researcher.browser()
    page = browser.get(address(document))
    expected = re.search(r'name="expected" value="(\d+)"', page)
    assert expected
    return browser.post(address(document), {**ALL, "expected": expected[1], **fields}, status=status)


def counted(team: Team) -> int:
    return frame(facts_keys(team.analyst.id, team.analyst.seed)).rows.height


def released(team: Team) -> str:
    """A release over HTTP; its path."""
    browser = team.advocate.browser()
    shown = SHOWN.search(browser.get("/releases/new?" + urlencode(QUESTION)))
    assert shown
    answer = browser.client.post("/releases/new", data={"csrf_token": browser.token(), **QUESTION, "shown": shown[1]})
    assert answer.status_code == 303
    return str(answer.location)


def test_the_page_says_of_each_person_and_purpose_what_holds_and_how_it_was_given(team: Team) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    page = text_of(team.researcher.browser().get(f"/cases/{document.incident.id}/consent"))
    for shown in (
        "Use in anonymous statistics",
        "has agreed, and the agreement holds",
        "Spoken, noted",
        "what it is for",
    ):
        assert shown in page
    assert "Fictional Name" not in page
    assert "See what holds" in team.researcher.browser().get(f"/cases/{document.incident.id}")


def test_everything_taken_back_changes_counts_lists_and_pages_at_once(team: Team) -> None:
    document = saved(team, summarised(agreed("CP_STORE", "CP_STAT", "CP_STORY")))
    advocate = team.advocate
    assert counted(team) == 1
    taken(team, document)
    assert counted(team) == 0
    assert stories.received(advocate.id, advocate.seed, clock.today()) == []
    assert SUMMARY not in team.advocate.browser().get("/stories")
    browser = team.researcher.browser()
    assert "not counted: no consent" in browser.get("/cases")
    assert "taken the agreement back" in text_of(browser.get(f"/cases/{document.incident.id}"))
    page = text_of(browser.get(address(document, "/owed")))
    assert "Erase the record of this person" in page
    assert "taken back on 20 November 2026" in page


def test_one_purpose_taken_back_leaves_the_rest(team: Team) -> None:
    document = saved(team, summarised(agreed("CP_STORE", "CP_STAT", "CP_STORY")))
    taken(team, document, how="some", purposes=["CP_STORY"])
    assert counted(team) == 1
    assert stories.received(team.advocate.id, team.advocate.seed, clock.today()) == []
    page = text_of(team.researcher.browser().get(address(document, "/owed")))
    assert "Erase the record" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": ""},
        {"how": "some"},
        {"how": "some", "purposes": ["CP_PUB"]},
        {"by": "CB_OPEN"},
        {"by": ""},
        {"on": "tomorrow"},
        {"on": "2999-01-01"},
    ],
)
def test_what_is_not_clear_is_asked_again_and_nothing_is_saved(team: Team, wrong: dict[str, object]) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    page = taken(team, document, 422, **wrong)
    assert "There is something to put right" in page
    assert counted(team) == 1


def test_somebody_who_saved_meanwhile_is_told_and_nothing_typed_is_lost(team: Team) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    page = taken(team, document, 409, expected="1")
    assert DAY in page
    assert counted(team) == 1
    assert 'name="expected" value="2"' in page


def test_a_person_of_another_case_is_not_found(team: Team) -> None:
    document, other = saved(team, agreed("CP_STAT")), saved(team, agreed("CP_STAT"))
    browser = team.researcher.browser()
    odd = f"/cases/{document.incident.id}/consent/{other.persons[0].id}"
    for path in (odd, f"{odd}/owed", f"{odd}/receipt"):
        browser.get(path, status=404)
    browser.post(odd, ALL, status=404)


def test_stories_that_rest_on_the_case_are_taken_down_and_reports_stay(team: Team) -> None:
    story, report = published(team), published(team, PublicationType.REPORT)
    document = agreed("CP_STORE", "CP_STAT", "CP_STORY").model_copy(update={"reports": [story, report]})
    saved(team, document)
    assert "A plainly fictional text." in team.advocate.browser().get(f"/reports/{story}")
    taken(team, document, how="some", purposes=["CP_STORY"])
    assert "A plainly fictional text." in team.advocate.browser().get(f"/reports/{report}")
    assert "A plainly fictional text." not in team.advocate.browser().client.get(f"/reports/{story}").get_data(
        as_text=True
    )
    assert db.session.get_one(Publication, story).text == ""
    page = text_of(team.researcher.browser().get(address(document, "/owed")))
    assert "A story is taken down" in page
    assert "it rests on this case among others" in page


def test_what_another_organisation_published_is_touched_and_stays_by_member_and_by_receipt(
    world: World, team: Team
) -> None:
    other = world.team("A Fictional Other Network")
    theirs, letter = published(other), published(other, PublicationType.OPEN_LETTER)
    step = Intervention(type="INT_STMT", publication_id=letter)
    for by_receipt in (False, True):
        document = agreed("CP_STORE", "CP_STAT", "CP_STORY", interventions=[step], reports=[theirs])
        saved(team, document)
        if by_receipt:
            send(Browser(team.researcher.app.test_client()), receipt(team, document), "all")
        else:
            taken(team, document)
        assert db.session.get_one(Publication, theirs, populate_existing=True).text
        page = team.researcher.browser().get(address(document, "/owed"))
        assert f"/reports/{theirs}" in page
        assert f"/reports/{letter}" in page
        assert "A Fictional Other Network published it: write to them" in text_of(page)


def test_a_story_goes_by_receipt_with_nobody_logged_in(team: Team) -> None:
    story = published(team)
    document = agreed("CP_STORE", "CP_STAT", "CP_STORY").model_copy(update={"reports": [story]})
    saved(team, document)
    send(Browser(team.researcher.app.test_client()), receipt(team, document), "narrow", purposes=["CP_STORY"])
    assert db.session.get_one(Publication, story).text == ""


def test_whoever_received_something_is_listed_with_a_day(team: Team) -> None:
    other = team.organisation_id
    document = agreed("CP_STORE", "CP_STAT", "CP_UN", "CP_PART").model_copy(
        update={
            "interventions": [
                Intervention(type="INT_SPUA", date=dt.date(2026, 11, 1), addressee_text="A fictional mandate"),
                Intervention(type="INT_SPUA", status="IST_PLAN", addressee_text="Not sent yet"),
            ],
            "shares": [Share(organisation_id=other, until=dt.date(2027, 1, 1))],
        }
    )
    saved(team, document)
    taken(team, document)
    page = text_of(team.researcher.browser().get(address(document, "/owed")))
    assert "27 November 2026" in page
    assert "A fictional mandate" in page
    assert "Not sent yet" not in page
    assert "the case was shared with them" in page
    assert "open names and contacts" in page


def test_a_release_is_flagged_in_the_register_on_its_page_and_to_the_person(team: Team) -> None:
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"))
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    release = released(team)
    later = saved(team, agreed("CP_STORE", "CP_STAT"))
    for person in (team.researcher, team.analyst, team.advocate):
        assert "any more" not in person.browser().get(release)
    taken(team, document)
    taken(team, later)
    for person in (team.researcher, team.analyst, team.advocate):
        assert "is no longer counted" in text_of(person.browser().get(release))
        assert "No longer counted" in person.browser().get("/releases")
    # Without a facts key nothing is said.
    assert "No longer counted" not in team.administrator.browser().get("/releases")
    browser = team.researcher.browser()
    assert release in browser.get(address(document, "/owed"))
    assert "No release counted this person." in browser.get(address(later, "/owed"))


def test_a_release_is_flagged_by_receipt_with_nobody_logged_in_and_after_a_rotation(team: Team) -> None:
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"))
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    release = released(team)
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "to see that rows move along")
    assert rotation.advance(team.researcher.membership())
    send(Browser(team.researcher.app.test_client()), receipt(team, document), "narrow", purposes=["CP_STAT"])
    assert "is no longer counted" in text_of(team.advocate.browser().get(release))


def test_rows_of_a_release_tell_nothing_by_their_length_and_open_in_their_place_alone(team: Team, world: World) -> None:
    other = world.team()
    world.admit(other.researcher, team.advocate)
    keep(team.researcher, facts(43), facts(60, gender="GEN_M"))
    keep(other.researcher, facts(5))
    released(team)
    released(team)
    rows = list(db.session.scalars(select(ReleasePersons)))
    assert len(rows) == 4
    assert len({len(row.sealed) for row in rows}) == 1
    mine = facts_keys(team.analyst.id, team.analyst.seed)
    with writing(db.session):
        one, two = (row for row in rows if row.organisation_id == team.organisation_id)
        one.sealed, two.sealed = two.sealed, one.sealed
    with pytest.raises(Unopenable):
        persons.standings(mine)


def test_nothing_of_the_person_is_left_outside_the_sealed_case(team: Team) -> None:
    """After everything was taken back by receipt and folded in: no table but the case's own knows the person."""
    story = published(team)
    document = summarised(agreed("CP_STORE", "CP_STAT", "CP_STORY")).model_copy(update={"reports": [story]})
    saved(team, document)
    send(Browser(team.researcher.app.test_client()), receipt(team, document), "all")
    mine = keys(team.researcher)
    revision = records.open_account(mine, document.incident.id)
    records.update(mine, revision.document, expected=revision.revision)
    whom = document.persons[0]
    canaries = {f"{whom.cell_key:016x}", str(whom.cell_key), whom.id, SUMMARY, document.incident.ref, "fictional text"}
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            for value in row:
                shown = value.hex() if isinstance(value, bytes) else str(value)
                assert not [one for one in canaries if one in shown or one.encode().hex() in shown], table.name
    assert db.session.scalars(select(ReceiptView)).all()


def test_the_paper_says_nobody_and_nothing_and_is_shown_once(team: Team) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    browser = team.researcher.browser()
    offer = browser.get(address(document, "/receipt"))
    word = re.search(r'name="word" value="([a-z]+)"', offer)
    assert word
    page = browser.post(address(document, "/receipt"), {"word": word[1], "expected": "2"})
    printed = page.partition('<div class="receipt">')[2].partition("</div>")[0]
    assert printed.count("<li lang=") == 12
    shown = text_of(page)
    organisation = team.researcher.account.organisation.name
    for hidden in ("Tala", organisation, document.persons[0].pseudonym, document.incident.ref, "consent"):
        assert hidden not in shown
    assert word[1] not in text_of(printed)
    assert "localhost/note" in text_of(printed)
    words = " ".join(re.findall(r'<li lang="en">(\w+)</li>', printed))
    stranger = Browser(team.researcher.app.test_client()).client
    assert stranger.post("/note", data={"words": words, "word": word[1]}).status_code == 200
    assert "has a receipt" in browser.get(f"/cases/{document.incident.id}")
    browser.post(address(document, "/receipt"), {"word": "-", "expected": "3"}, status=422)
    browser.post(address(document, "/receipt"), {"word": "harbour", "expected": "1"}, status=409)
    browser.post(address(document, "/receipt/revoke"), {"expected": "3"}, status=303)
    assert stranger.post("/note", data={"words": words, "word": word[1]}).status_code == 422


def test_a_message_that_somebody_made_up_takes_nothing_back(team: Team, world: World) -> None:
    other = world.team()
    document, theirs = saved(team, agreed("CP_STAT")), saved(other, agreed("CP_STAT"))
    at = dt.datetime.now(tz=dt.UTC)
    made_up = {"kind": "receipt", "sent_at": at, "taken_back": ("CP_STAT",), "person_id": document.persons[0].id}
    stated = comparing.trusted(team.researcher.account, team.organisation_id, team.researcher.seed)
    assert stated is not None
    mine = keys(team.researcher)
    for incident_id in (new_id(), theirs.incident.id, document.incident.id):
        with writing(db.session):
            deliver(stated, Message(**made_up, incident_id=incident_id))
        [waiting] = inbox.waiting(mine)
        if incident_id == document.incident.id:
            attach(mine, waiting, incident_id, "nobody")
        else:
            with pytest.raises(NotFound):
                attach(mine, waiting, incident_id, "nobody")
            inbox.decline(mine, waiting.id, "a fictional reason")
    assert counted(team) == 1


@pytest.mark.parametrize("emptying", [CONTACTS, CONTENT], ids=["contacts", "content"])
def test_emptying_a_case_gives_no_story_back_that_was_taken_back_meanwhile(team: Team, emptying: Emptying) -> None:
    document = saved(team, summarised(agreed("CP_STORE", "CP_STAT", "CP_STORY")))
    advocate, mine = team.advocate, keys(team.researcher)
    assert stories.received(advocate.id, advocate.seed, clock.today())
    send(Browser(team.researcher.app.test_client()), receipt(team, document), "all")
    assert stories.received(advocate.id, advocate.seed, clock.today()) == []
    revision = records.open_account(mine, document.incident.id).revision
    erasure.empty(mine, document.incident.id, emptying, "a fictional rule", expected=revision)
    assert stories.received(advocate.id, advocate.seed, clock.today()) == []
    assert counted(team) == 0
