"""An analyst asks about a number: it arrives where the cases are, and nobody learns what they did not know."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from incidents.accounts.models import Account
from incidents.casework import asking
from incidents.consents import withdrawals
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.models import Withdrawal
from incidents.keyring.memory import remember
from incidents.keyring.models import Statement
from incidents.records import services
from incidents.records.rules import open_questions
from incidents.records.verification import verification
from incidents.submissions import inbox, messages
from incidents.submissions import services as submissions
from incidents.submissions.rules import MOST_CASES, Message
from incidents.summaries.counts import Query
from tests.factories import documents
from tests.integration.casework.test_verifying import WHY, keys, now
from tests.integration.submissions.handing import rows, sender

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World

ASKED = "Is it certain that these were police? A plainly fictional question."
SENT = "Your question was sealed to those whose cases are in this number, if there are any."


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def counted(person: Person, **incident: Any) -> str:
    """Save a case that is counted; its id."""
    whom = documents.person()
    fields = {"incident": documents.incident(**incident), "sources": [documents.source()]}
    document = documents.about(whom, "POL_EXT", **fields)
    services.create(keys(person), [document])
    store.cache.clear()
    return document.incident.id


def received(person: Person) -> list[Message]:
    db.session.rollback()
    return [one.message for one in inbox.waiting(keys(person)) if one.message]


def forged(team: Team, **fields: Any) -> str:
    """Seal a message as anybody who can write to the server can; the id of its row."""
    given = {"kind": "question", "sent_at": dt.datetime(2026, 11, 24, tzinfo=dt.UTC), "text": ASKED} | fields
    before = set(rows())
    stated = submissions.believed(sender(team.field_worker))
    with writing(db.session):
        submissions.deliver(stated, Message(**given))
    [new] = set(rows()) - before
    return new


def cell_key(person: Person, case: str) -> int:
    return now(person, case).incident.cell_key


# -- asking ------------------------------------------------------------------------------------------------


def test_a_question_arrives_with_the_cases_of_the_number_and_no_others(team: Team) -> None:
    here, _there = counted(team.researcher), counted(team.researcher, country="KE", adm1=None)
    browser = team.analyst.browser()
    assert "/summaries/question?country=PH" in browser.get("/summaries?country=PH")
    page = browser.get("/summaries/question?country=PH")
    assert "Philippines" in page
    browser.post("/summaries/question", {"country": "PH", "text": ASKED}, status=303)
    [message] = received(team.researcher)
    assert message.cases == (cell_key(team.researcher, here),)
    assert (message.sender, message.text, message.about) == (team.analyst.id, ASKED, {"country": "PH"})


def test_whoever_asks_is_told_the_same_of_no_case_one_and_many(team: Team) -> None:
    counted(team.researcher)
    browser = team.analyst.browser()
    pages = []
    for country in ("PH", "KE"):
        browser.post("/summaries/question", {"country": country, "text": ASKED}, status=303)
        pages.append(re.sub(r"KE|PH|Kenya|Philippines", "", browser.get(f"/summaries/question?country={country}")))
    assert pages[0] == pages[1]
    assert SENT in pages[0]
    assert len(received(team.researcher)) == 1


def test_each_organisation_gets_its_own_cases_alone(world: World, team: Team) -> None:
    others = world.team()
    world.admit(others.researcher, team.analyst)
    ours, theirs = counted(team.researcher), counted(others.researcher)
    team.analyst.browser().post("/summaries/question", {"text": ASKED}, status=303)
    assert [one.cases for one in received(team.researcher)] == [(cell_key(team.researcher, ours),)]
    assert [one.cases for one in received(others.researcher)] == [(cell_key(others.researcher, theirs),)]


def test_no_more_cases_than_fifty_are_named(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        counted(team.researcher)
    monkeypatch.setattr(asking, "MOST_CASES", 2)
    asking.ask(sender(team.analyst), asking.Question(Query(), {}, ASKED))
    assert [len(one.cases) for one in received(team.researcher)] == [2]
    assert MOST_CASES == 50


def test_who_was_granted_nothing_asks_nobody(world: World, team: Team) -> None:
    counted(team.researcher)
    stranger = world.team().analyst
    asking.ask(sender(stranger), asking.Question(Query(), {}, ASKED))
    assert received(team.researcher) == []


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "x" * 2001}, {"country": "XX"}, {"from": "soon"}])
def test_a_refused_question_goes_nowhere_and_is_still_there(team: Team, wrong: dict[str, str]) -> None:
    counted(team.researcher)
    page = team.analyst.browser().post("/summaries/question", {"text": ASKED, **wrong}, status=422)
    assert received(team.researcher) == []
    assert wrong.get("text", "") in page


def test_an_organisation_that_is_not_believed_gets_nothing_and_neither_does_another(world: World, team: Team) -> None:
    """Somebody replaces one organisation's key: the refusal comes before anything is looked at."""
    others = world.team()
    world.admit(others.researcher, team.analyst)
    counted(team.researcher)
    browser = team.analyst.browser()
    with writing(db.session):
        db.session.get_one(Statement, (others.organisation_id, 1)).endorsement = b"x" * 64
        db.session.get_one(Statement, (others.organisation_id, 1)).signature = b"x" * 64
    browser.post("/summaries/question", {"text": ASKED}, status=403)
    assert received(team.researcher) == []


def test_who_took_the_key_at_first_sight_compares_before_asking(team: Team) -> None:
    counted(team.researcher)
    analyst = team.analyst
    with writing(db.session):
        remember(analyst.id, analyst.seed, lambda memory: memory.model_copy(update={"first_use": True}))
    browser = analyst.browser()
    page = browser.post("/summaries/question", {"text": ASKED}, status=409)
    assert analyst.comparison() in page
    assert ASKED in page
    browser.post("/summaries/question/compared", {"number": "0000"}, status=303)
    browser.post("/summaries/question", {"text": ASKED}, status=409)
    browser.post("/summaries/question/compared", {"number": analyst.comparison()}, status=303)
    browser.post("/summaries/question", {"text": ASKED}, status=303)
    assert len(received(team.researcher)) == 1


def test_only_those_who_see_summaries_and_no_case_ask(team: Team) -> None:
    for person in (team.researcher, team.administrator, team.field_worker):
        person.browser().get("/summaries/question", status=403)
        person.browser().post("/summaries/question", {"text": ASKED}, status=403)
    team.advocate.browser().get("/summaries/question")


# -- in the inbox --------------------------------------------------------------------------------------------


def test_members_see_who_asks_about_what_and_put_it_to_the_case(team: Team) -> None:
    case = counted(team.researcher)
    team.analyst.browser().post("/summaries/question", {"country": "PH", "text": ASKED}, status=303)
    browser = team.researcher.browser()
    assert "a question about a number" in browser.get("/inbox")
    [row] = rows()
    page = browser.get(f"/inbox/{row}")
    for expected in (team.analyst.username, ASKED, "Philippines", f"/cases/{case}", "no proof"):
        assert expected in page
    browser.post(f"/inbox/{row}/attach", {"case": case}, status=303)
    document = now(team.researcher, case)
    [question] = open_questions(document)
    assert ASKED in question.text
    assert team.analyst.username in question.text
    assert question.by == team.researcher.id
    assert rows() == []
    assert ASKED in browser.get(f"/cases/{case}/review")


def test_the_analyst_comes_near_neither_the_case_nor_the_inbox(team: Team) -> None:
    case = counted(team.researcher)
    browser = team.analyst.browser()
    answer = browser.client.post(
        "/summaries/question", data={"text": ASKED, "csrf_token": browser.token()}, follow_redirects=True
    )
    key = cell_key(team.researcher, case)
    for secret in (case, str(key), f"{key:016x}", now(team.researcher, case).incident.ref):
        assert secret not in answer.get_data(as_text=True)
    [row] = rows()
    for path in ("/inbox", f"/inbox/{row}", f"/cases/{case}", f"/cases/{case}/review", "/review"):
        browser.get(path, status=403)


def test_a_forged_question_shows_nothing_of_another_organisation(world: World, team: Team) -> None:
    """Whoever writes to the server seals a question that names a case of others: members see none, and attach none."""
    others = world.team()
    theirs = counted(others.researcher)
    row = forged(team, sender=team.researcher.id, cases=(cell_key(others.researcher, theirs),))
    browser = team.researcher.browser()
    page = browser.get(f"/inbox/{row}")
    assert "None of your cases is meant" in page
    assert theirs not in page
    browser.post(f"/inbox/{row}/attach", {"case": theirs}, status=422)
    with pytest.raises(NotFound):
        messages.attach(keys(team.researcher), inbox.read(keys(team.researcher), row), theirs, "somebody")
    assert open_questions(now(others.researcher, theirs)) == []


def test_a_question_is_put_to_none_but_the_cases_that_it_names(team: Team) -> None:
    meant, other = counted(team.researcher), counted(team.researcher)
    row = forged(team, cases=(cell_key(team.researcher, meant),))
    team.researcher.browser().post(f"/inbox/{row}/attach", {"case": other}, status=422)
    assert rows() == [row]
    assert now(team.researcher, other).comments == []


def test_a_forged_message_of_a_receipt_takes_nothing_back(team: Team) -> None:
    """The purposes in it are words: what counts are rows among withdrawals, and there is none."""
    case = counted(team.researcher)
    document = now(team.researcher, case)
    row = forged(
        team, kind="receipt", incident_id=case, person_id=document.persons[0].id, taken_back=("CP_STAT", "CP_NONE")
    )
    browser = team.researcher.browser()
    assert "Consent that was taken back" in browser.get(f"/inbox/{row}")
    assert "a message by receipt" in browser.get("/inbox")
    browser.post(f"/inbox/{row}/attach", {"case": case}, status=303)
    after = now(team.researcher, case)
    assert after.consents == document.consents
    assert verification(after) == verification(document)
    assert ASKED in open_questions(after)[0].text
    assert rows() == []


def test_what_was_taken_back_by_receipt_is_in_the_case_once_its_notice_is_put_there(team: Team) -> None:
    case = counted(team.researcher)
    [person] = now(team.researcher, case).persons
    with writing(db.session):
        withdrawals.add(f"{person.cell_key:016x}", {"CP_STAT"})
    row = forged(team, kind="receipt", incident_id=case, person_id=person.id, taken_back=("CP_STAT",))
    browser = team.researcher.browser()
    token = {"csrf_token": browser.token(), "case": case}
    answer = browser.client.post(f"/inbox/{row}/attach", data=token)
    assert answer.location.endswith(f"/cases/{case}/consent/{person.id}/owed")
    browser.get(answer.location)
    db.session.rollback()
    assert not db.session.scalars(select(Withdrawal)).all()
    assert [one.answer for one in now(team.researcher, case).consents] == ["yes", "no"]
    assert rows() == []


def test_odd_messages_are_pages_that_say_so(team: Team) -> None:
    odd = [
        forged(team, about={"country": "XX", "<b>": "<script>"}, cases=(1, 2)),
        forged(team, kind="receipt", incident_id="e" * 32, taken_back=("<b>",)),
        forged(team, sender="<b>", text="<b>bold</b>"),
    ]
    browser = team.researcher.browser()
    for row in odd:
        assert "<b>" not in browser.get(f"/inbox/{row}")
        browser.post(f"/inbox/{row}/accept", status=409)
        browser.post(f"/inbox/{row}/decline", {"reason": WHY}, status=303)
    assert rows() == []


def test_a_record_is_no_message(team: Team) -> None:
    submissions.submit(sender(team.field_worker), documents.document())
    [row] = rows()
    team.researcher.browser().post(f"/inbox/{row}/attach", {"case": "e" * 32}, status=422)
    assert rows() == [row]


def test_whoever_sent_it_is_not_believed_to_be_a_colleague(team: Team) -> None:
    """A message may name a member as its sender: the comment is of the member who put it there, and says so."""
    case = counted(team.researcher)
    row = forged(team, sender=team.second_researcher.id, cases=(cell_key(team.researcher, case),))
    team.researcher.browser().post(f"/inbox/{row}/attach", {"case": case}, status=303)
    [question] = open_questions(now(team.researcher, case))
    assert question.by == team.researcher.id
    assert "nothing proves it" in question.text
    assert db.session.get(Account, question.by)
