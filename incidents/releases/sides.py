"""The sides of a released table: their codes, and where a fact stands on each of them.

A fact that may not be shown as finely as the table, or that was recorded at an inner code, stands in an
"unspecified" leaf of that code, so that every margin is the sum of its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from incidents.codebook.services import codebook
from incidents.disclosure.services import TOTAL, UNSPECIFIED, Dimension
from incidents.releases.gate import NETWORK_ONLY, age_groups, countries_of, shows_month
from incidents.releases.question import AGE_GROUPS, FAMILIES, MONTHS_A_YEAR, WORLD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from incidents.codebook.services import Code
    from incidents.releases.question import Question

#: Empty leaves of these may be left out: that nobody is in them says nothing of anybody.
PRUNED: Final = frozenset({"time", "place"})


@dataclass(frozen=True)
class Side:
    """A dimension, and the expression that gives each fact's leaf on it."""

    dimension: Dimension
    leaf: pl.Expr


def side(name: str, question: Question) -> Side:
    """The side of that name, as the question needs it."""
    makers = {"time": _time, "place": _place, "violation": _violation, "perpetrator": _perpetrator}
    made = makers.get(FAMILIES[name], _person)(name, question)
    return Side(_collapsed(made.dimension), made.leaf)


def pruned(dimension: Dimension, present: Iterable[str]) -> Dimension:
    """The dimension without unspecified leaves of time and place in which nobody stands."""
    if FAMILIES[dimension.name] not in PRUNED:
        return dimension
    left_out = {code for code in dimension.codes if code.endswith(UNSPECIFIED)}.difference(present)
    return _without(dimension, left_out)


def _collapsed(dimension: Dimension) -> Dimension:
    """The tree without a single top code, which would only repeat the total."""
    while len(tops := dimension.children[TOTAL]) == 1 and tops[0] in dimension.children:
        dimension = _without(dimension, {tops[0]})
    return dimension


def _without(dimension: Dimension, left_out: AbstractSet[str]) -> Dimension:
    """The tree without some codes; what stood under them stands under the total."""
    return Dimension(
        dimension.name,
        dimension.label,
        tuple(code for code in dimension.codes if code not in left_out),
        {code: parent for code, parent in dimension.parents.items() if not {code, parent} & left_out},
        {code: label for code, label in dimension.labels.items() if code not in left_out},
    )


# -- time ----------------------------------------------------------------------------------


def _time(name: str, question: Question) -> Side:
    months = list(_months(question.since, question.until))
    codes: dict[str, str | None] = {}
    for month in months:
        year, quarter = f"{month // 100}", _quarter_name(month)
        codes.setdefault(year, None)
        if name != "year":
            codes.setdefault(quarter, year)
        if name == "month":
            codes.setdefault(f"{month // 100}-{month % 100:02}", quarter)
    parents = {code: parent for code, parent in codes.items() if parent}
    tree = Dimension(name, name, tuple(codes), parents).with_unspecified()
    return Side(tree, {"year": _year(), "quarter": _quarter(), "month": _month()}[name])


def _months(since: int, until: int) -> Iterable[int]:
    year, month = divmod(since, 100)
    while year * 100 + month <= until:
        yield year * 100 + month
        year, month = (year, month + 1) if month < MONTHS_A_YEAR else (year + 1, 1)


def _quarter_name(month: int) -> str:
    return f"{month // 100}-Q{(month % 100 + 2) // 3}"


def _year() -> pl.Expr:
    return pl.col("year").cast(pl.String)


def _quarter() -> pl.Expr:
    month = pl.col("month")
    named = pl.format("{}-Q{}", month // 100, (month % 100 + 2) // 3)
    return pl.when(month.is_null()).then(_year() + UNSPECIFIED).otherwise(named)


def _month() -> pl.Expr:
    month = pl.col("month")
    named = pl.format("{}-{}", month // 100, (month % 100).cast(pl.String).str.zfill(2))
    coarse = pl.when(month.is_null()).then(_quarter()).otherwise(_quarter() + UNSPECIFIED)
    return pl.when(shows_month()).then(named).otherwise(coarse)


# -- place ---------------------------------------------------------------------------------


def _place(name: str, question: Question) -> Side:
    regions = codebook().vocabulary("regions")
    networks = [code for code in regions.roots if countries_of(code.code)]
    networks = [code for code in networks if question.place in {WORLD, code.code}]
    above = {country.code: country.parent or "" for country in codebook().countries()}
    if name == "network":
        return Side(_dimension(name, networks), pl.col("country").cast(pl.String).replace(above))
    listed = [code for network in networks for code in (network, *regions.children(network.code))]
    network_leaf = pl.col("country").cast(pl.String).replace(above) + UNSPECIFIED
    leaf = (
        pl.when(pl.col("release_level") == NETWORK_ONLY).then(network_leaf).otherwise(pl.col("country").cast(pl.String))
    )
    return Side(_dimension(name, listed).with_unspecified(), leaf)


# -- what, by whom, to whom ----------------------------------------------------------------


def _violation(name: str, question: Question) -> Side:
    return _tree(name, "violation_types", question.violation)


def _perpetrator(name: str, question: Question) -> Side:
    return _tree(name, "perpetrator_types", question.perpetrator_group)


def _tree(name: str, vocabulary: str, top: str | None) -> Side:
    known = codebook().vocabulary(vocabulary)
    if name.endswith("_group"):
        return Side(_dimension(name, known.roots), pl.col(name).cast(pl.String))
    listed = [code for code in known if top is None or known.within(code.code, top)]
    tree = _dimension(name, listed).with_unspecified()
    leaves = {code.code: tree.unspecified(code.code) for code in listed}
    return Side(tree, pl.col(name).cast(pl.String).replace(leaves))


def _person(name: str, question: Question) -> Side:
    del question
    attributes = codebook().vocabulary("victim_attributes")
    if name == "age":
        groups = [attributes[code] for code in AGE_GROUPS.values()]
        return Side(_dimension(name, groups), pl.col("age").cast(pl.String).replace(age_groups()))
    return Side(_dimension(name, attributes.facet("GEN")), pl.col("gender").cast(pl.String))


def _dimension(name: str, codes: Iterable[Code]) -> Dimension:
    listed = list(codes)
    known = {code.code for code in listed}
    return Dimension(
        name,
        name,
        tuple(code.code for code in listed),
        {code.code: code.parent for code in listed if code.parent in known},
        {code.code: code.label for code in listed},
    )
