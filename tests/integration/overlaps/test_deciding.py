"""Two accounts of one incident over HTTP: found, compared, decided, counted once, and taken back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from incidents.erasure import services as erasure
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.services import frame
from incidents.overlaps.services import PAGE_SIZE
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.releases.gate import releasable
from incidents.releases.question import Series
from tests.factories import documents
from tests.integration.summaries.reading import parsed, terms, text

if TYPE_CHECKING:
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Person, Team, World

WHY = "plainly fictional reason, long enough"
INTERNAL = "internal, do not publish"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def keys(person: Person) -> CaseKeys:
    return keys_of(person.id, person.organisation_id, person.seed)


def told(name: str = "Maria Nowhere", *, day: str = "2026-03-14", **fields: Any) -> CaseDocument:
    """One account of a killing, counted, of somebody plainly fictional."""
    whom = documents.person(name=name, **fields)
    return documents.about(
        whom,
        "LIF_EJK",
        incident=documents.incident(date_start=day),
        consents=[documents.consent(whom, given_by="CB_NOK")],
    )


def kept(person: Person, *cases: CaseDocument) -> list[str]:
    services.create(keys(person), cases)
    return [case.incident.id for case in cases]


def now(person: Person, case: str) -> CaseDocument:
    db.session.rollback()
    store.cache.clear()
    return services.open_account(keys(person), case).document


def path(one: str, other: str, end: str = "") -> str:
    return f"/cases/{one}/overlaps/{other}{end}"


def answer(one: CaseDocument, other: CaseDocument, kind: str = "same", **more: str) -> dict[str, object]:
    """A filled form: the first person of one is the first of the other."""
    who = {f"person-{one.persons[0].id}": other.persons[0].id} if kind == "same" else {}
    return {"mine": "1", "theirs": "1", "kind": kind, "reason": WHY, "chain": "", **who, **more}


# -- suggested -------------------------------------------------------------------------------------------


def test_a_second_account_is_suggested_in_the_work_list_and_at_the_case_without_any_name(team: Team) -> None:
    one, other = told(), told("Nowhere, Mária", day="2026-03-15")
    ids = kept(team.researcher, one, other, told("Carlos Elsewhere", day="2025-01-01"))
    browser = team.researcher.browser()
    assert 'href="/overlaps"' in browser.get("/cases")
    for page in (browser.get("/overlaps"), browser.get(f"/cases/{ids[0]}/overlaps")):
        assert "names that sound the same" in page
        assert "a day apart" in page
        assert "Nowhere" not in page
        assert "Carlos" not in page
    assert other.incident.ref in browser.get("/overlaps")
    assert f"/cases/{ids[0]}/overlaps" in browser.get(f"/cases/{ids[0]}")


def test_what_was_decided_is_suggested_no_more(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    browser = team.researcher.browser()
    assert "1 pair waits for a decision" in browser.get("/overlaps")
    browser.post(path(*ids), answer(one, other, "different"), status=303)
    assert "No two cases look like accounts of one incident" in browser.get("/overlaps")
    assert "No other case looks like an account" in browser.get(f"/cases/{ids[1]}/overlaps")


def test_who_saves_a_second_account_is_told_at_once(team: Team) -> None:
    browser = team.researcher.browser()
    quick: dict[str, object] = {
        "narrative": "Somebody was killed at the fictional Old Mill.",
        "date_start-kind": "day",
        "date_start-day": "14",
        "date_start-month": "3",
        "date_start-year": "2026",
        "country": "PH",
        "place_text": "Old Mill",
    }
    for _ in range(2):
        answered = browser.client.post("/cases/new/quick", data={"csrf_token": browser.token(), **quick})
        assert answered.status_code == 303
        page = browser.get(answered.headers["Location"])
    assert "1 other case may tell of the same incident" in page


def test_the_work_list_has_pages(team: Team) -> None:
    kept(team.researcher, *(told("Unidentified") for _ in range(8)))
    browser = team.researcher.browser()
    first, second = browser.get("/overlaps"), browser.get("/overlaps?page=2")
    assert first.count("/overlaps/") == PAGE_SIZE
    assert second.count("/overlaps/") == 28 - PAGE_SIZE
    assert browser.get("/overlaps?page=99").count("/overlaps/") == 28 - PAGE_SIZE


def test_a_case_can_be_named_by_its_reference(team: Team) -> None:
    one, other = told(), told("Carlos Elsewhere", day="2020-01-01")
    ids = kept(team.researcher, one, other)
    browser = team.researcher.browser()
    page = f"/cases/{ids[0]}/overlaps"
    response = browser.client.post(page, data={"csrf_token": browser.token(), "reference": other.incident.ref.lower()})
    assert response.headers["Location"] == path(*ids)
    assert "That is this case itself" in browser.post(page, {"reference": one.incident.ref}, status=422)
    assert "typing mistake" in browser.post(page, {"reference": "nonsense"}, status=422)
    unknown = told().incident.ref
    refused = browser.post(page, {"reference": unknown}, status=422)
    assert "None of your cases" in refused
    assert unknown in refused


# -- compared ----------------------------------------------------------------------------------------------


def test_both_are_shown_field_by_field_with_words_for_what_differs(team: Team) -> None:
    one, other = told(age_band="AGE_25_34"), told(age_band="AGE_35_49", day="2026-03-15")
    page = team.researcher.browser().get(path(*kept(team.researcher, one, other)))
    sections = {text(part[0]): str(part.get("class")) for part in parsed(page).iter("section") if len(part)}
    assert sections["When – different"] == "different"
    assert sections["What was done – the same"] == "same"
    assert sections["Persons and groups – different"] == "different"
    for name in ("Maria", "Nowhere Town", "Blue Bridge, "):
        assert name not in page


def test_names_of_both_open_with_a_reason_that_is_logged_for_each(team: Team) -> None:
    ids = kept(team.researcher, told(), told("Mária Nowhere"))
    browser = team.researcher.browser()
    assert "Maria" not in browser.post(path(*ids, "/identity"), {"ask-reason": "short"}, status=422)
    page = browser.post(path(*ids, "/identity"), {"ask-reason": WHY})
    assert "Maria Nowhere" in page
    assert "Mária Nowhere" in page
    opened = [one["incident_id"] for one in services.log_entries(keys(team.researcher)) if one["reason"] == WHY]
    assert sorted(opened) == sorted(ids)
    assert "Maria" not in browser.get(path(*ids))


# -- decided -----------------------------------------------------------------------------------------------


def test_one_incident_counts_once_everywhere_and_by_itself_again_when_taken_back(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other, *(told(f"Somebody {n}", day=f"2025-0{n}-01") for n in range(1, 7)))
    browser, analyst = team.researcher.browser(), team.analyst.browser()
    assert terms(analyst.get("/summaries"))["Cases"] == "8"
    browser.post(path(*ids[:2]), answer(one, other), status=303)
    after = terms(analyst.get("/summaries"))
    assert (after["Cases"], after["Persons"]) == ("7", "7")
    assert after["Killed: best (lowest to highest)"] == "7"
    documents_after = [now(team.researcher, case) for case in ids[:2]]
    assert [len(case.acts) for case in documents_after] == [1, 1]
    assert len({case.incident.counts_as for case in documents_after}) == 1
    assert "counts together with other accounts" in browser.get(f"/cases/{ids[0]}")
    browser.post(path(*ids[:2], "/undo"), status=303)
    assert terms(analyst.get("/summaries"))["Cases"] == "8"
    assert [now(team.researcher, case).overlaps for case in ids[:2]] == [[], []]


def test_a_release_counts_a_linked_group_once(team: Team) -> None:
    pairs = [(told(f"Somebody {n}"), told(f"Somebody {n}")) for n in range(3)]
    kept(team.researcher, *(case for two in pairs for case in two))
    held = keys(team.researcher).facts
    today = dt.datetime.now(tz=dt.UTC).date()
    assert releasable(frame([held]).rows, Series.CREDIBLE, today).height == 6
    browser = team.researcher.browser()
    for one, other in pairs:
        browser.post(path(one.incident.id, other.incident.id), answer(one, other), status=303)
    assert frame([held]).rows.height == 6
    assert releasable(frame([held]).rows, Series.CREDIBLE, today).height == 3


def test_names_survive_a_decision_that_was_made_without_opening_them(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    team.researcher.browser().post(path(*ids), answer(one, other), status=303)
    opened = services.open_identity(keys(team.researcher), ids[1], WHY).document
    assert opened.persons[0].name == "Maria Nowhere"
    assert opened.incident.place_text == "Blue Bridge, Nowhere Town"


def test_a_related_case_is_told_in_words_on_both_pages(team: Team) -> None:
    one, other = told(), told("Carlos Elsewhere", day="2026-04-01")
    ids = kept(team.researcher, one, other)
    browser = team.second_researcher.browser()
    browser.post(path(*ids), answer(one, other, "related", chain="CHN_REPR"), status=303)
    assert "This case: Is a reprisal for" in browser.get(f"/cases/{ids[0]}")
    assert "The other case: Is a reprisal for (this one)" in browser.get(f"/cases/{ids[1]}")
    assert now(team.researcher, ids[0]).incident.counts_as is None


def test_a_third_account_joins_the_group_and_all_three_count_once(team: Team) -> None:
    cases = [told(), told(), told()]
    ids = kept(team.researcher, *cases)
    browser = team.researcher.browser()
    browser.post(path(ids[0], ids[1]), answer(cases[0], cases[1]), status=303)
    browser.post(path(ids[2], ids[1]), answer(cases[2], cases[1], theirs="2"), status=303)
    after = [now(team.researcher, case) for case in ids]
    assert len({case.incident.counts_as for case in after}) == 1
    assert len({case.persons[0].counts_as for case in after}) == 1
    assert "No two cases" in browser.get("/overlaps")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": ""}, "Choose one of the three."),
        ({"kind": "merged"}, "Choose one of the three."),
        ({"reason": "short"}, "Write a reason of at least"),
        ({"chain": "CHN_DUP"}, "Choose an answer from the list."),
    ],
)
def test_a_refused_decision_keeps_what_was_typed(team: Team, changed: dict[str, str], message: str) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    page = team.researcher.browser().post(path(*ids), answer(one, other) | {"reason": WHY} | changed, status=422)
    assert message in page
    assert changed.get("reason", WHY) in page
    assert now(team.researcher, ids[0]).overlaps == []


def test_nobody_of_the_other_account_is_two_people_of_this_one(team: Team) -> None:
    people = [documents.person(), documents.person()]
    acts = [documents.act("LIF_EJK", whom) for whom in people]
    one = documents.document(persons=people, acts=acts, perpetrators=[], consents=[])
    other = told()
    ids = kept(team.researcher, one, other)
    twice = {f"person-{whom.id}": other.persons[0].id for whom in people}
    assert "Choose each one once" in team.researcher.browser().post(path(*ids), answer(one, other) | twice, status=422)


def test_somebody_who_is_not_in_the_other_account_cannot_be_chosen(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    odd = {f"person-{one.persons[0].id}": one.persons[0].id}
    team.researcher.browser().post(path(*ids), answer(one, other) | odd, status=422)
    assert now(team.researcher, ids[0]).incident.counts_as is None


def test_a_save_meanwhile_is_a_conflict_and_writes_nothing(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    services.update(keys(team.second_researcher), now(team.researcher, ids[1]), expected=1)
    page = team.researcher.browser().post(path(*ids), answer(one, other), status=409)
    assert "Somebody saved one of these cases meanwhile" in page
    assert WHY in page
    assert now(team.researcher, ids[0]).overlaps == []


def test_an_erased_case_leaves_a_harmless_link_that_says_so(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    browser = team.researcher.browser()
    browser.post(path(*ids), answer(one, other), status=303)
    erasure.erase_cases(keys(team.researcher), [ids[1]], WHY)
    browser.get(f"/cases/{ids[0]}")
    assert "a case that is gone" in browser.get(f"/cases/{ids[0]}/overlaps")
    assert "The other case is gone" in browser.get(path(*ids), status=410)
    assert terms(team.analyst.browser().get("/summaries"))["Cases"] == f"1 {INTERNAL}"
    browser.get("/overlaps")


def test_cases_of_others_and_no_pairs_are_not_found(world: World, team: Team) -> None:
    (mine,) = kept(team.researcher, told())
    stranger = world.team("Fictional Network of Strangers")
    (theirs,) = kept(stranger.researcher, told())
    browser = team.researcher.browser()
    for one, other in ((mine, theirs), (theirs, mine), (mine, mine), (mine, "0" * 32)):
        browser.get(path(one, other), status=404)
        browser.post(path(one, other), {"kind": "same", "reason": WHY}, status=404)
        browser.post(path(one, other, "/identity"), {"ask-reason": WHY}, status=404)
        browser.post(path(one, other, "/undo"), status=404)
    assert theirs not in browser.get("/overlaps")


def test_deciding_is_in_the_log_without_a_word_of_the_reason(team: Team) -> None:
    one, other = told(), told()
    ids = kept(team.researcher, one, other)
    browser = team.researcher.browser()
    browser.post(path(*ids), answer(one, other), status=303)
    log = browser.get("/audit")
    assert "Decided whether two cases are of one incident" in log
    assert WHY not in log
    assert dt.datetime.now(tz=dt.UTC).date() == now(team.researcher, ids[0]).overlaps[0].decided_on
