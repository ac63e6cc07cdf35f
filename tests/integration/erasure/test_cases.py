"""Erasing cases: all of one is gone or nothing, others stay, and nobody's save brings one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.accounts.models import Organisation
from incidents.audit.models import AuditEntry
from incidents.database import writing
from incidents.erasure import certificates, preparing, services
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot, Withdrawal
from incidents.intake import services as intake
from incidents.intake.models import Draft
from incidents.keyring.envelope import Unopenable
from incidents.records import frames as derived
from incidents.records import rebuild
from incidents.records import services as records
from incidents.records.models import LogEntry, RevisionKey
from incidents.stories import services as stories
from incidents.stories.services import Story
from tests.factories import documents as make
from tests.integration.erasure.conftest import facts, index, keys_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.facts.rewriting import Rewriting
    from incidents.records.keys import CaseKeys
    from tests.factories.world import World
    from tests.integration.erasure.conftest import Desk

REASON = "the person asked for it in writing"


@pytest.fixture
def cases(desk: Desk) -> list[str]:
    """Four cases, the first saved twice and with a summary that advocates have."""
    made = [make.document() for _ in range(4)]
    desk.save(*made)
    first = made[0]
    summary = "5" * 32
    desk.change(first.incident.id, summary_id=summary, summary_text="Fictional.")
    with writing(db.session):
        stories.give(desk.keys.summaries, summary, Story(first.incident.ref, "Fictional."))
    return [one.incident.id for one in made]


def frame_wraps() -> set[bytes]:
    """Every wrapped key of a frame."""
    return {one for model in (FrameSnapshot, FrameDelta) for one in db.session.scalars(select(model.wrapped))}


def test_nothing_is_left_of_an_erased_case_and_all_of_the_others(desk: Desk, cases: list[str]) -> None:
    keep = [records.open_account(desk.keys, one).document for one in cases[2:]]
    cells = {records.open_account(desk.keys, one).document.incident.cell_key for one in cases[:2]}
    services.erase_cases(desk.keys, cases[:2], REASON)
    assert [rows_of(one) for one in cases[:2]] == [[0, 0, 0]] * 2
    assert set(index(desk)["id"]) == set(cases[2:])
    assert cells.isdisjoint(facts(desk)["case"])
    assert facts(desk).height == 2
    assert [records.open_account(desk.keys, one).document for one in cases[2:]] == keep
    for one in cases[:2]:
        with pytest.raises(NotFound):
            records.open_account(desk.keys, one)


def test_the_frames_are_under_fresh_keys(desk: Desk, cases: list[str]) -> None:
    """Who kept the old wraps, and the old rows, opens nothing that is written from now on; the old wraps are gone."""
    before = frame_wraps()
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert before.isdisjoint(frame_wraps())
    assert len(frame_wraps()) == len(derived.ALL)


def test_advocates_have_its_summary_no_more(desk: Desk, cases: list[str]) -> None:
    advocate = desk.team.advocate
    assert len(stories.received(advocate.id, advocate.seed, make.TODAY)) == 1
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert stories.received(advocate.id, advocate.seed, make.TODAY) == []


def test_who_opened_its_names_goes_and_the_rest_of_the_log_stays(desk: Desk, cases: list[str]) -> None:
    records.open_identity(desk.keys, cases[0], "to call the fictional person back")
    records.open_identity(desk.keys, cases[1], "to write the fictional letter")
    services.erase_cases(desk.keys, cases[:1], REASON)
    about = {entry.get("incident_id") for entry in records.log_entries(desk.keys)}
    assert cases[0] not in about
    assert cases[1] in about


def test_a_withdrawal_of_a_person_in_it_is_forgotten(desk: Desk) -> None:
    document = make.document()
    desk.save(document)
    with writing(db.session):
        person = f"{document.persons[0].cell_key:016x}"
        db.session.add_all([Withdrawal(person=one, purpose="CP_STAT") for one in (person, "f" * 16)])
    services.erase_cases(desk.keys, [document.incident.id], REASON)
    assert list(db.session.scalars(select(Withdrawal.person))) == ["f" * 16]


def test_the_certificate_says_what_was_destroyed_and_not_whom_it_was_about(desk: Desk, cases: list[str]) -> None:
    wraps = set(db.session.scalars(select(RevisionKey.wrapped).where(RevisionKey.incident_id == cases[0])))
    ref = records.open_account(desk.keys, cases[0]).document.incident.ref
    (certificate_id,) = services.erase_cases(desk.keys, cases[:1], REASON)
    found = certificates.find(desk.keys, certificate_id)
    assert (found.ref, found.what, found.reason, found.account) == (ref, "case", REASON, desk.team.researcher.username)
    assert found.gone == certificates.destroyed(2, wraps)
    assert found.gone.wraps == 2
    assert int(found.audit_entry) == max(db.session.scalars(select(AuditEntry.number)))
    assert certificates.certificates(keys_of(desk.team.second_researcher)) == [found]
    # a later erasure of other cases takes no certificate away
    services.erase_cases(desk.keys, cases[1:2], REASON)
    assert len(certificates.certificates(desk.keys)) == 2


def test_a_log_entry_that_is_no_certificate_is_not_shown_as_one(desk: Desk, cases: list[str]) -> None:
    records.open_identity(desk.keys, cases[0], "to call the fictional person back")
    (entry,) = db.session.scalars(select(LogEntry.id))
    for other in (entry, "0" * 32):
        with pytest.raises(NotFound):
            certificates.find(desk.keys, other)


def test_a_case_of_another_organisation_cannot_be_erased(cases: list[str], world: World) -> None:
    stranger = keys_of(world.team().researcher)
    with pytest.raises(NotFound):
        services.erase_cases(stranger, cases[:1], REASON)
    assert rows_of(cases[0]) == [1, 2, 2]


def test_a_case_that_was_altered_is_not_erased_half(desk: Desk, cases: list[str]) -> None:
    with writing(db.session):
        row = db.session.get_one(RevisionKey, (cases[0], 1, desk.keys.organisation.id))
        row.wrapped = row.wrapped[:-1] + bytes([row.wrapped[-1] ^ 1])
    with pytest.raises(Unopenable):
        services.erase_cases(desk.keys, cases[:2], REASON)
    assert rows_of(cases[1]) == [1, 1, 1]
    assert index(desk).height == len(cases)


def test_erasing_twice_says_that_it_is_gone(desk: Desk, cases: list[str]) -> None:
    services.erase_cases(desk.keys, cases[:1], REASON)
    with pytest.raises(NotFound):
        services.erase_cases(desk.keys, cases[:1], REASON)


# -- others at work meanwhile ---------------------------------------------------------------------------


def before_the_lock(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object], times: int = 1) -> None:
    """Let something happen between the reading and the lock, at the first tries."""
    left = [None] * times
    read_log = preparing.read_log

    def then(*args: object) -> preparing.LogRead:
        answer = read_log(*args)  # type: ignore[arg-type]
        if left and len(args) == 2:
            left.pop()
            happens()
        return answer

    monkeypatch.setattr(services, "read_log", then)


def test_a_save_of_the_case_meanwhile_is_seen_and_erased_too(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_lock(monkeypatch, lambda: desk.change(cases[0], status="incomplete"))
    (certificate_id,) = services.erase_cases(desk.keys, cases[:1], REASON)
    assert certificates.find(desk.keys, certificate_id).gone.revisions == 3
    assert rows_of(cases[0]) == [0, 0, 0]
    assert cases[0] not in set(index(desk)["id"])


def test_a_save_of_another_case_meanwhile_is_not_lost(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = make.document()
    before_the_lock(monkeypatch, lambda: desk.save(new))
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert set(index(desk)["id"]) == {*cases[1:], new.incident.id}
    assert new.incident.cell_key in set(facts(desk)["case"])


@pytest.mark.parametrize("how", ["compaction", "rebuild"])
def test_frames_replaced_meanwhile_make_it_begin_again(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def replace() -> None:
        if how == "rebuild":
            rebuild.rebuild(desk.keys)
            return
        loaded = store.load(desk.keys.facts, FrameKind.FACTS, polars_schema())
        store.replace_snapshot(desk.keys.facts, FrameKind.FACTS, loaded)

    before_the_lock(monkeypatch, replace)
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert set(index(desk)["id"]) == set(cases[1:])
    assert facts(desk).height == len(cases) - 1


def test_a_compaction_that_read_before_the_erasure_brings_nothing_back(desk: Desk, cases: list[str]) -> None:
    loaded = store.load(desk.keys.facts, FrameKind.FACTS, polars_schema())
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert not store.replace_snapshot(desk.keys.facts, FrameKind.FACTS, loaded)
    assert facts(desk).height == len(cases) - 1


def test_a_rebuilding_that_read_before_the_erasure_brings_nothing_back(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = rebuild._prepare
    tries: list[int] = []

    def then(*args: object) -> tuple[int, list[Rewriting]]:
        answer = prepare(*args)  # type: ignore[arg-type]
        if not tries:
            services.erase_cases(desk.keys, cases[:1], REASON)
        tries.append(answer[0])
        return answer

    monkeypatch.setattr(rebuild, "_prepare", then)
    rebuild.rebuild(desk.keys)
    assert tries == [len(cases), len(cases) - 1]
    assert set(index(desk)["id"]) == set(cases[1:])


def test_an_opening_of_its_names_meanwhile_leaves_no_entry(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_lock(monkeypatch, lambda: records.open_identity(desk.keys, cases[0], "to call back"))
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert cases[0] not in {entry.get("incident_id") for entry in records.log_entries(desk.keys)}


def test_it_says_so_when_others_save_at_each_try(desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    before_the_lock(monkeypatch, lambda: desk.change(cases[0], status="incomplete"), services.TRIES)
    with pytest.raises(services.Busy):
        services.erase_cases(desk.keys, cases[:1], REASON)
    assert rows_of(cases[0])[0] == 1
    assert not db.session.get_one(Organisation, desk.team.organisation_id).unswept


# -- drafts ---------------------------------------------------------------------------------------------


def writer(person_keys: CaseKeys) -> intake.Writer:
    return intake.Writer(person_keys.account_id, person_keys.seed)


def test_a_colleague_who_is_editing_it_is_told_that_it_is_gone_and_saves_nothing(desk: Desk, cases: list[str]) -> None:
    colleague = keys_of(desk.team.second_researcher)
    draft_id = intake.edit(writer(colleague), colleague, cases[0])
    services.erase_cases(desk.keys, cases[:1], REASON)
    for attempt in (
        lambda: intake.open_draft(writer(colleague), draft_id),
        lambda: intake.submit(writer(colleague), colleague, draft_id, complete=True),
    ):
        with pytest.raises(intake.CaseErased):
            attempt()
    assert intake.drafts(writer(colleague)) == []
    assert rows_of(cases[0]) == [0, 0, 0]
    browser = desk.team.second_researcher.browser()
    assert "was erased" in browser.get(f"/drafts/{draft_id}", status=410)
    browser.post(f"/drafts/{draft_id}/check", {"save": "complete"}, status=410)
    # editing any other case throws the draft away
    intake.edit(writer(colleague), colleague, cases[1])
    assert db.session.get(Draft, draft_id, populate_existing=True) is None


def test_a_draft_of_ones_own_goes_with_the_case(desk: Desk, cases: list[str]) -> None:
    gone = intake.edit(writer(desk.keys), desk.keys, cases[0])
    stays = intake.edit(writer(desk.keys), desk.keys, cases[1])
    services.erase_cases(desk.keys, cases[:1], REASON)
    assert db.session.get(Draft, gone) is None
    assert db.session.get(Draft, stays) is not None


def test_a_save_that_was_made_from_it_before_is_refused(desk: Desk, cases: list[str]) -> None:
    colleague = keys_of(desk.team.second_researcher)
    opened = records.open_account(colleague, cases[0])
    services.erase_cases(desk.keys, cases[:1], REASON)
    with pytest.raises(NotFound):
        records.update(colleague, opened.document, expected=opened.revision)
    assert rows_of(cases[0]) == [0, 0, 0]


def test_what_was_saved_after_a_case_was_judged_is_not_erased_unread(desk: Desk, cases: list[str]) -> None:
    seen = records.open_account(desk.keys, cases[0]).revision
    with pytest.raises(records.Conflict):
        services.erase_cases(desk.keys, cases[:1], REASON, expected=seen - 1)
    assert records.open_account(desk.keys, cases[0]).revision == seen
    assert services.erase_cases(desk.keys, cases[:1], REASON, expected=seen)
