"""Facts of plainly fictional people: single rows, whole frames, and frames drawn at random."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.database import writing
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.frames import Entry
from incidents.facts.models import FrameKind
from incidents.facts.schema import FactRow
from incidents.keyring.facts_door import facts_keys
from incidents.releases.tables import count, persons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.disclosure.services import Table
    from incidents.releases.question import Question
    from tests.factories.world import Person

TODAY: Final = date(2026, 11, 24)
_numbers = itertools.count(1)


def fact(**columns: Any) -> FactRow:
    """A credible arrest of a woman in the Philippines in March 2026, by police, with columns changed as named."""
    number = next(_numbers)
    given = {
        "case": number,
        "person": number,
        "month": 202603,
        "country": "PH",
        "area": None,
        "violation": "LIB_ARR",
        "primary": True,
        "perpetrator": "ST_POL",
        "gender": "GEN_W",
        "age": "AGE_25_34",
        "unit": "UNIT_IND",
        "place_type": "PL_UNK",
        "nexus": codebook().vocabulary("drug_nexus").leaves()[0].code,
        "verification": "VS_2",
        "outcome": None,
        "open_source": False,
        "killed_low": 0,
        "killed_best": 0,
        "killed_high": 0,
        "release_level": "RL_ADM1",
        "releasable_from": None,
        "reports": None,
        "rules": 1,
    } | columns
    derived = {
        "year": given["month"] and given["month"] // 100,
        "network": codebook().network_of(given["country"]),
        "violation_group": codebook().vocabulary("violation_types").top(given["violation"]),
        "perpetrator_group": codebook().perpetrator_group(given["perpetrator"]),
    }
    return FactRow(**(derived | given))


def facts(count: int, **columns: Any) -> list[FactRow]:
    """As many facts alike, each of another person."""
    return [fact(**columns) for _ in range(count)]


def press_killings(count: int, **columns: Any) -> list[FactRow]:
    """Killings that one newspaper reported."""
    public = {"violation": "LIF_EJK_OP", "open_source": True, "verification": "VS_1", "gender": "GEN_M"}
    return facts(count, **(public | {"killed_low": 1, "killed_best": 1, "killed_high": 1} | columns))


def frame_of(*groups: Iterable[FactRow]) -> pl.DataFrame:
    """The rows as a frame."""
    return pl.DataFrame([row for group in groups for row in group], schema=polars_schema(), orient="row")


def keep(member: Person, *groups: Iterable[FactRow]) -> None:
    """Seal facts for a member's organisation, as saving cases does."""
    entries = [Entry(row.case, 1, [tuple(row)]) for group in groups for row in group]
    key = facts_keys(member.id, member.seed)[0]
    with writing(db.session):
        store.append(store.delta(key, FrameKind.FACTS, polars_schema(), entries))


def days(day: date) -> int:
    """A day as facts count them."""
    return (day - date(1970, 1, 1)).days


@st.composite
def random_frames(draw: st.DrawFn) -> pl.DataFrame:
    """Clumps of facts over few codes, so that small and large counts meet in a table; some not releasable."""
    clumps = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0, 1, 1, 2, 3, 7, 12, 40]),
                st.fixed_dictionaries(
                    {
                        "month": st.sampled_from([202601, 202602, 202604, 202607, 202611]),
                        "country": st.sampled_from(["PH", "ID", "TH", "KE"]),
                        "violation": st.sampled_from(
                            ["LIB_ARR", "LIB", "LIF_EJK_OP", "LIF_NSA", "GBV_RAPE", "POL_EXT_SEX", "TOR"]
                        ),
                        "perpetrator": st.sampled_from(["ST_POL", "ST", "NS_EMP", "UN_UNK"]),
                        "gender": st.sampled_from(["GEN_W", "GEN_M", "GEN_NB", "GEN_UNK"]),
                        "age": st.sampled_from(["AGE_15_17", "AGE_25_34", "AGE_UNK"]),
                        "verification": st.sampled_from(["VS_1", "VS_2", "VS_2", "VS_3", "VS_4", "VS_C"]),
                        "release_level": st.sampled_from(["RL_NONE", "RL_NET", "RL_CTRY", "RL_ADM1"]),
                        "open_source": st.booleans(),
                        "releasable_from": st.sampled_from([None, days(TODAY), days(TODAY + timedelta(days=1))]),
                    }
                ),
            ),
            min_size=1,
            max_size=14,
        )
    )
    return frame_of(*(facts(count, **columns) for count, columns in clumps))


def table(rows: pl.DataFrame, question: Question, today: date, *, title: str = "") -> Table:
    """The table that a release makes of facts, before anything protects it."""
    return count(persons(rows, question, today), question, title=title)
