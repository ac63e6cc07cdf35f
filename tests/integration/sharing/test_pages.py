"""The pages of sharing: partners are compared, a case is proposed, confirmed, read and taken back."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, event

from incidents.accounts.models import Organisation, Role
from incidents.audit import reading
from incidents.audit.acts import Act
from incidents.consents import withdrawals
from incidents.database import writing
from incidents.extensions import db
from incidents.records import services as records
from incidents.sharing import partners
from incidents.sharing.models import SharedCase
from tests.factories import documents
from tests.factories.sharing import NARRATIVE, PURPOSE, befriend, name_of, opened, share, shareable

if TYPE_CHECKING:
    from tests.factories.world import Browser, Team, World

NUMBER = re.compile(r'name="comparison" value="([0-9a-f ]{39})"')


@pytest.fixture
def teams(world: World) -> tuple[Team, Team]:
    return world.team(), world.team()


def form(theirs: Team, *, days: int = 30, **fields: str) -> dict[str, object]:
    day = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=days)
    until = {"until-day": str(day.day), "until-month": str(day.month), "until-year": str(day.year)}
    return {"organisation": theirs.organisation_id, "purpose": PURPOSE, "part": "account", **until, **fields}


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page)).split())


def number_at(browser: Browser, partner_id: str) -> str:
    found = NUMBER.search(browser.get(f"/members/partners/{partner_id}"))
    assert found
    return found[1]


def kept(document_team: Team, theirs: Team) -> str:
    case = shareable(name_of(theirs))
    records.create(opened(document_team.researcher), [case])
    return case.incident.id


def test_both_sides_see_one_number_and_two_of_each_make_the_other_a_partner(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    first, second = ours.researcher.browser(), ours.second_researcher.browser()
    path = f"/members/partners/{theirs.organisation_id}"
    number = number_at(first, theirs.organisation_id)
    assert number == number_at(theirs.researcher.browser(), ours.organisation_id)
    first.post(path, {"comparison": number}, status=303)
    assert "a second member has to compare" in first.get("/members/partners")
    assert "You have compared." in first.get(path)
    second.post(path, {"comparison": number.upper()}, status=303)
    assert "You can share cases with them." in second.get(path)
    assert name_of(theirs) not in text(theirs.researcher.browser().get("/shared"))


def test_another_number_is_refused_and_nothing_is_noted(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    browser = ours.researcher.browser()
    for typed in ("", "0" * 32):
        page = browser.post(f"/members/partners/{theirs.organisation_id}", {"comparison": typed}, status=409)
        assert "Compare the number below once more." in page
    assert ours.researcher.membership().roster()[0].partners == {}


def test_a_case_is_proposed_confirmed_read_and_taken_back_on_pages(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    case = kept(ours, theirs)
    first, second, reader = (one.browser() for one in (ours.researcher, ours.second_researcher, theirs.researcher))
    first.post(f"/cases/{case}/share", form(theirs), status=303)
    assert "waits for a second member" in first.get(f"/cases/{case}")
    assert "Nobody shares a case" in reader.get("/shared")
    (given,) = re.findall(rf"/cases/{case}/share/([0-9a-f]{{32}})/confirm", second.get(f"/cases/{case}/share"))
    assert "A colleague has to confirm it." in first.post(f"/cases/{case}/share/{given}/confirm", status=409)
    second.post(f"/cases/{case}/share/{given}/confirm", status=303)
    assert PURPOSE in text(reader.get("/shared"))
    cover = reader.get(f"/shared/{given}")
    assert NARRATIVE not in text(cover)
    assert "Open names and contacts" not in cover
    page = text(reader.post(f"/shared/{given}/read"))
    assert NARRATIVE in page
    assert "Plainly Fictional" not in page.replace(NARRATIVE, "")
    reader.post(f"/shared/{given}/identity", {"reason": "a fictional reason, long enough"}, status=404)
    first.post(f"/cases/{case}/share/{given}/end", status=303)
    first.post(f"/cases/{case}/share/{given}/end", status=303)
    for method, path in (("get", ""), ("post", "/read"), ("post", "/identity")):
        fields = {"reason": "a fictional reason, long enough"}
        arguments = () if method == "get" else (fields,)
        getattr(reader, method)(f"/shared/{given}{path}", *arguments, status=404)


def test_names_that_are_shared_open_with_a_reason_that_is_in_the_log_of_who_reads(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    _, agreed = share(ours, theirs, with_identity=True)
    reader = theirs.researcher.browser()
    reader.post(f"/shared/{agreed.id}/identity", {"reason": ""}, status=422)
    page = reader.post(f"/shared/{agreed.id}/identity", {"reason": "a fictional reason, long enough"})
    assert "Plainly Fictional" in page
    keys = reading.keys_for(theirs.researcher.id, theirs.researcher.seed, theirs.organisation_id)
    (entry,) = reading.read(keys, act=Act.SHARED_IDENTITY_OPENED).lines
    assert entry.reason == "a fictional reason, long enough"
    assert reading.read(keys, act=Act.SHARED_CASE_OPENED).lines == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": ""}, "Fill this in."),
        ({"organisation": "0" * 32}, "Not a valid choice"),
        ({"until-day": "31", "until-month": "2"}, "Give a day, month and year in digits."),
        ({"until-year": "1999"}, "Choose a day that is to come"),
        ({"until-year": "9999"}, "Choose a day that is to come"),
        ({"until-day": "x"}, "Give a day, month and year in digits."),
        ({"until-day": "9" * 400}, "Give a day, month and year in digits."),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_is_still_there(
    teams: tuple[Team, Team], wrong: dict[str, str], said: str
) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    case = kept(ours, theirs)
    typed = form(theirs) | {"purpose": "a fictional purpose that is still there"} | wrong
    page = ours.researcher.browser().post(f"/cases/{case}/share", typed, status=422)
    assert said in text(page)
    for value in (typed["purpose"], typed["until-day"]):
        assert str(value) in page


def test_missing_consent_is_said_for_each_person_in_words(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    whom = documents.person(pseudonym="quiet-fiction")
    case = documents.about(whom, "POL_EXT")
    records.create(opened(ours.researcher), [case])
    page = text(ours.researcher.browser().post(f"/cases/{case.incident.id}/share", form(theirs), status=422))
    assert "No: nobody has asked" in page
    assert "quiet-fiction" in page
    assert PURPOSE in page


def test_what_all_organisations_state_is_asked_in_one_query(world: World, teams: tuple[Team, Team]) -> None:
    ours, _ = teams
    world.team()
    member = ours.researcher.membership()
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert len([one for one in partners.others(member) if one.number]) == 2
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in seen if "FROM statement" in one]) == 1


def test_who_is_no_partner_is_not_on_offer(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case = kept(ours, theirs)
    browser = ours.researcher.browser()
    assert "Members must compare a number" in browser.get(f"/cases/{case}/share")
    browser.post(f"/cases/{case}/share", form(theirs), status=422)


def test_it_is_shared_at_once_where_there_is_one_member(world: World, teams: tuple[Team, Team]) -> None:
    _, theirs = teams
    alone = world.person(Role.RESEARCHER, world.organisation("A Fictional Union of One"))
    one = alone.membership()
    number = partners.other(one, theirs.organisation_id).number
    assert number
    assert partners.compare(one, alone.seed, theirs.organisation_id, number)
    case = shareable(name_of(theirs))
    records.create(opened(alone), [case])
    alone.browser().post(f"/cases/{case.incident.id}/share", form(theirs), status=303)
    page = theirs.researcher.browser().get("/shared")
    assert "A Fictional Union of One" in page
    assert "not proven" in page


def test_a_case_of_an_organisation_that_nobody_compared_says_so_and_opens(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    _, agreed = share(ours, theirs)
    reader = theirs.researcher.browser()
    reader.post(f"/members/partners/{ours.organisation_id}/end", status=303)
    reader.post(f"/members/partners/{ours.organisation_id}/end", status=303)
    for page in (reader.get(f"/shared/{agreed.id}"), reader.post(f"/shared/{agreed.id}/read")):
        assert "Nobody has compared a number with this organisation" in page


def test_ending_a_partnership_ends_the_share_at_the_next_save(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    case, _ = share(ours, theirs)
    ours.researcher.browser().post(f"/members/partners/{theirs.organisation_id}/end", status=303)
    keys = opened(ours.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    records.update(keys, now.document, expected=now.revision)
    assert "Nobody shares a case" in theirs.researcher.browser().get("/shared")


def test_the_page_of_a_case_says_when_a_consent_has_closed_it_to_the_partner(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    case, _ = share(ours, theirs)
    browser, path = ours.researcher.browser(), f"/cases/{case.incident.id}"
    assert "closed by itself" not in browser.get(path)
    with writing(db.session):
        withdrawals.add(withdrawals.hexadecimal(case.persons[0].cell_key), ["CP_PART"])
    assert "closed by itself" in browser.get(path)
    keys = opened(ours.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    records.update(keys, now.document, expected=now.revision)
    for page in (browser.get(path), browser.get(f"{path}/share")):
        assert "closed by itself" in page


def test_the_network_of_an_organisation_is_shown_and_changed_by_an_administrator(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    administrator = ours.administrator.browser()
    administrator.post(f"/organisations/{ours.organisation_id}/network", {"network": "NET_ANPUD"}, status=303)
    administrator.post(f"/organisations/{ours.organisation_id}/network", {"network": "NET_X"}, status=422)
    administrator.post(f"/organisations/{'0' * 32}/network", {"network": ""}, status=404)
    assert "Asian Network" in text(administrator.get("/organisations"))
    assert "Asian Network" in text(ours.researcher.browser().get("/members"))
    assert "Asian Network" in text(theirs.researcher.browser().get("/members/partners"))


def test_those_of_ones_network_and_the_global_office_come_first(world: World, teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    near, office = world.organisation("Z Fictional Neighbours"), world.organisation("Z Fictional Office")
    with writing(db.session):
        for organisation_id, network in (
            (ours.organisation_id, "NET_ANPUD"),
            (theirs.organisation_id, "NET_LANPUD"),
            (near.id, "NET_ANPUD"),
        ):
            db.session.get_one(Organisation, organisation_id).network = network
    browser = ours.researcher.browser()
    for path in ("/members/partners", "/members/trust"):
        page = text(browser.get(path))
        assert page.index(near.name) < page.index(office.name) < page.index(name_of(theirs)), path


def test_a_row_that_is_gone_is_answered_as_one_that_never_was(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    befriend(ours, theirs)
    _, agreed = share(ours, theirs)
    with writing(db.session):
        db.session.execute(delete(SharedCase))
    theirs.researcher.browser().get(f"/shared/{agreed.id}", status=404)
    ours.researcher.browser().get(f"/shared/{agreed.id}", status=404)
