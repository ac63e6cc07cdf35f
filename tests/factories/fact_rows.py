"""Rows of facts, made up: single ones by hand, and strategies that draw tables of them with few distinct values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.facts.columns import polars_schema
from incidents.facts.frames import HELD_SCHEMA, Frame
from incidents.facts.schema import FACT_COLUMNS, RULES_VERSION, FactRow, categories

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CATEGORIES = {column.name: categories(column) for column in FACT_COLUMNS}
MONTHS = (201512, 201601, 201602, 201703, None)
VIOLATIONS = ("LIF", "LIF_EJK", "LIF_EJK_OP", "LIF_NSA", "POL_EXT", "POL", "TOR_TORT")
PERPETRATORS = ("ST", "ST_POL", "ST_POL_DRUG", "NS_FAM", "UN")
STATUSES = ("VS_1", "VS_2", "VS_3", "VS_5", "VS_C", "VS_0")


def fact(**fields: Any) -> FactRow:
    """One extortion by police, credible, in a month; any column can be replaced."""
    given: dict[str, Any] = {
        "case": 1,
        "person": 11,
        "month": 201609,
        "country": "PH",
        "network": "NET_ANPUD",
        "area": None,
        "violation": "POL_EXT",
        "primary": True,
        "perpetrator": "ST_POL",
        "gender": "GEN_W",
        "age": "AGE_25_34",
        "unit": "UNIT_IND",
        "place_type": "PL_STREET",
        "nexus": "NX_STIG",
        "verification": "VS_2",
        "outcome": None,
        "open_source": False,
        "killed_low": 0,
        "killed_best": 0,
        "killed_high": 0,
        "release_level": "RL_CTRY",
        "releasable_from": None,
        "reports": None,
        "rules": RULES_VERSION,
    } | fields
    given.setdefault("year", given["month"] // 100 if given["month"] else None)
    given["violation_group"] = codebook().vocabulary("violation_types").top(given["violation"])
    given["perpetrator_group"] = codebook().vocabulary("perpetrator_types").top(given["perpetrator"])
    return FactRow(**given)


def frame(rows: Iterable[FactRow] = (), held: Sequence[tuple[int, str]] = ()) -> Frame:
    """A frame of these rows, in this order."""
    return Frame(
        pl.DataFrame(list(rows), schema=polars_schema(), orient="row"),
        pl.DataFrame(list(held), schema=HELD_SCHEMA, orient="row"),
    )


@st.composite
def facts(draw: st.DrawFn) -> FactRow:
    """A row whose every column is drawn by itself: cases span countries, persons span cases. Counts must not mind."""
    low, best, high = sorted(draw(st.tuples(*[st.integers(0, 3)] * 3)))
    return fact(
        case=draw(st.integers(1, 6)),
        person=draw(st.none() | st.integers(1, 6)),
        month=draw(st.sampled_from(MONTHS)),
        country=draw(st.sampled_from(("PH", "FR", "NA"))),
        network=draw(st.sampled_from(("NET_ANPUD", "NET_EURONPUD"))),
        violation=draw(st.sampled_from(VIOLATIONS)),
        perpetrator=draw(st.sampled_from(PERPETRATORS)),
        gender=draw(st.sampled_from(("GEN_W", "GEN_M", "GEN_UNK"))),
        age=draw(st.sampled_from(("AGE_0_11", "AGE_UNK"))),
        verification=draw(st.sampled_from(STATUSES)),
        open_source=draw(st.booleans()),
        killed_low=low,
        killed_best=best,
        killed_high=high,
    )
