"""A search while others work: rotation, erasure, saving, altered rows, a database that goes away."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.exc import OperationalError

from incidents.database import writing
from incidents.erasure import services as erasure
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.index import CaseQuery
from incidents.records.models import Revision, RevisionKey
from incidents.rotation import services as rotation
from incidents.search import reading, scanning, services
from incidents.search.rules import terms
from incidents.search.scanning import Scan
from incidents.search.services import Broken, End, Event, Hit, Progress
from tests.factories import documents as make
from tests.integration.search.conftest import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.factories.world import World
    from tests.integration.search.conftest import Desk

REASON = "A plainly fictional reason"


@pytest.fixture(params=["by date", "as they lie"])
def cases(desk: Desk, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """Six cases, newest last, that are read in batches of two: all by date, or the first two only."""
    monkeypatch.setattr(scanning, "FEWEST", 2)
    monkeypatch.setattr(scanning, "MOST", 2)
    monkeypatch.setattr(scanning, "BY_DATE", 6 if request.param == "by date" else 2)
    monkeypatch.setattr(reading, "PAGE", 2)
    first = dt.date(2026, 3, 1)
    documents = [
        make.document(incident=make.incident(narrative="A raid.", date_start=str(first + dt.timedelta(days=day))))
        for day in range(6)
    ]
    desk.save(*documents)
    return [one.incident.id for one in documents]


def searched(desk: Desk, words: str = "raid", meanwhile: Callable[[], object] | None = None) -> list[Event]:
    """What a search gives; something happens after its first result."""
    found: list[Event] = []
    for event in services.search(desk.keys, CaseQuery(), terms(words)):
        if meanwhile is not None and not found:
            meanwhile()
        found.append(event)
    return found


def hits(events: list[Event]) -> list[str]:
    return [event.row.id for event in events if isinstance(event, Hit)]


def test_the_newest_incident_comes_first(app: Flask, desk: Desk, cases: list[str]) -> None:
    with app.test_request_context():
        assert hits(searched(desk)) == cases[::-1]


def test_progress_is_told_and_the_end_says_how_many(
    app: Flask, desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "STEP", 2)
    with app.test_request_context():
        events = searched(desk, "absent")
    told = [event.searched for event in events if isinstance(event, Progress)]
    assert told[0] == 2
    assert told == sorted(set(told))
    assert {event.total for event in events if isinstance(event, Progress)} == {6}
    assert events[-1] == End(searched=len(cases), found=0, shown=0, unopened=0)


def test_many_are_counted_and_some_of_them_shown(
    app: Flask, desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_SHOWN", 3)
    with app.test_request_context():
        events = searched(desk)
    assert hits(events) == cases[:2:-1]
    assert events[-1] == End(searched=6, found=6, shown=3, unopened=0)


def test_a_rotation_in_the_middle_of_a_search_hides_nothing(app: Flask, desk: Desk, cases: list[str]) -> None:
    member = desk.team.researcher.membership()

    def rotated() -> None:
        rotation.rotate(member, desk.keys.seed, REASON)
        assert rotation.advance(desk.team.researcher.membership(), patience=float("inf"))

    with app.test_request_context():
        events = searched(desk, meanwhile=rotated)
    assert hits(events) == cases[::-1]


def test_a_case_that_is_erased_in_the_middle_is_not_found_and_nothing_waits_for_the_search(
    app: Flask, desk: Desk, cases: list[str]
) -> None:
    with app.test_request_context():
        events = searched(desk, meanwhile=lambda: erasure.erase_cases(desk.keys, cases[:1], REASON))
    assert hits(events) == cases[:0:-1]
    assert isinstance(events[-1], End)


def test_a_case_that_is_saved_in_the_middle_is_read_as_it_is_then(app: Flask, desk: Desk, cases: list[str]) -> None:
    changed = make.incident(narrative="Nothing of the kind.").model_copy(update={"id": cases[0]})
    with app.test_request_context():
        events = searched(desk, meanwhile=lambda: desk.change(cases[0], incident=changed))
    assert hits(events) == cases[:0:-1]


def test_a_case_that_was_altered_is_counted_and_the_rest_is_searched(app: Flask, desk: Desk, cases: list[str]) -> None:
    with writing(db.session):
        db.session.execute(
            update(Revision).where(Revision.incident_id == cases[3]).values(account=b"\x01" + bytes(600))
        )
    with app.test_request_context():
        events = searched(desk)
    assert len(hits(events)) == 5
    assert events[-1] == End(searched=6, found=5, shown=5, unopened=1)
    assert "1 case could not be opened" in desk.browser.post("/search", {"words": "raid"})


def test_a_case_that_has_lost_its_key_is_counted(app: Flask, desk: Desk, cases: list[str]) -> None:
    with writing(db.session):
        db.session.execute(delete(RevisionKey).where(RevisionKey.incident_id == cases[1]))
    with app.test_request_context():
        events = searched(desk)
    assert hits(events) == [one for one in cases[::-1] if one != cases[1]]
    assert events[-1] == End(searched=6, found=5, shown=5, unopened=1)


def test_a_case_under_several_keys_is_found_once(app: Flask, world: World, desk: Desk, cases: list[str]) -> None:
    others = keys_of(world.team().researcher).organisation.id
    with writing(db.session):
        wrap = {"incident_id": bindparam("id"), "revision": 1, "key_id": others, "wrapped": b"\x01" + bytes(60)}
        db.session.execute(insert(RevisionKey).values(wrap), [{"id": one} for one in cases])
    with app.test_request_context():
        events = searched(desk)
    assert hits(events) == cases[::-1]
    assert events[-1] == End(searched=6, found=6, shown=6, unopened=0)


def test_what_the_filter_leaves_out_and_what_is_of_others_is_not_read(
    app: Flask, world: World, desk: Desk, cases: list[str]
) -> None:
    theirs = keys_of(world.team().researcher)
    records.create(theirs, [make.document(incident=make.incident(narrative="A raid.")) for _ in range(3)])
    scan = Scan(desk.keys, terms("raid"), most=100)
    with app.test_request_context():
        found = [one.place for batch in scan.run(cases[1:]) for one in batch]
    assert found == [0, 1, 2, 3, 4]
    assert (scan.searched, scan.found, scan.unopened) == (5, 5, 0)


@pytest.mark.usefixtures("cases")
def test_a_database_that_goes_away_ends_the_answer_with_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = reading.read
    batches: list[object] = []

    def broken(*args: Any) -> object:
        batches.append(args)
        if len(batches) > 1:
            raise OperationalError("SELECT of raid", {}, Exception("raid"))
        return whole(*args)

    monkeypatch.setattr(reading, "read", broken)
    page = desk.browser.post("/search", {"words": "raid"})
    assert page.count('class="hit"') == 2
    assert "The search stopped after" in page
    assert page.rstrip().endswith("</html>")
    assert not [one for one in caplog.records if "raid" in one.getMessage()]


def test_a_search_that_breaks_off_says_where(
    app: Flask, desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> object:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(reading, "read", broken)
    with app.test_request_context():
        assert searched(desk) == [Broken(0, len(cases))]


def test_an_answer_begins_before_the_search_ends(desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.web.streaming.SECONDS", 0)
    data = {"csrf_token": desk.browser.token(), "words": "raid"}
    desk.browser.client.parses = False
    answer = desk.browser.client.post("/search", data=data, buffered=False)
    pieces = [piece.decode() for piece in answer.response]
    first_hit = next(number for number, piece in enumerate(pieces) if 'class="hit"' in piece)
    end = next(number for number, piece in enumerate(pieces) if "Done:" in piece)
    assert first_hit < end
    assert cases[-1] in "".join(pieces[:end])
