"""Names and contacts: opened apart, with a reason that is logged, and on no page that is merely looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from incidents.records import services
from incidents.records.fields import IDENTITY, Record, inner_record, mark_of
from incidents.records.schema import CaseDocument, Evidence, KeptAside, MedicalDetail
from incidents.records.schema_acts import DeathDetail
from incidents.records.schema_people import Contact
from incidents.records.schema_sources import CaptureMeta
from tests.factories import documents as make
from tests.integration.records.conftest import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.records.conftest import Desk

#: No text, and on no page.
KEYS_OF_FILES = {"original_key", "working_key"}
REASON = "The lawyer needs the address to visit."


def marked() -> CaseDocument:
    """A case whose every identity field of text holds a canary of its own."""
    whom = make.person(contact=Contact())
    act = make.act("LIF_CUST", whom, death_detail=DeathDetail(), medical_detail=MedicalDetail())
    document = make.document(
        incident=make.incident(),
        persons=[whom],
        acts=[act],
        perpetrators=[make.perpetrator(act)],
        sources=[make.source()],
        consents=[make.consent(whom)],
        evidence=[Evidence(capture_meta=CaptureMeta())],
        kept_aside=[KeptAside(column="col")],
    )
    return CaseDocument.model_validate(_filled(CaseDocument, document.model_dump(mode="json"), ""))


def _filled(model: type[Record], values: dict[str, Any], path: str) -> dict[str, Any]:
    for name, info in model.model_fields.items():
        inner, many = inner_record(info)
        mark = mark_of(info)
        if inner is not None and values.get(name):
            entries = values[name] if many else [values[name]]
            for entry in entries:
                _filled(inner, entry, f"{path}{name}.")
        elif mark is not None and mark.part == IDENTITY and info.annotation is str and name not in KEYS_OF_FILES:
            values[name] = f"canary {path}{name}"
    return values


def canaries(values: object) -> Iterator[str]:
    """Every canary in a document."""
    yield from (part.split('"')[0] for part in json.dumps(values).split('"canary ')[1:])


def test_the_canaries_stand_in_every_identity_field_of_text() -> None:
    found = set(canaries(marked().model_dump(mode="json")))
    assert {"persons.name", "persons.contact.value", "incident.place_text", "sources.citation"} <= found
    assert {"perpetrators.individual_name", "consents.witness_note", "kept_aside.value"} <= found
    assert len(found) >= 25


def test_no_page_that_is_looked_at_shows_an_identity(desk: Desk) -> None:
    incident_id = desk.save(marked())
    desk.change(incident_id, status="incomplete")
    desk.browser.post(f"/cases/{incident_id}/identity", {"reason": REASON})
    for page in ("", f"/{incident_id}", *(f"/{incident_id}/{one}" for one in ("identity", "history", "summary"))):
        assert "canary" not in desk.browser.get(f"/cases{page}")


def test_with_a_reason_all_of_it_is_shown_once(desk: Desk) -> None:
    document = marked()
    incident_id = desk.save(document)
    text = desk.browser.post(f"/cases/{incident_id}/identity", {"reason": REASON})
    missing = [one for one in canaries(document.model_dump(mode="json")) if f"canary {one}" not in text]
    # the mark of an archive says nothing to a reader
    assert missing == ["evidence.capture_meta.archive_id"]


def test_an_identity_that_is_empty_says_so(desk: Desk) -> None:
    incident_id = desk.save(make.document(incident=make.incident(place_text="")))
    text = desk.browser.post(f"/cases/{incident_id}/identity", {"reason": REASON})
    assert "No name, contact or exact place is recorded." in text


@pytest.mark.parametrize("reason", ["", "because", "         .", "x" * 9, "\x00 a control character"])
def test_without_a_reason_nothing_is_opened_or_logged(desk: Desk, reason: str) -> None:
    incident_id = desk.save(marked())
    text = desk.browser.post(f"/cases/{incident_id}/identity", {"reason": reason}, status=422)
    assert "canary" not in text
    assert 'href="#reason"' in text
    assert services.log_entries(desk.keys) == []


def test_the_reason_is_logged_and_shown_to_colleagues_newest_first(desk: Desk) -> None:
    incident_id = desk.save(marked())
    other_id = desk.save(make.document())
    desk.browser.post(f"/cases/{incident_id}/identity", {"reason": REASON})
    desk.browser.post(f"/cases/{other_id}/identity", {"reason": "Another case, another reason."})
    entry = services.log_entries(desk.keys)[-1]
    assert (entry["action"], entry["account"], entry["reason"]) == (
        "identity_opened",
        desk.team.researcher.id,
        REASON,
    )
    text = desk.team.second_researcher.browser().get(f"/cases/{incident_id}/identity")
    assert REASON in text
    assert desk.team.researcher.username in text
    assert "UTC" in text
    assert "another reason" not in text


def test_the_form_keeps_what_was_typed_when_it_is_refused(desk: Desk) -> None:
    incident_id = desk.save(make.document())
    text = desk.browser.post(f"/cases/{incident_id}/identity", {"reason": "too short"}, status=422)
    assert ">\ntoo short</textarea>" in text
    assert "<title>Error:" in text.replace("\n      ", "")


def test_the_page_that_asks_opens_nothing(desk: Desk) -> None:
    incident_id = desk.save(marked())
    desk.browser.get(f"/cases/{incident_id}/identity")
    assert services.log_entries(desk.keys) == []


def test_opening_needs_the_token(desk: Desk) -> None:
    incident_id = desk.save(marked())
    answer = desk.browser.client.post(f"/cases/{incident_id}/identity", data={"reason": REASON})
    assert answer.status_code == 400
    assert services.log_entries(keys_of(desk.team.second_researcher)) == []
