"""Impunity on the dashboard: from what a researcher records as a step to a figure that an analyst reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from incidents.records.schema import Intervention
from tests.factories.documents import about, incident, perpetrator, person
from tests.integration.summaries.reading import parsed, text
from tests.integration.summaries.test_dashboard import INTERNAL, save

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def told(*steps: Intervention, country: str = "PH", **fields: Any) -> CaseDocument:
    where = incident(country=country, adm1=None)
    return about(person(), "POL_EXT", incident=where, interventions=list(steps), **fields)


def lines(page: str) -> dict[str, str]:
    table = next(one for one in parsed(page).iter("table") if text(one[0]) == "What came of asking, persons by country")
    body = table.find("tbody")
    assert body is not None
    return {text(row[0]): " ".join(text(cell) for cell in row[1:]).replace(INTERNAL, "*") for row in body}


def test_steps_and_answers_of_cases_are_a_figure_by_country(team: Team) -> None:
    asked = Intervention(type="INT_POLC")
    save(
        team.researcher,
        *(told(asked) for _ in range(6)),
        told(Intervention(type="INT_SPAL", response="RSP_DEN")),
        told(Intervention(type="INT_SPAL", response="RSP_ACT")),
        told(Intervention(type="INT_MED"), country="KE"),
        told(asked, country="TH"),
    )
    assert lines(team.analyst.browser().get("/summaries")) == {
        "All countries": "10 9 2 * 1 * 0",
        "Philippines": "8 8 2 * 1 * 0",
        "Thailand": "1 * 1 * 0 0 0",
    }


def test_proceedings_count_without_anybody_having_asked(team: Team) -> None:
    document = told()
    document = document.model_copy(update={"perpetrators": [perpetrator(*document.acts, accountability="PST_CON")]})
    save(team.researcher, document)
    assert lines(team.analyst.browser().get("/summaries/countries"))["Philippines"] == "1 * 0 0 0 1 *"


def test_without_a_step_the_page_says_so(team: Team) -> None:
    save(team.researcher, told())
    assert "For none of the persons counted an authority was asked" in team.analyst.browser().get("/summaries")


def test_who_takes_consent_back_is_in_no_step(team: Team) -> None:
    save(team.researcher, told(Intervention(type="INT_POLC"), consents=[]))
    assert "No case is counted yet" in team.analyst.browser().get("/summaries")
