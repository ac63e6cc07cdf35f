"""The columns of a fact: one coarse, coded row for each act, and nothing that points at a person.

Declared once; the store, the counts and the tests read it from here. No data frame library is imported: a
writer of facts needs only the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from incidents.codebook.services import codebook

# Raise this when a change of the rules would derive another row from the same document.
RULES_VERSION: Final = 2


class Kind(StrEnum):
    """How a column is stored."""

    U16 = "u16"
    U32 = "u32"
    U64 = "u64"
    I16 = "i16"
    I32 = "i32"
    BOOL = "bool"
    CODE = "code"
    TEXT = "text"
    #: Text of which many rows share a few: four bytes a row in memory where text takes sixteen.
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how it is stored, whether it may be empty, and the list its codes come from."""

    name: str
    kind: Kind
    meaning: str
    nullable: bool = False
    vocabulary: str | None = None
    facet: str | None = None


FACT_COLUMNS: Final = (
    Column("case", Kind.U64, "Random cell key of the account; replaced and erased by this."),
    Column(
        "person",
        Kind.U64,
        "Random cell key of the person's own entry, which a withdrawal names; empty for a law or policy.",
        nullable=True,
    ),
    Column("year", Kind.I16, "Year; empty when the date spans several.", nullable=True),
    Column("month", Kind.I32, "Month as yyyymm; empty when the date spans several.", nullable=True),
    Column("country", Kind.CODE, "ISO 3166-1 alpha-2.", vocabulary="regions"),
    Column("network", Kind.CODE, "Regional network.", vocabulary="regions"),
    Column("area", Kind.LABEL, "ISO 3166-2, only where the release level allows it.", nullable=True),
    Column("violation_group", Kind.CODE, "Top value above the violation.", vocabulary="violation_types"),
    Column("violation", Kind.CODE, "What was done.", vocabulary="violation_types"),
    Column("primary", Kind.BOOL, "The one act that counts for this person."),
    Column("perpetrator_group", Kind.CODE, "ST, SL, NS or UN.", vocabulary="perpetrator_types"),
    Column("perpetrator", Kind.CODE, "Kind of actor.", vocabulary="perpetrator_types"),
    Column("gender", Kind.CODE, "Gender as stated.", vocabulary="victim_attributes", facet="GEN"),
    Column("age", Kind.CODE, "Age band.", vocabulary="victim_attributes", facet="AGE"),
    Column(
        "unit",
        Kind.CODE,
        "What the row stands for.",
        nullable=True,
        vocabulary="victim_attributes",
        facet="UNIT",
    ),
    Column("place_type", Kind.CODE, "Kind of place.", vocabulary="place_types"),
    Column("nexus", Kind.CODE, "First link to drugs.", vocabulary="drug_nexus"),
    Column("verification", Kind.CODE, "How well it is verified.", vocabulary="verification_status"),
    Column("outcome", Kind.CODE, "What became of the person.", nullable=True, vocabulary="outcomes"),
    Column("open_source", Kind.BOOL, "Every fact is already public."),
    Column("killed_low", Kind.U32, "Lowest credible number killed by this act."),
    Column("killed_best", Kind.U32, "Best number killed by this act."),
    Column("killed_high", Kind.U32, "Highest credible number killed by this act."),
    Column("release_level", Kind.CODE, "How finely it may be shown.", vocabulary="release_level"),
    Column("releasable_from", Kind.I32, "Days since 1970-01-01; empty: at once.", nullable=True),
    Column("reports", Kind.LABEL, "Ids of publications that rest on it, parted by spaces.", nullable=True),
    Column("rules", Kind.U16, "Version of the rules that derived the row."),
    Column("counted_until", Kind.I32, "Day the consent ends, since 1970-01-01; empty: it does not.", nullable=True),
    Column("case_link", Kind.U64, "Shared by linked accounts of one incident; empty: not linked.", nullable=True),
    Column("person_link", Kind.U64, "Shared by entries for one person in them; empty: not linked.", nullable=True),
    Column("single_testimony", Kind.BOOL, "Corroborated by two reviewers on one account."),
    Column("asked", Kind.BOOL, "Whether a complaint, case or communication was addressed to an authority."),
    Column(
        "answer", Kind.CODE, "What came back from an authority.", nullable=True, vocabulary="interventions", facet="RSP"
    ),
    Column(
        "accountability",
        Kind.CODE,
        "Latest known status of those who did it.",
        nullable=True,
        vocabulary="involvement",
        facet="PST",
    ),
)


class FactRow(NamedTuple):
    """One fact, in the order of `FACT_COLUMNS`."""

    case: int
    person: int | None
    year: int | None
    month: int | None
    country: str
    network: str
    area: str | None
    violation_group: str
    violation: str
    primary: bool
    perpetrator_group: str
    perpetrator: str
    gender: str
    age: str
    unit: str | None
    place_type: str
    nexus: str
    verification: str
    outcome: str | None
    open_source: bool
    killed_low: int
    killed_best: int
    killed_high: int
    release_level: str
    releasable_from: int | None
    reports: str | None
    rules: int
    counted_until: int | None = None
    case_link: int | None = None
    person_link: int | None = None
    single_testimony: bool = False
    asked: bool = False
    answer: str | None = None
    accountability: str | None = None


@cache
def categories(column: Column) -> tuple[str, ...]:
    """Return the codes that a coded column may hold, in the order of the codebook; empty for other kinds.

    Retired codes are among them: rows keep what they were given.
    """
    if column.vocabulary is None:
        return ()
    listed = codebook().vocabulary(column.vocabulary)
    if column.facet is None:
        return tuple(code.code for code in listed)
    return tuple(code.code for code in listed if code.code != column.facet and listed.within(code.code, column.facet))
