"""The door of microdata: whatever the rows, what comes out keeps to the policy, or nothing comes out."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from incidents.disclosure import lattice
from incidents.disclosure.microdata import AnonymisedRows, Shown, anonymise
from incidents.disclosure.microdata_policy import Audience, NoRows, RowsPolicy, RowsQuestion, RowsRefused
from tests.factories.rows import person_columns, person_rows
from tests.unit.disclosure.factories import side

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

POLICY = RowsPolicy.load()
#: Small tables cannot have classes of 33: the limit on risk has tests of its own.
SMALL = replace(POLICY, partner=2, public=3, global_risk=1.0, starred=1.0)
AREA = side("area", ["n", "n1", "n2", "s", "s1", "s2"], {"n1": "n", "n2": "n", "s1": "s", "s2": "s"})
AGE = side("age", ["AGE_CH", "AGE_AD"])
GENDER = side("gender", ["W", "M", "N"])
COLUMNS = person_columns()
FULL = ("area", "violation", "perpetrator", "year", "gender", "age")


def question(*columns: Any, **more: Any) -> RowsQuestion:
    return RowsQuestion(columns=columns, below_country_permitted=True, **more)


def of_generator(**more: Any) -> RowsQuestion:
    return question(*(COLUMNS[name] for name in FULL), sensitive=("outcome",), **more)


def frame(rows: Sequence[str], *names: str) -> pl.DataFrame:
    return pl.DataFrame([row.split() for row in rows], schema=dict.fromkeys(names, pl.String), orient="row")


def texts(made: AnonymisedRows) -> list[str]:
    return [" ".join(row) for row in made.frame.iter_rows()]


def refusal(rows: pl.DataFrame, asked: RowsQuestion, policy: RowsPolicy = SMALL) -> NoRows:
    with pytest.raises(RowsRefused) as refused:
        anonymise(rows, asked, policy)
    return refused.value.reason


def by_class(made: AnonymisedRows, columns: Sequence[str], sensitive: Sequence[str]) -> Mapping[Any, list[Any]]:
    """The rows a reader cannot tell apart, with their sensitive values: counted without the engine."""
    found = defaultdict(list)
    for row in made.frame.iter_rows(named=True):
        key = tuple(row[name] for name in columns if name in made.frame.columns)
        found[key].append(tuple(row[name] for name in sensitive))
    return found


# Worked by hand


def test_rows_that_look_alike_go_out_as_they_are() -> None:
    rows = frame(["n1 W", "n1 W", "s1 M", "s1 M"], "area", "gender")
    made = anonymise(rows, question(AREA, GENDER), SMALL)
    assert texts(made) == ["n1 W", "n1 W", "s1 M", "s1 M"]
    assert (made.loss, made.starred, made.starred_share) == (0, 0, 0)
    assert [one.shown for one in made.recodings] == [Shown.AS_RECORDED, Shown.AS_RECORDED]


def test_a_column_is_made_coarser_where_that_costs_less_than_stars() -> None:
    rows = frame(["n1 W", "n2 W", "s1 M", "s2 M"], "area", "gender")
    made = anonymise(rows, question(AREA, GENDER), SMALL)
    assert texts(made) == ["n W", "n W", "s M", "s M"]
    # area said two bits and says one; gender lost nothing
    assert [one.loss for one in made.recodings] == pytest.approx([0.5, 0])
    assert made.loss == pytest.approx(0.25)
    assert made.recodings[0].in_words == "Area: 4 codes became 2; 0 cells starred; 50% lost"


def test_single_cells_are_starred_where_that_costs_less_than_a_coarser_column() -> None:
    rows = frame(["n1 W"] * 10 + ["s1 M"] * 10 + ["n2 W", "s2 W"], "area", "gender")
    made = anonymise(rows, question(AREA, GENDER), SMALL)
    assert Counter(texts(made)) == {"n1 W": 10, "s1 M": 10, "* W": 2}
    assert made.starred == 2
    assert made.starred_share == pytest.approx(2 / 44)


def test_the_column_that_weighs_more_is_kept() -> None:
    rows = frame(["n1 W", "n1 M", "s1 W", "s1 M"], "area", "gender")
    for heavy, light in (("area", "gender"), ("gender", "area")):
        made = anonymise(rows, question(AREA, GENDER, weights={heavy: 3}), SMALL)
        shown = {one.column: one for one in made.recodings}
        assert shown[heavy].loss == 0
        assert (shown[light].shown, shown[light].loss) == (Shown.LEFT_OUT, 1)
        assert made.frame.columns == [heavy]


def test_persons_who_look_alike_differ_in_what_is_sensitive() -> None:
    rows = frame(["n1 W X", "n1 W X", "n2 W Y", "n2 W X"], "area", "gender", "outcome")
    made = anonymise(rows, question(AREA, GENDER, sensitive=("outcome",)), SMALL)
    # n1 alone would tell of both that they died
    assert texts(made) == ["n W X", "n W X", "n W X", "n W Y"]


def test_persons_who_look_alike_are_of_several_incidents() -> None:
    rows = frame(["n1 W 7", "n1 W 7", "n2 W 8", "n2 W 9"], "area", "gender", "incident")
    apart = anonymise(rows, question(AREA, GENDER), SMALL)
    joined = anonymise(rows, question(AREA, GENDER, incidents="incident"), SMALL)
    assert texts(apart) == ["n1 W", "n1 W", "n2 W", "n2 W"]
    assert texts(joined) == ["n W"] * 4
    assert "incident" not in joined.frame.columns


def test_an_age_band_is_shown_as_adult_or_child_whatever_it_weighs() -> None:
    bands = side(
        "age", ["AGE_12_14", "AGE_18_24", "AGE_25_34", "AGE_CH", "AGE_AD"],
        {"AGE_12_14": "AGE_CH", "AGE_18_24": "AGE_AD", "AGE_25_34": "AGE_AD"},
    )  # fmt: skip
    rows = frame(["AGE_12_14"] * 9 + ["AGE_18_24"] * 9 + ["AGE_25_34"] * 9, "age")
    made = anonymise(rows, question(bands, weights={"age": 1000}), SMALL)
    assert Counter(texts(made)) == {"AGE_CH": 9, "AGE_AD": 18}


def test_a_cell_that_is_empty_is_a_code_where_the_column_has_one_for_it() -> None:
    with_unknown = side("area", ["n1", "_U"])
    rows = pl.DataFrame({"area": ["n1", "n1", None, None]})
    assert texts(anonymise(rows, question(with_unknown), SMALL)) == ["_U", "_U", "n1", "n1"]
    with pytest.raises(ValueError, match="area"):
        anonymise(rows, question(AREA), SMALL)


def test_whole_numbers_are_read_as_codes() -> None:
    rows = pl.DataFrame({"year": [2024, 2024, 2025, 2025]})
    assert texts(anonymise(rows, question(side("year", ["2024", "2025"])), SMALL)) == ["2024", "2024", "2025", "2025"]


# Refusals


def test_nobody_and_too_few_are_refused_in_the_same_words() -> None:
    none = frame([], "area")
    assert refusal(none, question(AREA)) is refusal(frame(["n1"], "area"), question(AREA)) is NoRows.TOO_FEW


def test_a_column_that_nobody_opened_is_refused() -> None:
    rows = frame(["n1 KP"] * 9, "area", "key_population")
    assert refusal(rows, question(AREA, side("key_population", ["KP"]))) is NoRows.NOT_A_COLUMN
    assert refusal(rows, question(AREA, sensitive=("key_population",))) is NoRows.NOT_A_COLUMN


def test_below_country_is_refused_unless_the_caller_permits_it() -> None:
    assert refusal(frame(["n1"] * 9, "area"), RowsQuestion(columns=(AREA,))) is NoRows.BELOW_COUNTRY


def test_rows_of_which_nothing_identifying_would_be_left_are_refused() -> None:
    rows = frame(["n1 W", "n2 M", "s1 N"], "area", "gender")
    assert refusal(rows, question(AREA, GENDER), replace(SMALL, starred=0.0)) is NoRows.EMPTIED


def test_rows_of_which_too_many_would_be_recognised_are_refused() -> None:
    rows = frame(["n1", "n1", "s1", "s1"], "area")
    assert refusal(rows, question(AREA), replace(SMALL, global_risk=0.49)) is NoRows.TOO_RISKY
    assert anonymise(rows, question(AREA), replace(SMALL, global_risk=0.5)).after.population_global == 0.5


def test_the_share_documented_lowers_the_risk_and_so_what_must_be_lost() -> None:
    rows = frame(["n1", "n1", "s1", "s1"], "area")
    made = anonymise(rows, question(AREA, documented=0.1), replace(SMALL, global_risk=0.49))
    assert made.after.population_global < 0.2 < made.after.sample_mean == 0.5


def test_a_sensitive_column_that_is_the_same_for_everybody_is_refused() -> None:
    rows = frame(["n1 X"] * 9, "area", "outcome")
    assert refusal(rows, question(AREA, sensitive=("outcome",))) is NoRows.NOT_DIVERSE


def test_too_many_combinations_are_refused_before_they_are_looked_at() -> None:
    rows = frame(["n1 W"] * 9, "area", "gender")
    assert refusal(rows, question(AREA, GENDER), replace(SMALL, recodings=3)) is NoRows.TOO_MANY_RECODINGS


def test_rows_in_which_the_check_finds_something_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lattice.Search, "_hopeless", lambda *_: False)
    monkeypatch.setattr("incidents.disclosure.lattice.stars", lambda _rows, made, *_: made.codes[0][:, None] < 0)
    assert refusal(frame(["n1", "n1", "s1"], "area"), question(AREA)) is NoRows.NOT_SAFE


def test_nobody_else_makes_rows_that_may_be_handed_on() -> None:
    made = anonymise(frame(["n1", "n1"], "area"), question(AREA), SMALL)
    with pytest.raises((TypeError, ValueError)):
        replace(made, k=1)
    parts = {name: getattr(made, name) for name in made.__dataclass_fields__ if name != "maker"}
    with pytest.raises(TypeError):
        AnonymisedRows(**parts)


def test_what_is_written_to_a_log_has_no_row() -> None:
    made = anonymise(frame(["n1", "n1"], "area"), question(AREA), SMALL)
    assert "frame" not in repr(made)


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": ()},
        {"columns": (AREA, AREA)},
        {"columns": (side("area", "n*"),)},
        {"sensitive": ("area",)},
        {"incidents": "area"},
        {"weights": {"gender": 1}},
        {"weights": {"area": 0}},
        {"weights": {"area": float("inf")}},
        {"documented": 0},
        {"documented": 1.1},
    ],
)
def test_a_question_that_contradicts_itself_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"[Rr]ows|star|weight|share"):
        RowsQuestion(**({"columns": (AREA,)} | wrong))


# Whatever the rows

codes = st.tuples(
    st.sampled_from(AREA.codes), st.sampled_from(GENDER.codes), st.sampled_from(AGE.codes), st.sampled_from("XYZ")
)
policies = st.builds(
    lambda k, distinct, stars, risk: replace(POLICY, partner=k, distinct=distinct, starred=stars, global_risk=risk),
    st.integers(1, 5), st.integers(1, 3), st.sampled_from([0.0, 0.05, 0.3, 1.0]), st.sampled_from([0.2, 0.5, 1.0]),
)  # fmt: skip
weights = st.fixed_dictionaries({"area": st.integers(1, 5), "gender": st.integers(1, 5)})
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def attempt(rows: Sequence[tuple[str, ...]], policy: RowsPolicy, **more: Any) -> AnonymisedRows | None:
    asked = question(AREA, GENDER, AGE, sensitive=("outcome",), **more)
    data = pl.DataFrame(list(rows), schema=["area", "gender", "age", "outcome"], orient="row")
    try:
        return anonymise(data, asked, policy)
    except RowsRefused as refused:
        if refused.reason is NoRows.NOT_SAFE:  # the search must not lean on the check
            raise
        return None


@quick
@given(st.lists(codes, max_size=60), policies, weights)
def test_each_row_looks_like_k_that_differ_and_the_limits_hold(
    rows: list[tuple[str, ...]], policy: RowsPolicy, weighed: dict[str, int]
) -> None:
    made = attempt(rows, policy, weights=weighed)
    assume(made is not None)
    assert made is not None
    found = by_class(made, ["area", "gender", "age"], ["outcome"])
    assert min(len(values) for values in found.values()) >= policy.partner
    assert min(len(set(values)) for values in found.values()) >= policy.distinct
    assert sum(len(values) for values in found.values()) == len(rows)
    assert len(found) / len(rows) <= policy.global_risk * (1 + 1e-9)
    cells = [cell for row in made.frame.drop("outcome").iter_rows() for cell in row]
    assert cells.count("*") == made.starred <= policy.starred * len(cells)
    assert made.worst[0].size == min(len(values) for values in found.values())
    assert made.after.classes == len(found)


@settings(quick, max_examples=25)
@given(st.lists(codes, min_size=4, max_size=40), policies, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    rows: list[tuple[str, ...]], policy: RowsPolicy, chance: random.Random
) -> None:
    other = list(rows)
    chance.shuffle(other)
    first, second = attempt(rows, policy), attempt(other, policy)
    assert (first is None) == (second is None)
    if first and second:
        assert first.frame.equals(second.frame)
        assert described(first) == described(second)


def described(made: AnonymisedRows) -> tuple[Any, ...]:
    return (made.recodings, made.loss, made.before, made.after, made.worst)


@settings(quick, max_examples=20)
@given(st.lists(codes, min_size=6, max_size=40), policies, weights)
def test_no_combination_that_keeps_to_the_limits_loses_less(
    rows: list[tuple[str, ...]], policy: RowsPolicy, weighed: dict[str, int]
) -> None:
    found = attempt(rows, policy, weights=weighed)
    with pytest.MonkeyPatch.context() as patched:
        # the same search without any short cut: every combination, from the coarsest
        patched.setattr(lattice.Search, "candidates", every)
        patched.setattr(lattice.Search, "_hopeless", lambda *_: False)
        slow = attempt(rows, policy, weights=weighed)
    assert (found is None) == (slow is None)
    if found and slow:
        assert found.loss == pytest.approx(slow.loss)


def every(search: lattice.Search) -> list[tuple[int, ...]]:
    nodes = list(product(*(range(len(one.steps)) for one in search._ladders)))
    return sorted((node for node in nodes if not search._says_nothing(node)), key=search.loss)


@pytest.mark.parametrize(("audience", "k"), [(Audience.PARTNER, 5), (Audience.PUBLIC, 11)])
def test_the_generator_s_rows_keep_to_the_bundled_policy(audience: Audience, k: int) -> None:
    rows = person_rows(6000)
    made = anonymise(rows, of_generator(audience=audience, weights={"area": 4, "violation": 2}), POLICY)
    found = by_class(made, FULL, ["outcome"])
    assert min(len(values) for values in found.values()) >= k == made.k
    assert min(len(set(values)) for values in found.values()) >= 2
    assert made.after.population_global <= 0.03 < made.before.population_global
    assert made.starred_share <= 0.05
    assert made.frame.height == rows.height


@pytest.mark.parametrize("columns", [("violation", "perpetrator"), ("place_type", "nexus", "outcome")])
def test_two_sensitive_columns_that_identify_as_well_are_refused(columns: tuple[str, ...]) -> None:
    """Rows alike in the other columns would be told apart by them."""
    with pytest.raises(RowsRefused) as refused:
        RowsPolicy.load().check(question(GENDER, sensitive=columns))
    assert refused.value.reason is NoRows.IDENTIFY_TOGETHER


def test_a_sensitive_column_beside_its_own_group_is_refused() -> None:
    group = side("violation_group", ["LIF", "TOR"])
    with pytest.raises(RowsRefused) as refused:
        RowsPolicy.load().check(question(GENDER, group, sensitive=("violation",)))
    assert refused.value.reason is NoRows.IDENTIFY_TOGETHER
    RowsPolicy.load().check(question(GENDER, sensitive=("violation", "outcome")))
