"""What overlapping cases are found by: coarse, coded, one row for each person harmed; names only as a sealed sketch.

The frame is sealed under the organisation key and read by its researchers alone. No name or place can be read from it:
see decision 21 for what a sketch tells and what not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from incidents.codebook.services import codebook
from incidents.facts.schema import Column, Kind
from incidents.overlaps.sketch import bucket, name_sketch, place_sketch
from incidents.records.dates import UNKNOWN
from incidents.records.killings import is_killing
from incidents.records.rules import primary_rank

if TYPE_CHECKING:
    from datetime import date

    from incidents.records.schema import CaseDocument, Geo, Person

LINKAGE_COLUMNS: Final = (
    Column("case", Kind.U64, "Random cell key of the case."),
    Column("id", Kind.TEXT, "Random id of the case."),
    Column("person", Kind.U64, "Random cell key of the person.", nullable=True),
    Column("first", Kind.I32, "First day it can mean, counted from year 1; empty: open.", nullable=True),
    Column("last", Kind.I32, "Last day it can mean, likewise.", nullable=True),
    Column("country", Kind.CODE, "ISO 3166-1 alpha-2.", nullable=True, vocabulary="regions"),
    Column("area", Kind.LABEL, "ISO 3166-2.", nullable=True),
    Column("place_type", Kind.CODE, "Kind of place.", nullable=True, vocabulary="place_types"),
    Column("violation_group", Kind.CODE, "Group of the main violation.", nullable=True, vocabulary="violation_types"),
    Column("fatal", Kind.BOOL, "Whether the person died of it."),
    Column("gender", Kind.CODE, "Gender as stated.", nullable=True, vocabulary="victim_attributes", facet="GEN"),
    Column("age", Kind.CODE, "Age band.", nullable=True, vocabulary="victim_attributes", facet="AGE"),
    Column("size", Kind.U32, "How many people the row stands for; empty: not known.", nullable=True),
    Column("name_high", Kind.U64, "First half of the sketch of all names; empty: no name is known.", nullable=True),
    Column("name_low", Kind.U64, "Second half of it.", nullable=True),
    Column("place", Kind.U64, "Sketch of the place in words.", nullable=True),
    Column("spot", Kind.U16, "One of some thousand numbers into which squares of the map fall.", nullable=True),
    Column("nearby", Kind.U16, "One of some hundred, for larger squares: what lies around the spot.", nullable=True),
    Column("case_link", Kind.U64, "Shared by linked accounts of one incident; empty: not linked.", nullable=True),
    Column("decided", Kind.TEXT, "Ids of cases about which somebody decided, parted by spaces.", nullable=True),
)
#: Points of the map are told apart by squares of so many degrees (some 30 m, some 500 m), and squares by numbers that
#: many of them share: in an area of 100 km by 100 km some ten squares have both numbers of a point.
SPOT: Final = (0.0003, 4096)
NEARBY: Final = (0.005, 256)
UNKNOWN_CODES: Final = frozenset({"GEN_UNK", "AGE_UNK", "PL_UNK"})


def linkage_rows(document: CaseDocument) -> list[tuple[Any, ...]]:
    """The rows of a document, in the order of the columns: one for each person harmed; one if nobody is named."""
    harmed = {act.person_id for act in document.acts}
    persons = [person for person in document.persons if person.id in harmed] or _harmed_otherwise(document)
    incident = document.incident
    when, until = incident.date_start or UNKNOWN, incident.date_end
    common = (
        _day(when.first_day),
        _day((until and until.last_day) or when.last_day),
        incident.country,
        incident.adm1,
        _known(incident.place_type),
    )
    where = (place_sketch(incident.place_text), *points(incident.geo))
    decided = " ".join(overlap.other_id for overlap in document.overlaps) or None
    return [
        (
            incident.cell_key,
            incident.id,
            person.cell_key if person else None,
            *common,
            *_acts(document, person),
            *_person(document, person),
            *where,
            incident.counts_as,
            decided,
        )
        for person in persons
    ]


def _harmed_otherwise(document: CaseDocument) -> list[Person | None]:
    """Whom a quick record names before anybody says what was done; somebody unknown, if nobody."""
    return [person for person in document.persons if "victim" in person.roles] or [None]


def _acts(document: CaseDocument, person: Person | None) -> tuple[str | None, bool]:
    done = [act.violation for act in document.acts if person is None or act.person_id == person.id]
    main = min(done, key=primary_rank, default=None)
    died = any(is_killing(violation) for violation in done) or bool(person and person.deceased)
    return (codebook().vocabulary("violation_types").top(main) if main else None), died


def _person(document: CaseDocument, person: Person | None) -> tuple[Any, ...]:
    if person is None:
        return None, None, document.incident.persons_affected_best, None, None
    sketch = name_sketch(person.name, person.other_names)
    size = 1 if person.unit in (None, "UNIT_IND") else person.group_size
    return _known(person.gender), _known(person.age_band), size, *(sketch or (None, None))


def points(geo: Geo | None) -> tuple[int | None, int | None]:
    """Numbers for the square of a point and the larger one around it: equal for the same, and for many others."""
    if geo is None:
        return None, None
    spot, nearby = (bucket(f"{geo.lat // side:.0f} {geo.lon // side:.0f}", numbers) for side, numbers in (SPOT, NEARBY))
    return spot, nearby


def _known(code: str | None) -> str | None:
    return None if code in UNKNOWN_CODES else code


def _day(day: date | None) -> int | None:
    return day.toordinal() if day else None
