"""What became of a case: every save, who made it, and what it changed; identity only as "changed"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from incidents.extensions import db
from incidents.records import services
from incidents.records.history import PAGE_SIZE
from incidents.records.models import RevisionKey
from tests.factories import documents as make
from tests.integration.records.conftest import keys_of

if TYPE_CHECKING:
    from tests.integration.records.conftest import Desk


def saves(text: str) -> list[str]:
    """The page cut at its saves, in its order."""
    return re.split(r"<h2>Save <bdi>", text)[1:]


def cells(part: str) -> list[list[str]]:
    """The rows of the table of one save, without markup."""
    body = part[part.index("<tbody>") : part.index("</tbody>")]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def test_a_new_case_has_one_save_by_its_recorder(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    parts = saves(desk.browser.get(f"/cases/{incident_id}/history"))
    assert len(parts) == 1
    assert "The case was recorded." in parts[0]
    assert desk.team.researcher.username in parts[0]
    assert f"{make.TODAY.day} {make.TODAY:%B %Y}" in parts[0]


def test_newest_comes_first_with_what_it_changed_in_words(desk: Desk) -> None:
    document = make.document()
    incident_id = desk.save(document)
    moved = document.incident.model_copy(update={"country": "KE", "adm1": None, "narrative": "Told anew."})
    desk.change(incident_id, incident=moved, status="incomplete")
    newest, oldest = saves(desk.browser.get(f"/cases/{incident_id}/history"))
    changed = {row[0]: row[1:] for row in cells(newest)}
    assert changed["Country (ISO 3166-1)"] == ["What happened", "Philippines", "Kenya"]
    assert changed["Whether the recorder calls the record finished"] == ["The record", "finished", "not finished"]
    assert changed["Who did what to whom, in order; facts apart from opinion"][2] == "Told anew."
    assert changed["Area of the country (ISO 3166-2)"] == ["What happened", "PH-CEB", "no answer"]
    assert "The case was recorded." in oldest


def test_what_was_added_and_removed_is_told_apart(desk: Desk) -> None:
    document = make.document()
    incident_id = desk.save(document)
    newcomer = make.person(pseudonym="Quiet Pine", gender="GEN_M")
    desk.change(incident_id, persons=[*document.persons, newcomer], sources=[])
    rows = cells(saves(desk.browser.get(f"/cases/{incident_id}/history"))[0])
    added = [row for row in rows if row[1] == "Person: Quiet Pine"]
    removed = [row for row in rows if row[1].startswith("Source")]
    assert ["As the person states it", "Person: Quiet Pine", "no answer", "Man or boy"] in added
    assert removed
    assert all(row[3] == "no answer" for row in removed)


def test_a_changed_name_is_told_only_as_changed(desk: Desk) -> None:
    document = make.document()
    incident_id = desk.save(document)
    whom = document.persons[0].model_copy(update={"name": "canary of a name"})
    opened = services.open_account(desk.keys, incident_id)
    changed = opened.document.model_copy(update={"persons": [whom]})
    services.update(desk.keys, changed, expected=1, identity_opened=True, today=make.TODAY)
    newest = saves(desk.browser.get(f"/cases/{incident_id}/history"))[0]
    assert "Names or contacts were changed." in newest
    assert "canary" not in newest


def test_an_edit_that_leaves_the_identity_closed_does_not_claim_to_have_changed_it(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    desk.change(incident_id, status="incomplete")
    assert "Names or contacts" not in desk.browser.get(f"/cases/{incident_id}/history")


def test_a_save_that_changed_nothing_says_so(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    desk.change(incident_id)
    assert "No answer differs" in saves(desk.browser.get(f"/cases/{incident_id}/history"))[0]


def test_each_save_names_who_made_it(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    colleague = keys_of(desk.team.second_researcher)
    opened = services.open_account(colleague, incident_id)
    changed = opened.document.model_copy(update={"status": "incomplete"})
    services.update(colleague, changed, expected=1, today=make.TODAY)
    newest, oldest = saves(desk.browser.get(f"/cases/{incident_id}/history"))
    assert desk.team.second_researcher.username in newest
    assert desk.team.researcher.username in oldest


def test_who_saves_is_what_the_keys_say_and_not_what_the_document_claims(desk: Desk) -> None:
    incident_id = desk.save(make.document(saved_by="somebody else"))
    assert services.open_account(desk.keys, incident_id).document.saved_by == desk.team.researcher.id


def test_a_save_whose_key_was_destroyed_is_told_as_erased(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    desk.change(incident_id, status="incomplete")
    wrap = db.session.get_one(RevisionKey, (incident_id, 1, desk.keys.organisation.id))
    db.session.delete(wrap)
    db.session.commit()
    newest, oldest = saves(desk.browser.get(f"/cases/{incident_id}/history"))
    assert "This save was erased." in oldest
    assert "erased" not in newest


def test_many_saves_stand_on_pages_and_the_oldest_of_a_page_is_still_compared(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    for number in range(PAGE_SIZE + 1):
        desk.change(incident_id, status="incomplete" if number % 2 == 0 else "complete")
    first = saves(desk.browser.get(f"/cases/{incident_id}/history"))
    second = saves(desk.browser.get(f"/cases/{incident_id}/history?page=2"))
    assert (len(first), len(second)) == (PAGE_SIZE, 2)
    assert cells(first[-1])
    assert cells(second[0])
    assert len(saves(desk.browser.get(f"/cases/{incident_id}/history?page=99"))) == 2
