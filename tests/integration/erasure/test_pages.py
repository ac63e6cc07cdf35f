"""The pages of erasure, as a researcher meets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.audit import reading
from incidents.audit.acts import Act
from incidents.erasure import sweeping
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.models import Incident
from tests.factories import documents as make
from tests.integration.erasure.conftest import keys_of, rows_of

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Browser, World
    from tests.integration.erasure.conftest import Desk

Form = dict[str, object]
REASON = "the person asked for it in writing"


@pytest.fixture
def document(desk: Desk) -> CaseDocument:
    """A saved case of somebody who is not named in its words."""
    whom = make.person(name="Zenobia Fictional", pseudonym="Blue Heron")
    made = make.about(whom, "POL_EXT", incident=make.incident(narrative="Somebody was stopped."))
    desk.save(made)
    return made


def logged(desk: Desk) -> list[reading.Line]:
    """The log as its auditors read it, oldest first; whoever founded the organisation is one."""
    person = desk.team.researcher
    keys = reading.keys_for(person.id, person.seed, person.organisation_id)
    return [*reversed(reading.read(keys).lines)]


def erasing_acts(desk: Desk) -> list[str]:
    """What of holds and erasures the log says, in order."""
    return [one.act for one in logged(desk) if one.act and ("hold" in one.act or "erased" in one.act)]


def certificate_of(browser: Browser) -> str:
    """The address of the newest certificate."""
    found = re.search(r'href="(/erasures/[0-9a-f]{32})"', browser.get("/erasures"))
    assert found
    return found[1]


def test_the_page_of_a_case_leads_to_its_erasure(desk: Desk, document: CaseDocument) -> None:
    assert f"/cases/{document.incident.id}/erase" in desk.browser.get(f"/cases/{document.incident.id}")
    page = desk.browser.get(f"/cases/{document.incident.id}/erase")
    assert document.incident.ref in page
    assert "Zenobia" not in page


def test_a_case_is_erased_with_a_reason_and_its_reference(desk: Desk, document: CaseDocument) -> None:
    ref, incident_id = document.incident.ref, document.incident.id
    # people type references as they hear them
    spaced = f"{ref[:4]} {ref[4:8]}-{ref[8:]}".lower()
    desk.browser.post(f"/cases/{incident_id}/erase", {"reason": REASON, "ref": spaced, "expected": "1"}, status=303)
    assert rows_of(incident_id) == [0, 0, 0]
    desk.browser.get(f"/cases/{incident_id}", status=404)
    address = certificate_of(desk.browser)
    page = desk.browser.get(address)
    text = desk.browser.get(f"{address}/text")
    for word in (ref, desk.team.researcher.username, REASON, "SHA-256"):
        assert word in page
        assert word in text
    assert "<" not in text
    # PostgreSQL keeps files of its log unless its operator says otherwise, and the page says so
    finished = db.engine.dialect.name == "sqlite"
    assert ("Not finished yet" not in page) is finished
    assert (sweeping.pending() == {}) is finished


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": REASON, "ref": ""}, "This is not the reference"),
        ({"reason": REASON, "ref": "000000000000"}, "This is not the reference"),
        ({"reason": "short", "ref": "{ref}"}, "Write a reason"),
    ],
)
def test_a_slip_erases_nothing_and_loses_nothing_that_was_typed(
    desk: Desk, document: CaseDocument, typed: dict[str, str], said: str
) -> None:
    data = {name: value.format(ref=document.incident.ref) for name, value in typed.items()}
    page = desk.browser.post(f"/cases/{document.incident.id}/erase", dict(data), status=422)
    assert said in page
    assert data["reason"] in page
    assert rows_of(document.incident.id)[0] == 1


@pytest.mark.parametrize("expected", ["1", "", "0", "1e3"])
def test_what_was_saved_since_the_page_was_shown_is_not_erased_unread(
    desk: Desk, document: CaseDocument, expected: str
) -> None:
    incident_id = document.incident.id
    assert 'name="expected" value="1"' in desk.browser.get(f"/cases/{incident_id}/erase")
    desk.change(incident_id, incident=document.incident.model_copy(update={"narrative": "Said anew."}))
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": expected}
    page = desk.browser.post(f"/cases/{incident_id}/erase", data, status=409)
    assert "Somebody saved this case meanwhile. Nothing was erased." in page
    assert REASON in page
    assert 'name="expected" value="2"' in page
    assert rows_of(incident_id)[0] == 1
    desk.browser.post(f"/cases/{incident_id}/erase", data | {"expected": "2"}, status=303)


def test_who_corrects_a_slip_has_still_seen_what_the_first_page_showed(desk: Desk, document: CaseDocument) -> None:
    incident_id = document.incident.id
    data: Form = {"reason": REASON, "ref": "000000000000", "expected": "1"}
    desk.change(incident_id, incident=document.incident.model_copy(update={"narrative": "Said anew."}))
    assert 'name="expected" value="1"' in desk.browser.post(f"/cases/{incident_id}/erase", data, status=422)
    desk.browser.post(f"/cases/{incident_id}/erase", data | {"ref": document.incident.ref}, status=409)
    assert rows_of(incident_id)[0] == 1


def test_a_reason_is_kept_in_the_log_that_auditors_read(desk: Desk, document: CaseDocument) -> None:
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "1"}
    desk.browser.post(f"/cases/{document.incident.id}/erase", data, status=303)
    (entry,) = [one for one in logged(desk) if one.act is Act.ERASED]
    assert (entry.by, entry.about_id) == (desk.team.researcher.username, document.incident.id)
    assert entry.reason.startswith(REASON)
    assert "revisions 1, wrapped keys 1" in entry.reason


def test_others_cannot_erase_or_see_certificates(desk: Desk, document: CaseDocument, world: World) -> None:
    stranger = world.team().researcher.browser()
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "1"}
    stranger.post(f"/cases/{document.incident.id}/erase", data, status=404)
    desk.team.analyst.browser().post(f"/cases/{document.incident.id}/erase", data, status=403)
    desk.browser.post(f"/cases/{document.incident.id}/erase", data, status=303)
    stranger.get(certificate_of(desk.browser), status=404)
    assert "Nothing was erased yet" in stranger.get("/erasures")


def test_a_person_is_erased_after_their_words_were_read(desk: Desk, document: CaseDocument) -> None:
    whom, incident_id = document.persons[0], document.incident.id
    address = f"/cases/{incident_id}/erase/person/{whom.id}"
    page = desk.browser.get(address)
    assert "Somebody was stopped." in page
    assert 'name="expected" value="1"' in page
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "1"}
    assert "Read the words below" in desk.browser.post(address, data, status=422)
    desk.browser.post(address, data | {"read": "y"}, status=303)
    assert "a person in a case" in desk.browser.get(certificate_of(desk.browser))
    assert records.open_account(keys_of(desk.team.researcher), incident_id).document.person(whom.id) is None
    desk.browser.get(address, status=404)


def test_a_person_who_is_named_in_the_words_is_not_erased_before_somebody_looked(
    desk: Desk, document: CaseDocument
) -> None:
    whom, incident_id = document.persons[0], document.incident.id
    address = f"/cases/{incident_id}/erase/person/{whom.id}"
    desk.change(incident_id, incident=document.incident.model_copy(update={"narrative": "Zenobia was stopped."}))
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "2", "read": "y"}
    page = desk.browser.post(address, data, status=409)
    assert "is named here" in page
    assert 'name="another"' in page
    desk.browser.post(address, data | {"another": "y"}, status=303)


def test_a_save_meanwhile_shows_the_new_words(desk: Desk, document: CaseDocument) -> None:
    whom, incident_id = document.persons[0], document.incident.id
    desk.change(incident_id, incident=document.incident.model_copy(update={"narrative": "Said anew."}))
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "1", "read": "y"}
    page = desk.browser.post(f"/cases/{incident_id}/erase/person/{whom.id}", data, status=409)
    assert "Somebody saved this case meanwhile" in page
    assert "Said anew." in page
    assert 'name="expected" value="2"' in page


# -- legal holds ----------------------------------------------------------------------------------------


def test_a_hold_stops_erasing_from_the_first_member_on_and_says_whom_to_ask(desk: Desk, document: CaseDocument) -> None:
    incident_id = document.incident.id
    desk.browser.post(f"/cases/{incident_id}/hold", {"reason": "a court asks for it"}, status=303)
    second = desk.team.second_researcher.browser()
    page = second.get(f"/cases/{incident_id}/erase")
    assert "A legal hold is on this case" in page
    assert desk.team.researcher.username in page
    assert "Erase this case for good" not in page
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "1", "read": "y"}
    assert desk.team.researcher.username in second.post(f"/cases/{incident_id}/erase", data, status=409)
    second.post(f"/cases/{incident_id}/erase/person/{document.persons[0].id}", data, status=409)
    assert rows_of(incident_id)[0] == 1
    assert erasing_acts(desk) == [Act.HOLD_ASKED]


def test_lifting_a_hold_takes_two(desk: Desk, document: CaseDocument) -> None:
    address = f"/cases/{document.incident.id}/hold"
    second = desk.team.second_researcher.browser()
    desk.browser.post(address, {"reason": "a court asks for it"}, status=303)
    second.post(address, {"reason": "I know of that court"}, status=303)
    assert "confirmed by a second member" in desk.browser.get(address)
    for _ in range(2):
        desk.browser.post(f"{address}/lift", {"reason": "the court is done"}, status=303)
        assert "A legal hold is on this case" in desk.browser.get(f"/cases/{document.incident.id}/erase")
    second.post(f"{address}/lift", {"reason": "yes, it is done"}, status=303)
    assert "There is no hold on this case" in second.get(address)
    assert erasing_acts(desk) == [Act.HOLD_ASKED, Act.HOLD_PLACED, Act.HOLD_LIFT_ASKED, Act.HOLD_LIFTED]
    data: Form = {"reason": REASON, "ref": document.incident.ref, "expected": "1"}
    desk.browser.post(f"/cases/{document.incident.id}/erase", data, status=303)


def test_whoever_wants_to_keep_a_hold_undoes_the_wish_to_lift_it(desk: Desk, document: CaseDocument) -> None:
    address = f"/cases/{document.incident.id}/hold"
    second = desk.team.second_researcher.browser()
    desk.browser.post(address, {"reason": "a court asks for it"}, status=303)
    desk.browser.post(f"{address}/lift", {"reason": "the court is done"}, status=303)
    second.post(address, {"reason": "it is not done"}, status=303)
    desk.browser.post(f"{address}/lift", {"reason": "the court is done"}, status=303)
    assert "A legal hold" in second.get(f"/cases/{document.incident.id}/erase")


def test_a_hold_needs_a_reason_and_a_case_of_ones_own(desk: Desk, document: CaseDocument, world: World) -> None:
    address = f"/cases/{document.incident.id}/hold"
    assert "Write a reason" in desk.browser.post(address, {"reason": ""}, status=422)
    assert "Write a reason" in desk.browser.post(f"{address}/lift", {"reason": ""}, status=422)
    desk.browser.post(f"{address}/lift", {"reason": "there is none yet"}, status=404)
    stranger = world.team().researcher.browser()
    stranger.post(address, {"reason": "I am curious about it"}, status=404)
    assert db.session.scalar(select(Incident.id)) == document.incident.id
