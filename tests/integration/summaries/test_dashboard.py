"""What an analyst sees, from what a researcher saves; each on both databases."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from incidents.database import writing
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.records import services as records
from incidents.records.keys import keys_of
from incidents.summaries import words
from incidents.summaries.forms import VOCABULARIES
from tests.factories.documents import about, act, consent, document, incident, person, quick_record, source
from tests.integration.summaries.reading import figures, held, links, parsed, rows, terms, text

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Browser, Person, Team, World

INTERNAL = "internal, do not publish"
FIGURES = {"by-month", "killed", "by-violation", "by-perpetrator", "by-age", "by-verification", "by-country"}


def save(researcher: Person, *documents: CaseDocument) -> None:
    keys = keys_of(researcher.id, researcher.organisation_id, researcher.seed)
    records.create(keys, documents)


def killing(country: str = "PH", month: str = "2016-09", violation: str = "LIF_EJK", **fields: object) -> CaseDocument:
    """A killing by police that one direct source tells of; the family agreed that it is counted."""
    whom = person(**fields)
    when_and_where = incident(country=country, date_start=month, adm1=None)
    return about(whom, violation, incident=when_and_where, consents=[consent(whom, given_by="CB_NOK")])


@pytest.fixture
def team(world: World) -> Team:
    return world.team("Fictional Network of the North")


@pytest.fixture
def browser(team: Team) -> Browser:
    return team.analyst.browser()


# -- what is counted -----------------------------------------------------------------------------------


def test_a_case_saved_is_on_the_next_dashboard(team: Team, browser: Browser) -> None:
    assert "No case is counted yet" in browser.get("/summaries")
    save(team.researcher, killing())
    page = browser.get("/summaries")
    assert terms(page)["Cases"] == f"1 {INTERNAL}"
    save(team.researcher, *(killing() for _ in range(5)))
    page = browser.get("/summaries")
    assert terms(page) == {
        "Cases": "6",
        "Persons": "6",
        "Acts": "6",
        "Killed: best (lowest to highest)": "6",
    }
    assert "Most documented killings: 2016-09" in text(parsed(page))


def test_a_case_edited_counts_as_it_now_is(team: Team, browser: Browser) -> None:
    whole = killing(country="PH")
    save(team.researcher, whole)
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    moved = whole.model_copy(update={"incident": whole.incident.model_copy(update={"country": "BR"})})
    records.update(keys, moved, expected=1, identity_opened=True)
    assert list(rows(figures(browser.get("/summaries"))["by-country"])) == ["Brazil"]


def test_a_person_who_withdraws_is_gone_from_the_next_dashboard(team: Team, browser: Browser) -> None:
    leaves, stays = killing(), killing(month="2016-10")
    save(team.researcher, leaves, stays)
    assert terms(browser.get("/summaries"))["Persons"] == f"2 {INTERNAL}"
    with writing(db.session):
        db.session.add(Withdrawal(person=f"{leaves.persons[0].cell_key:016x}", purpose="CP_STAT"))
    page = browser.get("/summaries")
    assert terms(page)["Persons"] == f"1 {INTERNAL}"
    assert set(rows(figures(page)["by-month"])) == {"2016-10"}


def test_small_cells_are_marked_and_others_are_not(team: Team, browser: Browser) -> None:
    save(team.researcher, *(killing(gender="GEN_M") for _ in range(5)), killing("BR", gender="GEN_W"))
    page = browser.get("/summaries")
    countries = rows(figures(page)["by-country"])
    assert countries["Philippines"] == ["5", "5", "5", "5"]
    assert countries["Brazil"] == [f"1 {INTERNAL}"] * 4
    crossed = rows(figures(page)["by-perpetrator"])
    assert crossed["Man or boy"][0] == "5"
    assert crossed["Woman or girl"][0] == f"1 {INTERNAL}"
    assert crossed["Woman or girl"][1] == "0"


def test_contested_cases_stand_apart_and_are_in_no_sum(team: Team, browser: Browser) -> None:
    contested = killing()
    contested = contested.model_copy(
        update={"incident": contested.incident.model_copy(update={"conflict_on_core_fact": True})}
    )
    save(team.researcher, contested, *(killing() for _ in range(6)))
    page = browser.get("/summaries")
    assert terms(page)["Cases"] == "6"
    notice = next(one for one in parsed(page).iter("section") if one.get("aria-label") == "Contested cases stand apart")
    assert f"Cases 1 {INTERNAL}" in text(notice)
    assert rows(figures(page)["by-verification"]).keys() == {"Credible"}
    assert "?verification=VS_C" in links(page)
    alone = browser.get("/summaries?verification=VS_C")
    assert terms(alone)["Cases"] == f"1 {INTERNAL}"
    assert rows(figures(alone)["by-verification"]).keys() == {"Contested"}


def test_another_organisations_facts_are_absent_without_a_grant(world: World, team: Team, browser: Browser) -> None:
    other = world.team("Fictional Network of the South")
    save(other.researcher, *(killing("BR") for _ in range(7)))
    save(team.researcher, *(killing("PH") for _ in range(6)))
    page = browser.get("/summaries")
    assert terms(page)["Cases"] == "6"
    assert "Fictional Network of the North" in page
    assert "Fictional Network of the South" not in page
    assert "Brazil" not in text(figures(page)["by-country"])
    world.admit(other.researcher, team.analyst)
    page = browser.get("/summaries")
    assert terms(page)["Cases"] == "13"
    assert "Counted from the facts of 2 organisations" in text(parsed(page))


def test_cases_held_back_are_counted_by_reason_in_words(team: Team, browser: Browser) -> None:
    whom, other = person(), person()
    save(
        team.researcher,
        quick_record(),
        document(consents=[]),
        document(consents=[]),
        document(sources=[source(independence="IND_DER")]),
        document(
            persons=[whom, other],
            acts=[act("POL_EXT", whom), act("POL_EXT", other)],
            perpetrators=[],
            consents=[consent(whom)],
        ),
    )
    found = held(browser.get("/summaries"))
    assert found["Not finished"] == f"1 {INTERNAL}"
    assert found["No consent for statistics"] == f"2 {INTERNAL}"
    assert found["Counted in part"] == f"1 {INTERNAL}"
    assert found["Not checked, or not counted after a check"] == f"1 {INTERNAL}"


def test_every_reason_that_records_can_give_has_words() -> None:
    from incidents.records.derivation import Held  # noqa: PLC0415 - pages of counts must never import records

    assert {reason.value for reason in Held} == set(words.HELD)


def test_a_reason_of_a_newer_version_has_words_too() -> None:
    assert str(words.reason("something_new").label) == "Another reason"


# -- filters -------------------------------------------------------------------------------------------


def test_filters_combine_and_sit_in_the_address(team: Team, browser: Browser) -> None:
    save(
        team.researcher,
        *(killing("PH", "2016-09", gender="GEN_M") for _ in range(6)),
        *(killing("PH", "2016-09", gender="GEN_W") for _ in range(7)),
        *(killing("PH", "2017-09", gender="GEN_M") for _ in range(8)),
        *(killing("BR", "2016-09", gender="GEN_M") for _ in range(9)),
        *(about(person(gender="GEN_M"), "POL_EXT", incident=incident(date_start="2016-09")) for _ in range(10)),
    )
    one = "/summaries?from=2016-09&to=2016-12&country=PH&violation=LIF&gender=GEN_M&perpetrator=ST"
    assert terms(browser.get("/summaries"))["Cases"] == "40"
    page = browser.get(one)
    assert terms(page)["Cases"] == "6"
    # what was asked for stands in the form, and links that look closer keep it
    chosen = {str(box.get("value")) for box in parsed(page).iter("option") if box.get("selected") is not None}
    assert {"PH", "LIF", "GEN_M", "ST"} <= chosen
    deeper = next(link for link in links(page) if "violation=LIF_EJK" in link)
    for part in ("from=2016-09", "to=2016-12", "country=PH", "gender=GEN_M", "perpetrator=ST"):
        assert part in deeper
    assert terms(browser.get(f"/summaries{deeper}"))["Cases"] == "6"


@pytest.mark.parametrize(
    ("address", "cases"),
    [
        ("network=NET_ANPUD", "6"),
        ("network=NET_LANPUD", "5"),
        ("age=AGE_65", "5"),
        ("verification=VS_2", "11"),
        ("series=credible", "11"),
        ("perpetrator=ST_POL", "11"),
        ("open_source=no", "11"),
        ("to=2016-09", "6"),
        ("from=2016-10", "5"),
    ],
)
def test_each_filter_takes_its_part(team: Team, browser: Browser, address: str, cases: str) -> None:
    save(
        team.researcher,
        *(killing("PH", "2016-09", age_band="AGE_18_24") for _ in range(6)),
        *(killing("BR", "2016-10", age_band="AGE_65") for _ in range(5)),
    )
    assert terms(browser.get(f"/summaries?{address}"))["Cases"] == cases


@pytest.mark.parametrize("address", ["series=corroborated", "open_source=yes", "gender=GEN_NB", "violation=GBV"])
def test_filters_that_nothing_fits_say_so_and_offer_a_way_out(team: Team, browser: Browser, address: str) -> None:
    save(team.researcher, killing())
    page = browser.get(f"/summaries?{address}")
    assert "No counted case fits these filters." in page
    assert "/summaries" in links(page)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("from=September", "Give a month as year and month"),
        ("to=2016-13", "Give a month as year and month"),
        ("from=2017-01&to=2016-12", "The period ends before it begins"),
        *((f"{name}=NO_SUCH", "names a code that Tala does not know") for name in VOCABULARIES),
        ("country=NET_ANPUD", "names a code that Tala does not know"),
        ("network=PH", "names a code that Tala does not know"),
        ("series=best", "names a choice that does not exist"),
        ("measure=money", "names a choice that does not exist"),
        ("open_source=perhaps", "names a choice that does not exist"),
    ],
)
def test_an_address_that_cannot_be_read_says_what_to_do(browser: Browser, address: str, message: str) -> None:
    page = browser.get(f"/summaries?{address}", status=422)
    assert message in page
    assert "NO_SUCH" not in page
    assert not figures(page)


def test_a_violation_can_be_followed_down_the_tree_and_back_up(team: Team, browser: Browser) -> None:
    save(team.researcher, *(killing(violation=code) for code in ("LIF_EJK_OP", "LIF_EJK", "LIF_NSA", "POL_EXT")))
    assert "?violation=LIF" in links(browser.get("/summaries"))
    group = browser.get("/summaries?violation=LIF")
    assert set(rows(figures(group)["by-violation"])) == {
        "Extrajudicial or summary killing",
        "Killing by a non-State actor",
    }
    assert "?violation=LIF_EJK" in links(group)
    node = browser.get("/summaries?violation=LIF_EJK")
    assert "Extrajudicial or summary killing: not specified further" in rows(figures(node)["by-violation"])
    assert {"?", "?violation=LIF"} <= set(links(node))


@pytest.mark.parametrize("measure", list(words.MEASURES))
def test_figures_draw_the_measure_that_is_asked_for(team: Team, browser: Browser, measure: str) -> None:
    save(team.researcher, killing())
    page = browser.get(f"/summaries?measure={measure}")
    figure = text(figures(page)["by-violation"])
    assert str(words.MEASURES[measure].label) in figure
    assert str(words.MEASURES[measure].definition) in figure


# -- figures -------------------------------------------------------------------------------------------


def test_every_figure_has_its_table_its_definition_and_says_what_it_is_not(team: Team, browser: Browser) -> None:
    save(team.researcher, killing())
    found = figures(browser.get("/summaries"))
    assert set(found) == FIGURES
    for name, figure in found.items():
        assert rows(figure), name
        assert "Documented cases, not prevalence." in text(figure), name
        assert any(str(measure.definition) in text(figure) for measure in words.MEASURES.values()), name


def test_a_long_time_is_shown_by_year_and_each_year_leads_to_its_months(team: Team, browser: Browser) -> None:
    save(team.researcher, killing(month="2012-03"), killing(month="2016-09"))
    page = browser.get("/summaries")
    assert set(rows(figures(page)["by-year"])) == {"2012", "2016"}
    (year,) = [link for link in links(page) if "from=2016-01" in link]
    months = rows(figures(browser.get(f"/summaries{year}"))["by-month"])
    assert len(months) == 12
    assert months["2016-08"] == ["0", "0", "0"]
    assert months["2016-09"][0].startswith("1")


def test_a_case_without_a_month_has_a_row_of_its_own(team: Team, browser: Browser) -> None:
    save(team.researcher, killing(month="2016"), killing(month="2016-09"))
    assert "Not known" in rows(figures(browser.get("/summaries"))["by-month"])


def test_countries_beyond_the_first_stand_on_a_page_of_their_own(team: Team, browser: Browser) -> None:
    listed = ["PH", "BR", "KE", "FR", "ID", "MX", "ZA", "NP", "UA", "GB", "IT", "ES"]
    save(team.researcher, *(killing(country) for country in listed))
    page = browser.get("/summaries?violation=LIF")
    assert len(rows(figures(page)["by-country"])) == 8
    (all_of_them,) = [link for link in links(page) if link.startswith("/summaries/countries")]
    assert "violation=LIF" in all_of_them
    whole = browser.get(all_of_them)
    table = next(parsed(whole).iter("table"))
    assert len(list(table[2])) == len(listed)
    assert "Documented cases, not prevalence." in whole


def test_a_country_whose_code_is_na_is_not_taken_for_nothing(team: Team, browser: Browser) -> None:
    save(team.researcher, killing("NA"))
    assert list(rows(figures(browser.get("/summaries?country=NA"))["by-country"])) == ["Namibia"]


# -- who may look --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/summaries", "/summaries/countries"])
def test_researchers_analysts_and_advocates_may_look_and_nobody_else(team: Team, path: str) -> None:
    for someone in (team.researcher, team.analyst, team.advocate):
        someone.browser().get(path)
    team.administrator.browser().get(path, status=403)


@pytest.mark.parametrize("path", ["/summaries", "/summaries/countries"])
def test_nobody_looks_without_a_log_in(world: World, path: str) -> None:
    assert world.app.test_client().get(path).status_code == 401


@pytest.mark.parametrize("path", ["/summaries", "/summaries/countries"])
def test_who_was_granted_nothing_is_told_what_to_do(world: World, path: str) -> None:
    from incidents.accounts.models import Role  # noqa: PLC0415

    organisation = world.organisation()
    world.person(Role.RESEARCHER, organisation)
    waiting = world.person(Role.ANALYST, organisation).browser()
    page = waiting.get(path)
    assert "No facts were granted to you yet" in page
    assert not figures(page)


def test_the_page_is_light_and_says_nothing_to_caches_or_scripts(team: Team, browser: Browser) -> None:
    months = [f"20{year}-{month:02d}" for year in (15, 16) for month in range(1, 13)]
    countries = ["PH", "BR", "KE", "FR", "ID", "MX", "ZA", "NP", "UA", "GB", "IT", "ES"]
    save(
        team.researcher,
        *(killing(countries[place % len(countries)], month) for place, month in enumerate(months * 2)),
        *(
            about(person(gender=gender), code)
            for gender in ("GEN_M", "GEN_NB")
            for code in ("TOR_TORT", "GBV_RAPE", "HLT")
        ),
    )
    page = browser.get("/summaries?from=2015-01&to=2016-12").encode()
    assert len(page) <= 60_000
    assert len(gzip.compress(page)) <= 15_000
    assert b"<script" not in page
    assert b" style=" not in page


def test_no_number_of_the_page_is_logged(team: Team, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    save(team.researcher, *(killing() for _ in range(6)))
    with caplog.at_level("INFO"):
        browser.get("/summaries?country=PH&from=2016-09")
    for record in caplog.records:
        assert "PH" not in json.dumps(record.getMessage())
        assert "2016-09" not in record.getMessage()
