"""True counts stay inside `Table`; `ProtectedTable` holds what may be seen, and no more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from incidents.disclosure.services import HIDDEN, TOTAL, Key, ProtectedTable, Table, protect
from tests.unit.disclosure.factories import PLAIN, POLICY, series, side, square, table

MONTHS = side("month", ["m1", "m2"])
REGIONS = side("network", ["N", "S", "N1", "N2"], {"N1": "N", "N2": "N"})


def test_margins_of_nested_regions_add_up() -> None:
    cells = table([REGIONS, MONTHS], [1, 2, 3, 4, 5, 6]).all_counts()
    assert cells[("N", "m1")] == cells[("N1", "m1")] + cells[("N2", "m1")] == 8
    assert cells[("S", TOTAL)] == 3
    assert cells[(TOTAL, TOTAL)] == 21
    assert next(iter(cells)) == (TOTAL, TOTAL)
    assert len(cells) == table([REGIONS, MONTHS], [0] * 6).size == 15


def test_persons_recorded_at_an_inner_code_need_its_unspecified_leaf() -> None:
    with pytest.raises(ValueError, match="leaf code"):
        Table.from_counts([REGIONS], {("N",): 1})
    wider = REGIONS.with_unspecified()
    counted = Table.from_counts([wider], {(wider.unspecified("N"),): 1, (wider.unspecified("N1"),): 2})
    assert counted.all_counts()[("N",)] == 3


@pytest.mark.parametrize("key", [("m9",), (TOTAL,), ("m1", "m1"), ()])
def test_a_cell_that_is_no_leaf_is_not_accepted(key: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="leaf code"):
        Table.from_counts([MONTHS], {key: 1})


def test_a_negative_count_is_not_accepted() -> None:
    with pytest.raises(ValueError, match="negative"):
        Table.from_counts([MONTHS], {("m1",): -1})


@pytest.mark.parametrize("sides", [[], [MONTHS, MONTHS]], ids=["none", "twice"])
def test_a_table_needs_each_dimension_once(sides: list[object]) -> None:
    with pytest.raises(ValueError, match="dimension"):
        Table.from_counts(sides, {})  # type: ignore[arg-type]


def test_a_true_table_shows_no_count_and_offers_no_way_to_write_it() -> None:
    secret = series(987_654, 123_987)
    for shown in (repr(secret), str(secret), f"{secret}"):
        assert "987" not in shown
    forbidden = ("render", "export", "json", "csv", "html", "xlsx", "frame")
    assert not [name for name in dir(secret) if any(word in name.lower() for word in forbidden)]


def test_counts_cannot_be_changed_after_counting() -> None:
    counts: dict[Key, int] = {("m1",): 5}
    counted = Table.from_counts([MONTHS], counts)
    counts[("m1",)] = 6
    assert counted.total == 5
    with pytest.raises(TypeError):
        counted.counts[("m1",)] = 7  # type: ignore[index]


def test_the_stored_form_has_nothing_of_a_hidden_cell_but_a_null() -> None:
    question = square([[777, 3, 555], [4, 888, 666]], title="Fiction", scope={"year": ("2025",)})
    protected = protect(question, PLAIN)
    stored = json.loads(protected.to_json())
    about = {"format", "title", "measure", "scope", "policy_version", "threshold", "delay_days"}
    assert set(stored) == about | {"dimensions", "cells"}
    published = [value for value in protected.cells.values() if value is not HIDDEN]
    assert [value for value in stored["cells"] if value is not None] == published
    truth = question.all_counts()
    for key in protected.hidden:
        assert str(truth[key]) not in [str(value) for value in stored["cells"]]
    assert set(map(type, stored["cells"])) == {int, type(None)}


def test_one_mark_stands_in_every_hidden_cell() -> None:
    protected = protect(square([[30, 3, 20], [40, 28, 16], [9, 14, 11]]), PLAIN)
    truth = [protected.cells[key] for key in protected.hidden]
    assert len(truth) > 1
    assert all(value is HIDDEN for value in truth)


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 2}', "null", "not json"])
def test_what_is_no_protected_table_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ProtectedTable.from_json(text)


def test_a_stored_table_that_lost_a_cell_is_not_read() -> None:
    stored = json.loads(protect(series(30, 20), PLAIN).to_json())
    stored["cells"].pop()
    with pytest.raises(ValueError, match="shorter"):
        ProtectedTable.from_json(json.dumps(stored))


def test_a_protected_table_must_have_all_its_cells() -> None:
    protected = protect(series(30, 20), PLAIN)
    with pytest.raises(ValueError, match="every cell"):
        replace(protected, cells={})


def test_the_cost_of_protection_is_told_from_published_numbers() -> None:
    protected = protect(series(50, 3, 9, 38), PLAIN)
    assert protected.hidden == (("m1",), ("m2",))
    assert protected.share_of_cells_hidden == pytest.approx(2 / 5)
    assert protected.share_of_persons_hidden == pytest.approx(0.12)
    assert (protected.policy_version, protected.threshold) == (POLICY.version, 5)


def test_the_share_of_persons_is_not_told_when_the_total_is_hidden() -> None:
    protected = protect(series(50, 3, 9), PLAIN)
    blind = replace(protected, cells={**protected.cells, (TOTAL,): HIDDEN})
    assert blind.share_of_persons_hidden is None
