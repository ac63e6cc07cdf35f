"""A dimension is a tree of codes under one total."""

from __future__ import annotations

import pytest

from incidents.disclosure.services import TOTAL, Dimension
from tests.unit.disclosure.factories import side

REGIONS = side("area", ["N", "N1", "N2", "S", "N1a"], {"N1": "N", "N2": "N", "N1a": "N1"})


def test_leaves_are_the_codes_without_children() -> None:
    assert REGIONS.leaves == ("N2", "S", "N1a")


def test_the_total_is_above_every_code() -> None:
    assert REGIONS.path("N1a") == ("N1a", "N1", "N", TOTAL)
    assert REGIONS.path(TOTAL) == (TOTAL,)
    assert REGIONS.children[TOTAL] == ("N", "S")


@pytest.mark.parametrize(
    ("codes", "parents"),
    [
        ((), {}),
        (("a", "a"), {}),
        ((TOTAL, "a"), {}),
        (("a",), {"a": "b"}),
        (("a",), {"b": "a"}),
        (("a", "b"), {"a": "b", "b": "a"}),
        (("a", "b"), {"a": "a"}),
    ],
    ids=["no code", "twice", "total", "unknown parent", "unknown child", "circle", "own parent"],
)
def test_what_is_no_tree_is_not_accepted(codes: tuple[str, ...], parents: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Dimension area"):
        Dimension("area", "Area", codes, parents)


def test_an_inner_code_can_have_a_leaf_for_persons_recorded_at_it() -> None:
    wider = REGIONS.with_unspecified()
    assert wider.leaves == ("N_U", "N1_U", "N2", "S", "N1a")
    assert wider.path("N1_U") == ("N1_U", "N1", "N", TOTAL)
    assert wider.label_of("N_U") == "N"


def test_a_code_without_words_is_shown_as_itself() -> None:
    assert Dimension("area", "Area", ("N", "S"), labels={"N": "North"}).label_of("N") == "North"
    assert Dimension("area", "Area", ("N", "S"), labels={"N": "North"}).label_of("S") == "S"


def test_codes_and_parents_cannot_be_changed_later() -> None:
    parents = {"b": "a"}
    fixed = Dimension("area", "Area", ("a", "b"), parents)
    parents.clear()
    assert fixed.leaves == ("b",)
    with pytest.raises(TypeError):
        fixed.parents["b"] = "b"  # type: ignore[index]
