"""Steps on a case: recorded, due, answered; over HTTP, on both databases."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest

from incidents.records import services
from incidents.records.keys import CaseKeys, keys_of
from incidents.records.schema import Intervention
from incidents.responses import services as responses
from tests.factories import documents as make

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World

TODAY = dt.datetime.now(tz=dt.UTC).date()
CANARY = "a fictional canary of a demand"
NOTE = "a fictional note of a step"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def keys(team: Team) -> CaseKeys:
    one = team.researcher
    return keys_of(one.id, team.organisation_id, one.seed)


def case(team: Team, *steps: Intervention, **fields: Any) -> str:
    document = make.document(interventions=list(steps), **fields)
    services.create(keys(team), [document])
    return document.incident.id


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def steps(team: Team, incident: str) -> list[Intervention]:
    return services.open_account(keys(team), incident).document.interventions


def opened(team: Team, incident: str) -> CaseDocument:
    return services.open_account(keys(team), incident).document


def typed(**fields: str) -> dict[str, object]:
    return {"type": "INT_SPAL", "date": ago(100).isoformat(), "deadline_kind": "usual", "expected": "1"} | fields


def test_a_step_is_recorded_with_the_usual_deadline_and_stands_on_the_case(team: Team) -> None:
    incident = case(team)
    browser = team.researcher.browser()
    said = typed(addressed_to="UNB_TORT", demand=CANARY, note=NOTE, ref_number="AL FIC 1/2026", campaign="CMP_16D")
    browser.post(f"/cases/{incident}/responses/new", said, status=303)
    [step] = steps(team, incident)
    assert step.deadline == ago(40)
    page = browser.get(f"/cases/{incident}/responses")
    for words in (CANARY, NOTE, "AL FIC 1/2026", "Special Rapporteur on torture", "40 days ago"):
        assert words in page
    assert "40 days ago" in browser.get(f"/cases/{incident}")


@pytest.mark.parametrize(
    ("kind", "typed_day", "expected"),
    [("none", "", None), ("own", "2031-01-02", dt.date(2031, 1, 2)), ("usual", "2031-01-02", ago(40))],
)
def test_another_deadline_or_none_is_as_good(team: Team, kind: str, typed_day: str, expected: dt.date | None) -> None:
    incident = case(team)
    browser = team.researcher.browser()
    browser.post(f"/cases/{incident}/responses/new", typed(deadline_kind=kind, deadline=typed_day), status=303)
    assert steps(team, incident)[0].deadline == expected


def test_no_action_at_the_persons_wish_is_a_step_that_asks_for_nothing_else(team: Team) -> None:
    incident = case(team)
    team.researcher.browser().post(
        f"/cases/{incident}/responses/new", {"type": "INT_NONE", "expected": "1", "deadline_kind": "usual"}, status=303
    )
    [step] = steps(team, incident)
    assert (step.type, step.date, step.deadline) == ("INT_NONE", None, None)
    assert not responses.due(keys(team), TODAY)


def test_a_reply_is_noted_and_what_is_not_asked_stays(team: Team) -> None:
    other = make.incident().id
    step = Intervention(type="INT_POLC", date=ago(30), deadline=ago(10), incident_ids=[other], addressee_text="Nowhere")
    incident = case(team, step)
    browser = team.researcher.browser()
    page = browser.get(f"/cases/{incident}/responses/{step.id}")
    assert f'value="{ago(10).isoformat()}"' in page
    said = typed(type="INT_POLC", response="RSP_DEN", response_date=ago(1).isoformat(), addressee_text="Nowhere")
    browser.post(f"/cases/{incident}/responses/{step.id}", said, status=303)
    [changed] = steps(team, incident)
    assert (changed.id, changed.response, changed.response_date) == (step.id, "RSP_DEN", ago(1))
    assert changed.incident_ids == [other]
    assert changed.addressee_text == "Nowhere"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": ""},
        {"type": "RSP_ACT"},
        {"type": "IST_PLAN"},
        {"date": "25.11.2026"},
        {"response_date": "2026-13-01"},
        {"remind_on": "soon"},
        {"deadline_kind": "own", "deadline": ""},
        {"deadline_kind": "own", "deadline": "never"},
        {"deadline_kind": "whenever"},
        {"response": "INT_NONE"},
        {"status": "RSP_ACT"},
        {"impact": "IST_DONE"},
        {"addressed_to": "ST_POL"},
        {"campaign": "T_LIFE"},
        {"publication_id": "0" * 32},
        {"demand": "x" * 10_001},
        {"addressee_text": "\u202e"},
    ],
)
def test_what_makes_no_sense_comes_back_with_all_that_was_typed(team: Team, wrong: dict[str, str]) -> None:
    incident = case(team)
    said = typed(note=NOTE, ref_number="REF-FICTIONAL") | wrong
    page = team.researcher.browser().post(f"/cases/{incident}/responses/new", said, status=422)
    assert NOTE in page
    assert "REF-FICTIONAL" in page
    assert not steps(team, incident)


def test_who_comes_second_is_told_and_loses_nothing(team: Team) -> None:
    incident = case(team)
    first, second = team.researcher.browser(), team.second_researcher.browser()
    first.post(f"/cases/{incident}/responses/new", typed(type="INT_MED"), status=303)
    page = second.post(f"/cases/{incident}/responses/new", typed(type="INT_LEG", note=NOTE), status=409)
    assert NOTE in page
    assert "saved this case meanwhile" in page
    found = re.search(r'name="expected" value="(\d+)"', page)
    assert found
    second.post(f"/cases/{incident}/responses/new", typed(type="INT_LEG", expected=found[1]), status=303)
    assert [step.type for step in steps(team, incident)] == ["INT_MED", "INT_LEG"]


def test_a_step_is_removed_and_an_old_page_removes_nothing(team: Team) -> None:
    step = Intervention(type="INT_STMT")
    incident = case(team, step)
    browser = team.researcher.browser()
    path = f"/cases/{incident}/responses/{step.id}/remove"
    for old in ("0", "x", "", "9" * 30):
        assert "saved this case meanwhile" in browser.post(path, {"expected": old}, status=409)
    assert steps(team, incident)
    browser.post(path, {"expected": "1"}, status=303)
    assert not steps(team, incident)
    browser.post(path, {"expected": "2"}, status=404)


def test_names_stay_closed_and_stay_there_when_a_step_is_saved(team: Team) -> None:
    whom = make.person(name="Fictional Name Canary")
    incident = case(team, persons=[whom], acts=[make.act("POL_EXT", whom)], perpetrators=[], consents=[])
    browser = team.researcher.browser()
    browser.post(f"/cases/{incident}/responses/new", typed(), status=303)
    assert "Fictional Name Canary" not in browser.get(f"/cases/{incident}/responses")
    [person] = services.open_identity(keys(team), incident, "to see that names are still there").document.persons
    assert person.name == "Fictional Name Canary"


def test_what_is_due_is_listed_oldest_first_and_answered_from_the_list(team: Team) -> None:
    late = Intervention(type="INT_SPAL", date=ago(90), deadline=ago(30))
    reminder = Intervention(type="INT_DIAL", remind_on=ago(50))
    planned = Intervention(type="INT_CRT", status="IST_PLAN")
    done = Intervention(type="INT_POLC", deadline=ago(9), response="RSP_ACT")
    incident = case(team, planned, late, reminder, done)
    browser = team.researcher.browser()
    page = browser.get("/responses")
    order = [page.index(f"/responses/{step.id}") for step in (reminder, late, planned)]
    assert order == sorted(order)
    assert done.id not in page
    assert "3 steps are due" in page
    browser.post(f"/cases/{incident}/responses/{late.id}/silence", {"from": "work"}, status=303)
    browser.post(f"/cases/{incident}/responses/{reminder.id}/later", {"days": "14", "from": "work"}, status=303)
    found = {step.id: step for step in steps(team, incident)}
    assert found[late.id].response == "RSP_NONE"
    assert found[reminder.id].remind_on == TODAY + dt.timedelta(days=14)
    assert "1 step is due" in browser.get("/responses")


@pytest.mark.parametrize("days", ["", "x", "-7", "100000", "8"])
def test_a_reminder_takes_one_of_its_times(team: Team, days: str) -> None:
    step = Intervention(type="INT_DIAL", remind_on=ago(1))
    incident = case(team, step)
    team.researcher.browser().post(f"/cases/{incident}/responses/{step.id}/later", {"days": days}, status=422)
    assert steps(team, incident)[0].remind_on == ago(1)


def test_another_organisation_finds_no_case_and_no_step(world: World, team: Team) -> None:
    step = Intervention(type="INT_DIAL", remind_on=ago(1), demand=CANARY)
    incident = case(team, step)
    stranger = world.team().researcher.browser()
    for path in (f"/cases/{incident}/responses", f"/cases/{incident}/responses/{step.id}"):
        stranger.get(path, status=404)
    for action in ("remove", "silence", "later"):
        stranger.post(f"/cases/{incident}/responses/{step.id}/{action}", {"days": "7", "expected": "1"}, status=404)
    assert step.id not in stranger.get("/responses")
    assert steps(team, incident) == [step]


def test_a_step_leads_to_its_publication_and_says_when_it_is_gone(team: Team) -> None:
    gone = "d" * 32
    step = Intervention(type="INT_OPEN", publication_id=gone)
    incident = case(team, step)
    browser = team.researcher.browser()
    assert "withdrawn or removed" in browser.get(f"/cases/{incident}/responses")
    browser.post(f"/cases/{incident}/responses/{step.id}", typed(type="INT_OPEN", publication_id=gone), status=303)
    assert steps(team, incident)[0].publication_id == gone


def test_the_ledger_counts_by_country_and_body_and_leaves_plans_out(team: Team) -> None:
    case(
        team,
        Intervention(
            type="INT_SPAL", addressed_to="UNB_TORT", date=ago(100), response="RSP_SUBST", response_date=ago(88)
        ),
        Intervention(type="INT_SPUA", addressed_to="UNB_TORT", date=ago(90), deadline=ago(30)),
        Intervention(type="INT_SPUA", addressed_to="UNB_TORT", status="IST_PLAN"),
        Intervention(type="INT_MED"),
    )
    case(team, Intervention(type="INT_POLC", date=ago(2)), incident=make.incident(country="KE", adm1=None))
    page = team.researcher.browser().get("/ledger")
    rows = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    lines = {row[0]: row for row in rows}
    assert " ".join(lines["Philippines"]) == "Philippines Special Rapporteur on torture 2 1 1 0 12 Substantive reply: 1"
    assert " ".join(lines["Kenya"]).endswith("1 0 0 1 –")
    assert " ".join(lines["In"]).startswith("In all 3 1 1 1")


def test_the_ledger_is_narrowed_by_days_country_and_campaign(team: Team) -> None:
    case(team, Intervention(type="INT_POLC", date=dt.date(2026, 3, 1), campaign="CMP_EVWUD"))
    case(
        team, Intervention(type="INT_NHRI", date=dt.date(2026, 9, 1)), Intervention(type="INT_CAMP", campaign="CMP_IWD")
    )
    browser = team.researcher.browser()
    police, commission = "Complaint to police", "Complaint to human rights institution"
    assert police in browser.get("/ledger?until=2026-03-01")
    assert commission not in browser.get("/ledger?until=2026-03-01")
    assert police not in browser.get("/ledger?since=2026-03-02")
    assert police not in browser.get("/ledger?country=KE")
    page = browser.get("/ledger?campaign=CMP_16D")
    assert "All steps of the campaign" in page
    assert commission not in page
    assert "Campaign action" in browser.get("/ledger?campaign=CMP_IWD")
    browser.get("/ledger?since=yesterday", status=422)


def test_a_step_that_linked_accounts_tell_again_counts_once(team: Team) -> None:
    step = {"type": "INT_SPUA", "addressed_to": "UNB_TORT", "date": ago(3)}
    for _account in range(2):
        case(team, Intervention(**step), incident=make.incident(counts_as=77))
    case(team, Intervention(**step))
    assert responses.ledger(keys(team), responses.Asked(), TODAY).total.asked == 2
