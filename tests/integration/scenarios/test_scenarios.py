"""Twelve cases from intake to a published number: acts, rights, verification, consent, facts, and the release."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from markupsafe import escape

from incidents.codebook.services import codebook
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records import rules
from tests.factories.facts import facts, keep
from tests.integration.intake.steps import Walk
from tests.integration.scenarios.cases import ALL
from tests.integration.scenarios.telling import agreed

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World
    from tests.integration.scenarios.telling import Entry, Scenario

QUESTION = {"since": "2026-01", "until": "2026-06", "place": "WORLD", "series": "credible", "by": "violation_group"}
SHOWN = re.compile(r'name="shown" value="([0-9a-f]{64})"')
#: Enough others in every group, so that one person more is safe to publish.
OTHERS = 25


@pytest.fixture
def team(world: World) -> Team:
    """An organisation that has documented others in each group of violations."""
    team = world.team()
    keep(team.researcher, *(facts(OTHERS, violation=group) for group in sorted({one.group for one in ALL})))
    return team


def record(walk: Walk, told: Scenario, *, asked: bool) -> tuple[str, dict[str, str]]:
    """Tell the case at the form and save it as finished; its id, and the ids of entries by their names."""
    walk.begin()
    for step, answers in told.incident.items():
        walk.fill(step, answers)
    ids = {name: walk.add("people", entry.answers) for name, entry in told.people.items()}
    for name, entry in told.acts.items():
        ids[name] = walk.add("acts", _with_ids(entry, ids))
        walk.fill("details", entry.more, ids[name])
    for answers in told.perpetrators:
        named = {key: value for key, value in answers.items() if key != "acts"}
        walk.add("perpetrators", named | {"act_ids": [ids[name] for name in answers["acts"]]})
    for answers in told.sources:
        walk.add("sources", answers)
    if asked:
        for name, answers in told.consent.items():
            walk.fill("consent", answers, ids[name])
    return walk.save("complete"), ids


def _with_ids(entry: Entry, ids: dict[str, str]) -> dict[str, object]:
    return {("person_id" if key == "whom" else key): ids.get(value, value) for key, value in entry.answers.items()}


def counted(team: Team) -> pl.DataFrame:
    """The facts as the analyst's keys open them, without those of others."""
    rows = frame(facts_keys(team.analyst.id, team.analyst.seed)).rows
    return rows.filter(pl.col("violation") != pl.col("violation_group"))


def offered(team: Team, group: str, series: str) -> int:
    """The same number as the advocate is shown before anything is released."""
    answer = team.advocate.browser().client.get("/releases/new", query_string=QUESTION | {"series": series})
    label = re.escape(str(escape(codebook().vocabulary("violation_types")[group].label)))
    found = re.search(rf'<th scope="row">\s*{label}</th><td[^>]*><bdi>(\d+)', answer.get_data(as_text=True))
    assert found, answer.status_code
    return int(found[1])


def published(team: Team, group: str, series: str) -> int:
    """The number of persons that an advocate's release shows for a group of violations."""
    browser = team.advocate.browser()
    question = QUESTION | {"series": series}
    answer = browser.client.get("/releases/new", query_string=question)
    found = SHOWN.search(answer.get_data(as_text=True))
    assert found, answer.status_code
    sent = browser.client.post(
        "/releases/new", data={"csrf_token": browser.token(), **question, "by2": "", "by3": "", "shown": found[1]}
    )
    assert sent.status_code == 303
    content = browser.client.get(f"{sent.location}/files/csv").get_data(as_text=True)
    rows = list(csv.DictReader(line for line in io.StringIO(content.lstrip("\ufeff")) if not line.startswith("#")))
    return next(int(row["persons"]) for row in rows if row["violation_group_code"] == group)


def check_what_follows(told: Scenario, document: CaseDocument, ids: dict[str, str]) -> None:
    """Acts, rights, primary acts, verification and core types are those that the codebook asks for."""
    acts = {act.id: act for act in document.acts}
    assert [act.violation for act in document.acts] == [one.answers["violation"] for one in told.acts.values()]
    assert {name: rules.rights(acts[ids[name]]) for name in told.rights} == dict(told.rights)
    assert rules.primary_acts(document) == {ids[whom]: ids[name] for whom, name in told.primary.items()}
    assert rules.verification(document) == rules.verification_floor(document) == told.verification
    classified = {name: rules.gbv_core_type_of(acts[ids[name]]) for name in told.acts}
    assert {name: kind for name, kind in classified.items() if kind} == dict(told.gbv)


def check_facts(told: Scenario, rows: pl.DataFrame) -> None:
    """One row for each act, with the actor, the deaths and the one act that counts."""
    assert sorted(rows["violation"]) == sorted(one.answers["violation"] for one in told.acts.values())
    assert set(rows["perpetrator"]) == {told.perpetrator}
    assert rows["killed_best"].sum() == told.killed
    assert set(rows["verification"]) == {told.verification}
    primary = rows.filter(pl.col("primary"))
    assert primary["violation_group"].to_list() == [told.group] * len(told.people)
    assert set(rows["area"]) == {None}


@pytest.mark.parametrize("told", ALL, ids=[one.name for one in ALL])
def test_a_case_from_intake_to_a_published_number(team: Team, told: Scenario) -> None:
    walk = Walk(team.researcher)
    case, ids = record(walk, told, asked=False)
    check_what_follows(told, walk.saved(case), ids)
    series = "credible"
    leaves = told.verification in ("VS_2", "VS_3")
    if not told.public:
        assert counted(team).is_empty(), "not asked means no"
        # Not released: beside it, the release below would tell of the one person who agreed since.
        assert offered(team, told.group, series) == OTHERS
        edited = Walk(team.researcher).edit(case)
        for name, answers in told.consent.items():
            edited.fill("consent", answers, ids[name])
        assert edited.save("complete") == case
    check_facts(told, counted(team))
    assert published(team, told.group, series) == OTHERS + (len(told.people) if leaves else 0)


def test_what_was_agreed_by_the_wrong_person_lets_nobody_be_counted(team: Team) -> None:
    """Next of kin cannot answer for the living, nor the dead for themselves after the fact."""
    walk = Walk(team.researcher)
    for told, wrong in ((ALL[0], "CB_SELF"), (ALL[1], "CB_NOK")):
        _case, _ids = record(walk, _with_basis(told, wrong), asked=True)
        assert counted(team).is_empty()


def _with_basis(told: Scenario, basis: str) -> Scenario:
    return replace(told, consent={name: agreed(given_by=basis) for name in told.consent})
