"""The columns of an organisation's own list of cases: coded values and marks, no words about anybody."""

from __future__ import annotations

from typing import Final, NamedTuple

from incidents.facts.schema import Column, Kind

INDEX_COLUMNS: Final = (
    Column("case", Kind.U64, "Random cell key of the incident."),
    Column("id", Kind.TEXT, "Random id of the incident."),
    Column("ref", Kind.TEXT, "Random reference."),
    Column("revision", Kind.U32, "Revision the row was derived from."),
    Column("status", Kind.TEXT, "incomplete or complete."),
    Column("year", Kind.I16, "Year; empty when the date spans several.", nullable=True),
    Column("month", Kind.I32, "Month as yyyymm; empty when the date spans several.", nullable=True),
    Column("first_day", Kind.I32, "First day it can have been, counted from 1970-01-01.", nullable=True),
    Column("last_day", Kind.I32, "Last day it can have been.", nullable=True),
    Column("reported", Kind.I32, "Day the account was received.", nullable=True),
    Column("country", Kind.CODE, "ISO 3166-1 alpha-2.", nullable=True, vocabulary="regions"),
    Column("network", Kind.CODE, "Regional network.", nullable=True, vocabulary="regions"),
    Column("area", Kind.TEXT, "ISO 3166-2.", nullable=True),
    Column("place_type", Kind.CODE, "Kind of place.", nullable=True, vocabulary="place_types"),
    Column("violation_groups", Kind.TEXT, "Codes parted by spaces."),
    Column("violations", Kind.TEXT, "Codes parted by spaces."),
    Column("primary_violation", Kind.CODE, "By coding rule 3.", nullable=True, vocabulary="violation_types"),
    Column("perpetrator_groups", Kind.TEXT, "Codes parted by spaces."),
    Column("perpetrators", Kind.TEXT, "Codes parted by spaces."),
    Column("themes", Kind.TEXT, "Codes parted by spaces."),
    Column("verification", Kind.CODE, "Status that holds.", vocabulary="verification_status"),
    Column("verification_floor", Kind.CODE, "Status by sources alone.", vocabulary="verification_status"),
    Column("consent_level", Kind.CODE, "Least over the persons.", vocabulary="consent_levels"),
    Column("counted", Kind.BOOL, "Whether at least one fact is counted."),
    Column("held", Kind.TEXT, "Why it is not counted, or not wholly.", nullable=True),
    Column("persons", Kind.U32, "Persons and groups harmed."),
    Column("acts", Kind.U32, "Acts."),
    Column("killed_best", Kind.U32, "Best number killed."),
    Column("priority", Kind.CODE, "How soon to act.", vocabulary="priority"),
    Column("open_source", Kind.BOOL, "Every fact is already public."),
    Column("missing", Kind.U16, "How much is missing to be complete."),
    Column("kept_aside", Kind.U16, "Values of an import that fit nowhere."),
    Column("monitoring_status", Kind.TEXT, "open, watch or closed."),
    Column("origin", Kind.TEXT, "Mark of the imported row; empty if typed."),
    Column("summary_state", Kind.TEXT, "draft or checked.", nullable=True),
    Column("reports", Kind.TEXT, "Ids of publications parted by spaces."),
    Column("recorder", Kind.TEXT, "Who recorded it."),
)
INDEX_NAMES: Final = tuple(column.name for column in INDEX_COLUMNS)


class IndexRow(NamedTuple):
    """One case as lists and filters see it, in the order of `INDEX_COLUMNS`."""

    case: int
    id: str
    ref: str
    revision: int
    status: str
    year: int | None
    month: int | None
    first_day: int | None
    last_day: int | None
    reported: int | None
    country: str | None
    network: str | None
    area: str | None
    place_type: str | None
    violation_groups: str
    violations: str
    primary_violation: str | None
    perpetrator_groups: str
    perpetrators: str
    themes: str
    verification: str
    verification_floor: str
    consent_level: str
    counted: bool
    held: str | None
    persons: int
    acts: int
    killed_best: int
    priority: str
    open_source: bool
    missing: int
    kept_aside: int
    monitoring_status: str
    origin: str
    summary_state: str | None
    reports: str
    recorder: str
