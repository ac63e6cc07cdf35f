"""The policy is data: thresholds, what may be crossed, and what a refusal says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from incidents.disclosure.policy import BUNDLED
from incidents.disclosure.services import Policy, Reason, Refused, protect
from incidents.records.derivation import DELAY_FOR_THE_LIVING
from tests.unit.disclosure.factories import POLICY, series, side, square, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("names", "scope", "threshold"),
    [
        (("month", "country"), {}, 5),
        (("month", "gender"), {}, 5),
        (("gender", "age"), {}, 10),
        (("gender", "unit"), {}, 10),
        (("month", "gender"), {"age": ("AGE_AD",)}, 10),
        (("month", "country"), {"age": ("AGE_12_14",)}, 10),
        (("month", "key_population"), {}, 10),
        (("month", "country"), {"key_population": ("KP_SW",)}, 10),
        (("month", "country"), {"violation": ("GBV_RAPE",)}, 5),
        (("month", "area"), {"violation": ("GBV_RAPE",)}, 10),
        (("month", "area"), {"violation_group": ("REP",)}, 10),
        (("month", "area"), {"violation_group": ("LIF",)}, 5),
    ],
)
def test_the_strictest_rule_that_touches_a_table_sets_its_threshold(
    names: tuple[str, str], scope: dict[str, tuple[str, ...]], threshold: int
) -> None:
    assert POLICY.threshold(square([[1, 2], [3, 4]], names, scope=scope)) == threshold


@pytest.mark.parametrize("code", ["AGE_0_11", "AGE_12_14", "AGE_15_17", "AGE_CH"])
def test_a_table_that_shows_children_is_strict(code: str) -> None:
    assert POLICY.threshold(table([side("age", [code, "AGE_AD"])], [1, 1])) == 10
    assert POLICY.threshold(table([side("age", ["AGE_25_34", "AGE_AD"])], [1, 1])) == 5


@pytest.mark.parametrize("code", ["GBV", "GBV_RAPE", "REP_ABO"])
def test_a_table_that_shows_sexual_violence_by_area_is_strict(code: str) -> None:
    sides = [side("violation", [code, "LIF_EJK"]), side("area", ["XX-1", "XX-2"])]
    assert POLICY.threshold(table(sides, [1, 1, 1, 1])) == 10


def refusal(question: object, policy: Policy = POLICY) -> Refused:
    with pytest.raises(Refused) as caught:
        protect(question, policy)  # type: ignore[arg-type]
    return caught.value


def test_five_dimensions_are_refused_before_anything_is_counted() -> None:
    names = ["month", "country", "gender", "age", "violation"]
    question = table([side(name, ["x", "y"]) for name in names], [9] * 32)
    assert refusal(question).reason is Reason.TOO_MANY_DIMENSIONS


def test_four_dimensions_are_protected() -> None:
    names = ["month", "network", "verification", "perpetrator_group"]
    four = table([side(name, ["x", "y"]) for name in names], [90] * 15 + [3])
    assert protect(four, replace(POLICY, group_attributes=frozenset())).hidden


def test_a_table_of_too_many_cells_is_refused() -> None:
    assert refusal(series(*[30] * 20), replace(POLICY, max_cells=20)).reason is Reason.TOO_MANY_CELLS
    assert protect(series(*[30] * 20), replace(POLICY, max_cells=21)).hidden == ()


def test_what_is_not_listed_cannot_be_crossed() -> None:
    assert refusal(series(30, 40, name="person")).reason is Reason.NOT_A_DIMENSION


def test_areas_below_country_need_a_permission() -> None:
    question = series(30, 40, name="area")
    assert refusal(question).reason is Reason.BELOW_COUNTRY
    assert protect(question, replace(POLICY, below_country_permitted=True)).hidden == ()
    assert refusal(series(30, 40, scope={"area": ("XX-1",)})).reason is Reason.BELOW_COUNTRY


@pytest.mark.parametrize("counts", [(0, 0, 0), (1, 0, 0), (2, 2, 0), (1, 1, 1)])
def test_none_and_too_few_are_refused_in_the_same_words(counts: tuple[int, ...]) -> None:
    answer, nothing = refusal(series(*counts)), refusal(series(0, 0, 0))
    assert answer.reason is nothing.reason is Reason.TOO_FEW
    assert str(answer) == str(nothing)


def test_a_table_of_which_only_the_total_would_be_left_is_refused_in_those_words_too() -> None:
    assert str(refusal(series(3, 4, 3))) == str(refusal(series(0, 0, 0)))


def test_refusals_hold_no_number() -> None:
    assert not [reason for reason in Reason if any(letter.isdigit() for letter in str(Refused(reason)))]


def test_living_persons_wait_as_long_as_the_policy_says_and_facts_are_marked_so() -> None:
    assert timedelta(days=POLICY.delay_days) == DELAY_FOR_THE_LIVING


def test_cells_are_counted_after_small_countries_were_joined() -> None:
    """Forty countries without anybody are one row, and no reason to refuse."""
    countries = side("country", [f"c{index}" for index in range(42)])
    months = side("month", ["m1", "m2"])
    question = table([countries, months], [30, 40, 50, 60, *[0] * 80])
    assert protect(question, replace(POLICY, max_cells=9)).dimensions[0].codes == ("c1", "_O")
    assert refusal(question, replace(POLICY, max_cells=8)).reason is Reason.TOO_MANY_CELLS


def test_another_file_makes_another_policy(tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text(
        BUNDLED.read_text(encoding="utf-8").replace("usual = 5", "usual = 8").replace(POLICY.version, "own-1")
    )
    policy = Policy.load(own)
    assert (policy.usual, policy.version) == (8, "own-1")
    protected = protect(series(7, 70, 30), policy)
    assert ("m0",) in protected.hidden
    assert protected.policy_version == "own-1"


def test_a_policy_without_a_rule_does_not_load(tmp_path: Path) -> None:
    own = tmp_path / "policy.toml"
    own.write_text(BUNDLED.read_text(encoding="utf-8").replace("strict = 10", ""))
    with pytest.raises(KeyError):
        Policy.load(own)
