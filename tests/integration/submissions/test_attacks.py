"""Attacks on handing in: with the account of whoever hands in, and with the whole database.

The attacker can write every table. They cannot open a session of a member, nor the paper of an invitation.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import LargeBinary, delete, select, update

from incidents.accounts import comparing, invitations
from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.database import writing
from incidents.extensions import db
from incidents.intake import services as intake
from incidents.intake.services import Writer
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import SecretKey, Unopenable
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.grants import held
from incidents.keyring.identity import Identity, Stated, state
from incidents.keyring.intake_door import Slot, open_submission, seal_submission
from incidents.keyring.memory import recall
from incidents.keyring.models import Grant, Statement, StoredMemory
from incidents.keyring.people import Seed
from incidents.keyring.services import KEYS, statement_row
from incidents.keyring.stated import statements
from incidents.records.identifiers import new_id
from incidents.records.models import Incident
from incidents.records.services import create, open_account
from incidents.rotation import services as rotation
from incidents.submissions import inbox, services
from incidents.submissions.models import Submission
from incidents.submissions.rules import Unreadable, pack, reference
from incidents.submissions.services import KeyChanged, NoKeyYet, NotCompared, NotSent
from tests.contracts.walking import addresses, walk
from tests.factories import documents
from tests.factories.site import Site, build
from tests.factories.world import PASSPHRASE
from tests.integration.intake.browsing import fields_of, text_of
from tests.integration.intake.steps import Walk
from tests.integration.submissions.handing import ANSWERS, TOLD, handed_in, keys, rows, sender, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.factories.world import Person, Team, World

#: What the cases of the site say, and nothing that is for all to read.
OF_CASES = ("Fictional Name", "Somebody was arrested")


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


# -- with the account of whoever hands in ------------------------------------------------------------------


@pytest.fixture
def site(world: World) -> Site:
    """An organisation with cases, on every page something."""
    return build(world)


def test_a_write_only_account_reaches_no_case_list_identity_history_or_fact_by_any_route(site: Site) -> None:
    """Every address with the ids of its own organisation, every link on the way, every form."""
    ours, theirs = site.ours, handed_in(site.ours.team.field_worker)
    ids = ours.ids | {"submission_id": theirs}
    for person in (ours.team.field_worker, ours.waiting):
        client = person.browser().client
        client.parses = False
        pages = list(walk(client, addresses(site.app, type(ours)(ours.team, ours.waiting, ours.disabled, ids))))
        assert len(pages) > 20
        answered = {page.path for page in pages if page.status == 200}
        assert not [path for path in answered if re.match(r"/(cases(?!/new)|inbox|members)", path)]
        # Summaries and stories open for researchers; without a key there is nothing on them.
        assert not facts_keys(person.id, person.seed)
        assert not held(KEYS, person.id, person.seed).keys
        # Publications and releases are for everybody who has an account, and hold no case.
        told_of_cases = [page.path for page in pages if any(word in page.text for word in OF_CASES)]
        assert told_of_cases == []


def test_a_write_only_account_can_write_into_no_case_and_into_no_inbox_but_by_handing_in(site: Site) -> None:
    case, row = site.ours.ids["incident_id"], handed_in(site.ours.team.field_worker)
    before = sorted(rows())
    for person in (site.ours.team.field_worker, site.ours.waiting):
        browser = person.browser()
        for path in (f"/inbox/{row}/accept", f"/inbox/{row}/decline", f"/cases/{case}/edit", f"/cases/{case}/identity"):
            browser.post(path, {"reason": "plainly fictional reason"}, status=403)
    assert sorted(rows()) == before


def blobs() -> Iterator[tuple[str, bytes]]:
    """Everything in the database that is bytes."""
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                for (blob,) in db.session.execute(select(column).where(column.is_not(None))):
                    yield f"{table.name}.{column.name}", blob


def test_the_senders_own_passphrase_and_the_whole_database_open_nothing_they_sent(team: Team) -> None:
    """A seizure with a forced log-in: the seed, everything derived from it, and every key that it opens."""
    told(team.field_worker.browser())
    seed = team.field_worker.seed
    [row] = db.session.scalars(select(Submission))
    slot = Slot(team.organisation_id, row.id)
    guesses = [seed, *(Seed(seed.derive(purpose)) for purpose in ("intake", "private", "memory", "identity"))]
    for guess in guesses:
        with pytest.raises(Unopenable):
            open_submission(guess.opener(), slot, row.wrapped, row.sealed)
        for parts in (slot.context(), slot.key_context()):
            with pytest.raises(Unopenable):
                guess.open(row.sealed, *parts)
    assert not db.session.scalars(select(Grant).where(Grant.account_id == team.field_worker.id)).all()
    assert not [name for name, blob in blobs() if TOLD.encode() in blob]


def test_a_seized_account_tells_days_and_references_and_no_more(team: Team) -> None:
    told(team.field_worker.browser())
    kept = recall(team.field_worker.id, team.field_worker.seed).model_dump_json()
    assert "fictional" not in kept
    assert "KE" not in set(re.findall(r"\b[A-Z]{2}\b", kept))


def test_the_case_cannot_be_found_by_what_its_sender_knows(team: Team) -> None:
    """Receipts and the form hold ids; the case that a submission became has others."""
    browser = team.field_worker.browser()
    record = fields_of(browser.get("/cases/new/quick"), "/cases/new/quick")["record"][0]
    told(browser, ANSWERS | {"record": record})
    [row] = rows()
    case = inbox.accept(keys(team.researcher), row)
    assert len({case, row, record}) == 3
    assert case not in recall(team.field_worker.id, team.field_worker.seed).model_dump_json()


def test_nobody_but_members_opens_a_submission(team: Team, world: World) -> None:
    handed_in(team.field_worker)
    [row] = db.session.scalars(select(Submission))
    slot = Slot(team.organisation_id, row.id)
    stranger = world.team().researcher
    others = (team.analyst, team.advocate, team.administrator, team.field_worker, stranger)
    held = [key for person in others for key in opened_keys(person)]
    assert len(held) > 5
    for key in (*held, *(Identity(key) for key in held)):
        opener = key.intake.opener() if isinstance(key, Identity) else Seed(key.raw).opener()
        with pytest.raises(Unopenable):
            open_submission(opener, slot, row.wrapped, row.sealed)
    for member in (team.researcher, team.second_researcher):
        assert inbox.read(keys(member), row.id).content


def opened_keys(person: Person) -> list[SecretKey]:
    """What a person was granted, and their seed."""
    return [SecretKey(person.seed.raw), *(SecretKey(key.raw) for key in held(KEYS, person.id, person.seed).keys)]


# -- the organisation's key is swapped in the database -----------------------------------------------------


def write_statements(*stated: Stated) -> None:
    """Put these in the place of all statements of an organisation."""
    with writing(db.session):
        db.session.execute(delete(Statement).where(Statement.organisation_id == stated[0].organisation_id))
        db.session.flush()
        db.session.add_all([statement_row(one) for one in stated])


def own() -> Identity:
    """The attacker's own identity, whose inbox they can open."""
    return Identity(OrganisationKey.random())


def intake_alone(team: Team) -> None:
    """Only the public key of the inbox is another."""
    with writing(db.session):
        of_it = Statement.organisation_id == team.organisation_id
        db.session.execute(update(Statement).where(of_it).values(intake=own().intake.public_key().raw))


def whole_statement(team: Team) -> None:
    write_statements(state(team.organisation_id, 1, own()))


def own_chain(team: Team) -> None:
    first, second = own(), own()
    write_statements(state(team.organisation_id, 1, first), state(team.organisation_id, 2, second, first))


def one_more(team: Team) -> None:
    """The true statement, followed by one that the attacker signed and endorsed alone."""
    [true] = statements(team.organisation_id)
    write_statements(true, state(team.organisation_id, 2, own(), own()))


def one_more_of_the_same_identity(team: Team) -> None:
    """The true identity, another inbox, the true signatures."""
    [true] = statements(team.organisation_id)
    fake = replace(true, epoch=2, intake=own().intake.public_key().raw, endorsement=true.signature)
    write_statements(true, fake)


def of_another_organisation(team: Team) -> None:
    """A statement that is in order, of an organisation that the attacker belongs to."""
    other = state("f" * 32, 1, own())
    write_statements(Stated(team.organisation_id, 1, other.identity, other.intake, other.signature, b""))


def another_epoch(team: Team) -> None:
    with writing(db.session):
        of_it = Statement.organisation_id == team.organisation_id
        db.session.execute(update(Statement).where(of_it).values(epoch=7))


SWAPS = (
    *(intake_alone, whole_statement, own_chain, one_more, one_more_of_the_same_identity),
    *(of_another_organisation, another_epoch),
)


@pytest.mark.parametrize("swap", SWAPS)
def test_nothing_is_sent_when_the_organisations_key_was_swapped(team: Team, swap: Callable[[Team], None]) -> None:
    browser = team.field_worker.browser()
    swap(team)
    with pytest.raises(KeyChanged):
        services.submit(sender(team.field_worker), documents.document())
    page = text_of(told(browser, status=403))
    assert "The key of your organisation was changed" in page
    assert "in person or by voice" in page
    assert rows() == []


def test_the_warning_stands_on_the_page_before_anything_is_typed(team: Team) -> None:
    browser = team.field_worker.browser()
    whole_statement(team)
    for path in ("/cases/new", "/cases/new/quick"):
        assert "The key of your organisation was changed" in text_of(browser.get(path))


def test_what_was_typed_is_kept_under_the_senders_own_seed_and_can_be_thrown_away(team: Team) -> None:
    walk_through = Walk(team.field_worker)
    whole_statement(team)
    for _ in range(2):
        page = told(walk_through.browser, ANSWERS | {"record": "b" * 32}, status=403)
    writer = Writer(team.field_worker.id, team.field_worker.seed)
    [draft] = intake.drafts(writer)
    assert draft.state.document.incident.narrative == TOLD
    assert f"/drafts/{draft.id}/discard" in page
    walk_through.draft_id = draft.id
    assert "Nothing was sent" in walk_through.send(walk_through.path("check"), {"save": "incomplete"}, status=403)
    assert [one.id for one in intake.drafts(writer)] == [draft.id]
    walk_through.send(f"/drafts/{draft.id}/discard")
    assert intake.drafts(writer) == []


def test_a_member_is_told_as_well_and_loses_nothing_that_was_typed(team: Team) -> None:
    browser = team.researcher.browser()
    whole_statement(team)
    assert "The key of your organisation was changed" in text_of(browser.get("/cases/new"))
    assert "The key of your organisation was changed" in text_of(told(browser, status=403))
    [draft] = intake.drafts(Writer(team.researcher.id, team.researcher.seed))
    assert draft.state.document.incident.narrative == TOLD
    assert rows() == []


def test_a_swap_that_is_mended_lets_the_draft_go_out(team: Team) -> None:
    true = statements(team.organisation_id)
    walk_through = Walk(team.field_worker)
    whole_statement(team)
    told(walk_through.browser, status=403)
    write_statements(*true)
    [draft] = intake.drafts(Writer(team.field_worker.id, team.field_worker.seed))
    walk_through.draft_id = draft.id
    assert walk_through.send(walk_through.path("check"), {"save": "incomplete"}) == "/submissions"
    [row] = rows()
    assert inbox.read(keys(team.researcher), row).content


def test_statements_of_before_a_rotation_are_not_believed_when_they_are_put_back(team: Team) -> None:
    """Who has left knows the old organisation key, and so opens the old inbox."""
    old = statements(team.organisation_id)
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "plainly fictional reason")
    row = handed_in(team.field_worker)
    assert inbox.read(keys(team.researcher), row).content
    write_statements(*old)
    with pytest.raises(KeyChanged):
        services.submit(sender(team.field_worker), documents.document())
    assert rows() == [row]


def test_who_has_left_opens_nothing_that_is_sent_after_the_rotation(team: Team) -> None:
    [before] = {key.raw for key in team.researcher.membership().keys if isinstance(key, OrganisationKey)}
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "plainly fictional reason")
    handed_in(team.field_worker)
    [row] = db.session.scalars(select(Submission))
    slot, opener = Slot(team.organisation_id, row.id), Identity(SecretKey(before)).intake.opener()
    with pytest.raises(Unopenable):
        open_submission(opener, slot, row.wrapped, row.sealed)


def test_a_memory_that_was_deleted_or_put_back_altered_sends_nothing(team: Team) -> None:
    one = sender(team.field_worker)
    with writing(db.session):
        db.session.execute(update(StoredMemory).values(sealed=os.urandom(600)))
    with pytest.raises(KeyChanged):
        services.submit(one, documents.document())
    with writing(db.session):
        db.session.execute(delete(StoredMemory))
    with pytest.raises(KeyChanged):
        services.submit(one, documents.document())
    assert rows() == []


# -- at first sight ------------------------------------------------------------------------------------------


def early(world: World, role: Role = Role.FIELD_WORKER) -> tuple[Person, Person]:
    """Somebody who was invited before the organisation had keys, and its first researcher."""
    organisation = world.organisation()
    invited = world.person(role, organisation)
    return invited, world.person(Role.RESEARCHER, organisation)


def test_nothing_is_sent_to_an_organisation_without_keys(world: World) -> None:
    person = world.person(Role.FIELD_WORKER, world.organisation())
    with pytest.raises(NoKeyYet):
        services.submit(sender(person), documents.document())
    assert "Your organisation cannot receive anything yet" in text_of(told(person.browser(), status=409))


def test_who_was_invited_before_the_keys_compares_before_anything_is_sent(world: World) -> None:
    person, founder = early(world)
    browser = person.browser()
    with pytest.raises(NotCompared):
        services.submit(sender(person), documents.document())
    page = browser.get("/cases/new")
    number = fields_of(page, "/submissions/compared")["number"][0]
    assert number == comparing.comparison_with(founder.membership().stated.identity, person.account)
    browser.post("/submissions/compared", {"number": number}, status=303)
    told(browser)
    assert len(rows()) == 1


def test_another_number_than_the_one_of_today_confirms_nothing(world: World) -> None:
    person, _founder = early(world)
    browser = person.browser()
    for number in ("", "0000", "é\0"):
        browser.post("/submissions/compared", {"number": number}, status=303)
        assert "The number is another now" in browser.get("/cases/new")
    assert recall(person.id, person.seed).first_use


def test_a_key_that_was_swapped_before_the_first_log_in_shows_in_the_number(world: World) -> None:
    """The account takes what the database says: the two who compare hear that it is another."""
    person, founder = early(world)
    true = comparing.comparison_with(founder.membership().stated.identity, person.account)
    write_statements(state(person.organisation_id, 1, Identity(OrganisationKey.random())))
    assert services.number(sender(person)) != true
    with pytest.raises(NotCompared):
        services.submit(sender(person), documents.document())


def test_an_invitation_that_names_the_key_needs_no_comparison(team: Team, world: World) -> None:
    person = world.person(Role.FIELD_WORKER, team.researcher.account.organisation)
    assert not recall(person.id, person.seed).first_use
    assert handed_in(person)


def test_a_key_that_was_swapped_before_the_invitation_was_used_stops_the_set_up(team: Team) -> None:
    with writing(db.session):
        organisation = team.researcher.account.organisation
        account, code = invitations.add_account("fictional-newcomer", Role.FIELD_WORKER, organisation)
        username = account.username
    whole_statement(team)
    with pytest.raises(invitations.AnotherOrganisation):
        accounts.set_up(username, code, PASSPHRASE)


# -- rows are altered, moved, cut and forged -----------------------------------------------------------------


def stored() -> dict[str, dict[str, Any]]:
    db.session.rollback()
    columns = (Submission.id, Submission.organisation_id, Submission.key_id, Submission.wrapped, Submission.sealed)
    return {row.id: row._asdict() for row in db.session.execute(select(*columns))}


def put(submission_id: str, **values: Any) -> None:
    with writing(db.session):
        db.session.execute(update(Submission).where(Submission.id == submission_id).values(**values))


def changes(one: dict[str, Any], other: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What can be done to a row that has a neighbour."""
    return {
        "both blobs of the neighbour": {"wrapped": other["wrapped"], "sealed": other["sealed"]},
        "the key of the neighbour": {"wrapped": other["wrapped"]},
        "the content of the neighbour": {"sealed": other["sealed"]},
        "cut to nothing": {"sealed": b""},
        "cut by a byte": {"sealed": one["sealed"][:-1]},
        "longer by a byte": {"sealed": one["sealed"] + b"\0"},
        "a key cut to nothing": {"wrapped": b""},
        "a key cut by a byte": {"wrapped": one["wrapped"][:-1]},
        "a bit of the content": {"sealed": one["sealed"][:50] + bytes([one["sealed"][50] ^ 1]) + one["sealed"][51:]},
        "a bit of the key": {"wrapped": one["wrapped"][:50] + bytes([one["wrapped"][50] ^ 1]) + one["wrapped"][51:]},
        "noise": {"wrapped": os.urandom(1169), "sealed": os.urandom(541)},
    }


def test_no_altered_moved_or_cut_row_is_accepted_and_none_harms_its_neighbour(team: Team) -> None:
    altered, neighbour = handed_in(team.field_worker), handed_in(team.field_worker)
    before = stored()
    member, browser = keys(team.researcher), team.researcher.browser()
    refused = 0
    for how, values in changes(before[altered], before[neighbour]).items():
        put(altered, **values)
        assert inbox.read(member, altered).content is None, how
        with pytest.raises(Unreadable):
            inbox.accept(member, altered)
        page = text_of(browser.post(f"/inbox/{altered}/accept", status=409))
        assert "It cannot be opened" in page, how
        assert "cannot be opened" in text_of(browser.get("/inbox"))
        assert inbox.read(member, neighbour).content, how
        refused += 1
        put(altered, wrapped=before[altered]["wrapped"], sealed=before[altered]["sealed"])
    assert refused == 11
    assert inbox.read(member, altered).content


def test_a_row_that_was_moved_to_another_organisation_does_not_open_there(team: Team, world: World) -> None:
    other = world.team()
    row = handed_in(team.field_worker)
    theirs = handed_in(other.field_worker)
    put(row, organisation_id=other.organisation_id)
    assert inbox.read(keys(other.researcher), row).content is None
    put(row, key_id=stored()[theirs]["key_id"])
    assert inbox.read(keys(other.researcher), row).content is None
    assert inbox.read(keys(other.researcher), theirs).content


def test_two_rows_that_exchange_their_ids_do_not_open(team: Team) -> None:
    one, other = handed_in(team.field_worker), handed_in(team.field_worker)
    put(one, id="c" * 32)
    put(other, id=one)
    put("c" * 32, id=other)
    assert [found.content for found in inbox.waiting(keys(team.researcher))] == [None, None]


def test_what_cannot_be_opened_can_be_deleted_and_the_rest_is_there(team: Team) -> None:
    broken, whole = handed_in(team.field_worker), handed_in(team.field_worker)
    put(broken, sealed=b"")
    browser = team.researcher.browser()
    browser.get(f"/inbox/{broken}")
    browser.post(f"/inbox/{broken}/decline", {"reason": "no"}, status=422)
    browser.post(f"/inbox/{broken}/decline", {"reason": "nobody could open it"}, status=303)
    assert rows() == [whole]


def forge(team: Team, plaintext: bytes) -> str:
    """Seal something to the inbox by hand, as whoever can write the database can."""
    [true] = statements(team.organisation_id)
    slot = Slot(team.organisation_id, new_id())
    wrapped, sealed = seal_submission(true.intake_key, slot, plaintext)
    key_id = team.researcher.membership().organisation.id
    with writing(db.session):
        row = Submission(
            id=slot.row_id, organisation_id=team.organisation_id, key_id=key_id, wrapped=wrapped, sealed=sealed
        )
        db.session.add(row)
    return slot.row_id


@pytest.mark.parametrize("plaintext", [b"", b"{}", b"[[]]", b"null", b"\xff", b'{"account": 1}', b"[" * 9000])
def test_what_was_forged_and_is_no_record_is_unreadable_and_stops_nothing(team: Team, plaintext: bytes) -> None:
    forged, whole = forge(team, plaintext), handed_in(team.field_worker)
    browser = team.researcher.browser()
    assert "It cannot be opened" in text_of(browser.get(f"/inbox/{forged}"))
    assert reference(whole) in text_of(browser.get("/inbox"))
    browser.post(f"/inbox/{whole}/accept", status=303)
    assert rows() == [forged]


def test_a_forged_record_in_the_name_of_a_member_is_shown_with_the_warning_and_decides_nothing(team: Team) -> None:
    """That much an attacker can do, and the page says so."""
    claims = {"summary_text": "forged", "summary_state": "checked", "summary_id": new_id(), "status": "complete"}
    document = documents.document().model_copy(update=claims)
    forged = forge(team, pack(document, team.second_researcher.id, dt.datetime.now(tz=dt.UTC)))
    page = text_of(team.researcher.browser().get(f"/inbox/{forged}"))
    assert "That is no proof" in page
    case = inbox.accept(keys(team.researcher), forged)
    saved = open_account(keys(team.researcher), case).document
    assert (saved.summary_state, saved.summary_text, saved.summary_id) == (None, "", None)


def test_a_forged_record_cannot_take_the_place_of_a_case_that_is_there(team: Team) -> None:
    document = documents.document()
    create(keys(team.researcher), [document])
    forged = forge(team, pack(document, team.field_worker.id, dt.datetime.now(tz=dt.UTC)))
    case = inbox.accept(keys(team.researcher), forged)
    assert case != document.incident.id
    mine, theirs = (open_account(keys(team.researcher), one).document for one in (document.incident.id, case))
    assert mine.incident.cell_key != theirs.incident.cell_key
    assert not {one.cell_key for one in mine.persons} & {one.cell_key for one in theirs.persons}
    db.session.rollback()
    assert len(db.session.scalars(select(Incident.id)).all()) == 2


# -- rotation ------------------------------------------------------------------------------------------------


def rotated(team: Team) -> None:
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "plainly fictional reason")
    assert rotation.advance(team.researcher.membership())


def test_what_waits_is_readable_after_a_rotation_and_forged_rows_keep_no_old_key_alive(team: Team) -> None:
    whole, broken = handed_in(team.field_worker), handed_in(team.field_worker)
    put(broken, wrapped=os.urandom(1169))
    old = stored()[whole]["key_id"]
    rotated(team)
    member = keys(team.researcher)
    assert old not in member.by_id
    assert {row["key_id"] for row in stored().values()} == {member.organisation.id}
    assert inbox.read(member, whole).content
    assert inbox.read(member, broken).content is None
    assert [one.waiting for one in services.arrived(sender(team.field_worker))] == [True, True]


def test_who_hands_in_while_the_key_is_replaced_seals_to_the_new_one(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement is believed, then the key is replaced, then the row is written: it is sealed again."""
    believed = services.believed
    turns = itertools.count()

    def just_before(one: services.Sender) -> Stated:
        stated = believed(one)
        if next(turns) == 0:
            rotated(team)
        return stated

    monkeypatch.setattr(services, "believed", just_before)
    row = handed_in(team.field_worker)
    assert next(turns) == 2
    assert stored()[row]["key_id"] == keys(team.researcher).organisation.id
    assert inbox.read(keys(team.researcher), row).content


def test_nothing_is_written_under_a_key_that_has_a_successor_even_while_its_row_is_there(team: Team) -> None:
    [true] = statements(team.organisation_id)
    with writing(db.session):
        assert services._current_key(true) == team.researcher.membership().organisation.id
    write_statements(true, state(team.organisation_id, 2, own(), team.researcher.membership().identity))
    with writing(db.session):
        assert services._current_key(true) is None


def test_a_key_that_is_replaced_again_and_again_sends_nothing_and_says_so(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_current_key", lambda _stated: None)
    with pytest.raises(NotSent):
        services.submit(sender(team.field_worker), documents.document())
    page = text_of(told(team.field_worker.browser(), status=409))
    assert "is being replaced" in page
    assert rows() == []
