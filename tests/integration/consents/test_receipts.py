"""A receipt over HTTP: what it shows, what it takes back with nobody logged in, and what opens nothing."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from incidents import clock
from incidents.accounts import throttle
from incidents.accounts.models import Throttle
from incidents.accounts.sessions import SealedSessions
from incidents.consents import opening, services
from incidents.consents.models import ReceiptView
from incidents.consents.opening import NotOpened, open_receipt
from incidents.database import writing
from incidents.erasure import services as erasure
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.models import Statement
from incidents.keyring.receipt_door import Paper
from incidents.logs import EventFormatter
from incidents.records import services as records
from incidents.rotation import services as rotation
from incidents.stories import services as stories
from incidents.submissions import inbox
from tests.factories import documents
from tests.factories.world import Browser
from tests.integration.consents.scenes import (
    NOTE,
    SUMMARY,
    WORD,
    Holder,
    agreed,
    keys,
    receipt,
    saved,
    send,
    summarised,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.submissions.rules import Message
    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def stranger(world: World) -> Browser:
    return Browser(world.app.test_client())


def counted(team: Team) -> int:
    analyst = team.analyst
    return frame(facts_keys(analyst.id, analyst.seed)).rows.height


def told(team: Team) -> list[str]:
    advocate = team.advocate
    return [one.text for one in stories.received(advocate.id, advocate.seed, clock.today())]


def messages(team: Team) -> list[Message]:
    return [one.message for one in inbox.waiting(keys(team.researcher)) if one.message]


def test_the_holder_sees_consent_and_a_coded_summary_and_no_word_of_the_case(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    holder = receipt(team, document)
    page = text_of(send(stranger, holder))
    for shown in ("Use in anonymous statistics", "You are counted", "Philippines", "March 2026", "Extortion"):
        assert shown in page
    incident = document.incident
    for hidden in ("Fictional Name", "Blue Bridge", incident.ref, document.persons[0].pseudonym, "Cebu", "Tala", "PH-"):
        assert hidden not in page


def test_everything_is_taken_back_with_nobody_logged_in(team: Team, stranger: Browser) -> None:
    document = saved(team, summarised(agreed("CP_STORE", "CP_STAT", "CP_STORY")))
    other = saved(team, agreed("CP_STAT"))
    holder = receipt(team, document)
    assert counted(team) == 2
    assert told(team) == [SUMMARY]
    page = send(stranger, holder, "all", text="I do not want this any more.")
    assert "Everything is taken back" in page
    assert counted(team) == 1
    assert told(team) == []
    listed = text_of(team.researcher.browser().get("/cases"))
    assert "not counted: no consent" in listed
    assert listed.count("not counted") - listed.count("not counted, or in part") == 1
    assert other.incident.ref in text_of(team.researcher.browser().get("/cases?state=counted"))
    assert document.incident.ref not in text_of(team.researcher.browser().get("/cases?state=counted"))
    [message] = messages(team)
    assert (message.incident_id, message.person_id) == (document.incident.id, document.persons[0].id)
    assert message.text == "I do not want this any more."
    assert {"CP_STORE", "CP_STAT", "CP_STORY"} == set(message.taken_back)


def test_whoever_was_asked_nothing_can_have_the_record_erased_as_well(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed()))
    assert "Take everything back now" in send(stranger, holder)
    assert "Take everything back now" not in send(stranger, holder, "all")
    assert "Take everything back now" not in send(stranger, holder)


def test_narrowing_takes_back_what_was_chosen_and_nothing_else(team: Team, stranger: Browser) -> None:
    document = saved(team, summarised(agreed("CP_STORE", "CP_STAT", "CP_STORY")))
    holder = receipt(team, document)
    page = text_of(send(stranger, holder, "narrow", purposes=["CP_STORY"]))
    assert "no, taken back on" in page
    assert (counted(team), told(team)) == (1, [])
    assert [row.purpose for row in db.session.scalars(select(Withdrawal))] == ["CP_STORY"]
    again = text_of(send(stranger, holder))
    assert "no, taken back on" in again
    assert "You are counted" in again


def test_what_the_holder_says_arrives_and_changes_nothing(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    holder = receipt(team, document)
    assert "It is on its way" in send(stranger, holder, "tell", text="It was in April.")
    [message] = messages(team)
    assert (message.text, message.taken_back, message.sender) == ("It was in April.", (), "")
    assert counted(team) == 1


def test_steps_with_nothing_in_them_are_refused_with_what_was_typed(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STORE", "CP_STAT")))
    for do, fields in (("narrow", {}), ("tell", {"text": "  "}), ("narrow", {"purposes": ["CP_PUB"]}), ("x", {})):
        page = send(stranger, holder, do, status=422, **fields)
        assert holder.words in page
    assert list(db.session.scalars(select(Withdrawal))) == []
    assert messages(team) == []


def test_a_save_folds_it_in_and_consumes_the_rows_and_a_yes_given_again_counts(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    holder = receipt(team, document)
    send(stranger, holder, "all")
    mine = keys(team.researcher)
    [message] = messages(team)
    before = records.open_account(mine, message.incident_id or "")
    records.update(mine, before.document, expected=before.revision)
    debt = services.debt(mine, before.document, message.person_id or "")
    assert debt.owed.erase
    assert not debt.waiting
    assert list(db.session.scalars(select(Withdrawal))) == []
    opened = records.open_account(mine, document.incident.id)
    assert counted(team) == 0
    whom = opened.document.persons[0]
    given = [documents.consent(whom, "CP_STORE"), documents.consent(whom, "CP_STAT")]
    again = opened.document.model_copy(update={"consents": [*opened.document.consents, *given]})
    records.update(mine, again, expected=opened.revision)
    assert counted(team) == 1
    assert "You are counted" in text_of(send(stranger, holder))


def test_a_yes_given_again_in_the_save_that_folds_a_withdrawal_in_counts(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STAT"))
    send(stranger, receipt(team, document), "narrow", purposes=["CP_STAT"])
    mine = keys(team.researcher)
    opened = records.open_account(mine, document.incident.id)
    again = [*opened.document.consents, documents.consent(opened.document.persons[0])]
    records.update(mine, opened.document.model_copy(update={"consents": again}), expected=opened.revision)
    assert counted(team) == 1


def test_a_withdrawal_that_arrives_while_a_member_saves_is_not_lost(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STAT"))
    holder = receipt(team, document)
    mine = keys(team.researcher)
    opened = records.open_account(mine, document.incident.id)
    whole = records.withdrawals.folded_in(opened.document, team.organisation_id)
    send(stranger, holder, "narrow", purposes=["CP_STAT"])
    with writing(db.session):
        records.withdrawals.forget(whole, team.organisation_id)
    assert len(list(db.session.scalars(select(Withdrawal)))) == 1
    assert counted(team) == 0


def test_taken_back_again_after_a_new_yes_was_typed_it_is_taken_back(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STAT"))
    holder = receipt(team, document)
    send(stranger, holder, "narrow", purposes=["CP_STAT"])
    mine = keys(team.researcher)
    opened = records.open_account(mine, document.incident.id)
    again = [*opened.document.consents, documents.consent(opened.document.persons[0])]
    send(stranger, holder, "all")
    records.update(mine, opened.document.model_copy(update={"consents": again}), expected=opened.revision)
    assert counted(team) == 0


def test_a_withdrawal_with_a_receipt_survives_a_rotation(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STORE", "CP_STAT"))
    holder = receipt(team, document)
    member = team.researcher.membership()
    rotation.rotate(member, team.researcher.seed, "to see that views stay")
    assert rotation.advance(team.researcher.membership())
    send(stranger, holder, "all")
    assert counted(team) == 0
    assert len(messages(team)) == 1


# -- what opens nothing --------------------------------------------------------------------------------


def refusals(holder: Holder) -> Iterator[Holder]:
    yield Holder(holder.words, "another")
    yield Holder(" ".join(Paper.new().words), holder.word)
    yield Holder("not a word of any list", holder.word)
    yield Holder(holder.words, "")


def test_a_wrong_word_and_an_unknown_paper_get_the_same_answer(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    pages = set()
    for wrong in refusals(holder):
        page = send(stranger, wrong, status=422)
        pages.add(re.sub(r"<textarea.*?</textarea>|value=\"[^\"]*\"", "", page, flags=re.DOTALL))
    assert len(pages) == 1


def test_words_are_read_however_they_were_typed(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    short = ",  ".join(f"{number}. {one[:4].upper()}" for number, one in enumerate(holder.words.split(), 1))
    assert "What you allow" in send(stranger, Holder(short, f"  {WORD.upper()}! "))


def test_views_that_were_swapped_open_nothing_and_show_nobody_elses(team: Team, stranger: Browser) -> None:
    one, other = (receipt(team, saved(team, agreed("CP_STAT"))) for _ in range(2))
    with writing(db.session):
        first, second = db.session.scalars(select(ReceiptView).order_by(ReceiptView.id))
        first.sealed, second.sealed = second.sealed, first.sealed
    for holder in (one, other):
        send(stranger, holder, status=422)


def test_a_view_with_a_flipped_bit_opens_nothing(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    with writing(db.session):
        row = db.session.scalars(select(ReceiptView)).one()
        row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    send(stranger, holder, status=422)


def test_an_older_view_that_was_put_back_still_takes_back(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STAT"))
    holder = receipt(team, document)
    old = db.session.scalars(select(ReceiptView.sealed)).one()
    send(stranger, holder, "narrow", purposes=["CP_STAT"])
    with writing(db.session):
        db.session.execute(update(ReceiptView).values(sealed=old))
    # The row of the withdrawal is subtracted from what the old view says.
    assert "no, taken back on" in text_of(send(stranger, holder))
    send(stranger, holder, "all")
    assert counted(team) == 0


def test_of_an_erased_case_or_person_nothing_opens(team: Team, stranger: Browser) -> None:
    document, other = saved(team, agreed("CP_STAT")), saved(team, agreed("CP_STAT"))
    holders = [receipt(team, one) for one in (document, other)]
    mine = keys(team.researcher)
    erasure.erase_cases(mine, [document.incident.id], "to see that nothing opens")
    revision = records.open_account(mine, other.incident.id).revision
    erasure.erase_person(
        mine, other.incident.id, other.persons[0].id, "to see that nothing opens", expected=revision, another=True
    )
    assert list(db.session.scalars(select(ReceiptView))) == []
    for holder in holders:
        send(stranger, holder, status=422)


def test_what_was_opened_before_an_erasure_takes_nothing_back_after_it(team: Team) -> None:
    document = saved(team, agreed("CP_STAT"))
    holder = receipt(team, document)
    opened = open_receipt(holder.words, holder.word)
    erasure.erase_cases(keys(team.researcher), [document.incident.id], "to see that nothing is written")
    with pytest.raises(NotOpened):
        opening.take_back(opened, ["CP_STAT"])
    assert list(db.session.scalars(select(Withdrawal))) == []
    assert list(db.session.scalars(select(ReceiptView))) == []


def test_a_new_receipt_and_a_revocation_make_the_old_one_worthless(team: Team, stranger: Browser) -> None:
    document = saved(team, agreed("CP_STAT"))
    first = receipt(team, document)
    second = receipt(team, document)
    send(stranger, first, status=422)
    send(stranger, second)
    mine = keys(team.researcher)
    revision = records.open_account(mine, document.incident.id).revision
    services.revoke(mine, document.incident.id, document.persons[0].id, revision)
    send(stranger, second, status=422)
    assert list(db.session.scalars(select(ReceiptView))) == []


# -- guessing, traces ----------------------------------------------------------------------------------


def test_guesses_of_the_word_are_counted_by_the_paper(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    for number in range(throttle.FREE):
        send(stranger, Holder(holder.words, f"guess{number}"), status=422)
    # With the right word as well, and what was typed comes back.
    assert holder.words in send(stranger, holder, status=429)
    send(stranger, Holder(" ".join(Paper.new().words), WORD), status=422)


def test_strangers_who_guess_codes_lock_nobody_out_of_taking_back(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    stranger.client.parses = False
    statuses = set()
    for _ in range(200):
        answer = stranger.client.post(NOTE, data={"words": " ".join(Paper.new().words), "word": WORD})
        statuses.add(answer.status_code)
    assert statuses == {422}
    assert "Everything is taken back" in send(stranger, holder, "all")
    assert frame(facts_keys(team.analyst.id, team.analyst.seed)).rows.height == 0


def test_the_counters_do_not_say_which_receipt(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    send(stranger, Holder(holder.words, "wrong"), status=422)
    known = Paper.read(holder.words).keys(WORD)
    ids = {row.id for row in db.session.scalars(select(Throttle))}
    assert ids
    assert not [one for one in ids if known.view_id in one or known.subject in one]


def test_no_cookie_no_session_no_index_and_nothing_is_kept(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    name = SealedSessions().cookie_name(stranger.client.application)
    for answer in (stranger.client.get(NOTE), stranger.client.post(NOTE, data=holder.typed)):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert stranger.client.get_cookie(name) is None


def test_a_language_goes_along_from_step_to_step_without_a_cookie(team: Team, stranger: Browser) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT", "CP_STORY")))
    assert 'name="do" value="language"' in stranger.get(NOTE)
    tried = db.session.scalars(select(Throttle.id)).all()
    asked = send(stranger, holder, "language", locale="ar-XB")
    assert '<html lang="ar-XB" dir="rtl">' in asked
    # What was typed is still there, and nothing was tried.
    assert holder.words in asked
    assert db.session.scalars(select(Throttle.id)).all() == tried
    page = send(stranger, holder, locale="ar-XB")
    assert page.count('name="locale" value="ar-XB"') == 3
    assert 'dir="rtl"' in send(stranger, holder, "narrow", purposes=["CP_STORY"], locale="ar-XB")
    assert '<html lang="en"' in send(stranger, holder, locale="<nonsense>")
    assert '<html lang="en"' in stranger.get(NOTE)
    assert '<html lang="ar-XB"' in send(stranger, Holder(holder.words, "wrong"), locale="ar-XB", status=422)


def test_the_log_has_one_line_whatever_became_of_it(
    team: Team, stranger: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    holder = receipt(team, saved(team, agreed("CP_STAT")))
    logging.getLogger("tala").propagate = True
    try:
        caplog.clear()
        stranger.client.get(NOTE)
        stranger.client.post(NOTE)
        send(stranger, Holder(holder.words, "wrong"), status=422)
        send(stranger, holder)
        send(stranger, holder, "all")
    finally:
        logging.getLogger("tala").propagate = False
    lines = {EventFormatter().format(one) for one in caplog.records if one.name == "tala"}
    assert [json.loads(line) for line in lines] == [{"level": "info", "event": "answered", "route": "/note"}]


def test_without_words_nothing_is_asked(stranger: Browser) -> None:
    assert stranger.client.post(NOTE).status_code == 400


def test_what_the_database_says_of_receipts_is_how_many_there_are(team: Team) -> None:
    one = saved(team, agreed("CP_STAT"))
    long = saved(team, agreed("CP_STORE", "CP_STAT", "CP_STORY", "CP_UN", "CP_LAW", "CP_PART", "CP_COMP"))
    for document in (one, long):
        receipt(team, document)
    rows = list(db.session.scalars(select(ReceiptView)))
    assert len({len(row.sealed) for row in rows}) == 1
    ids = {row.id for row in rows}
    for table in db.metadata.sorted_tables:
        if table.name != "receipt_view":
            assert not [row for row in db.session.execute(select(table)) if ids & {str(value) for value in row}]


def test_an_organisation_whose_key_is_not_to_be_believed_is_told_nothing_and_the_withdrawal_holds(
    team: Team, stranger: Browser
) -> None:
    document = saved(team, agreed("CP_STAT"))
    holder = receipt(team, document)
    with writing(db.session):
        db.session.execute(update(Statement).values(identity=b"\1" * 32))
    assert "It was not sent" in send(stranger, holder, "tell", text="Something is wrong.")
    send(stranger, holder, "all")
    assert db.session.scalars(select(Withdrawal.purpose)).all()
