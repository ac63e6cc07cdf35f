"""What overlapping cases are found by: coarse, coded, one row for each person harmed; names only as a sealed sketch.

The frame is sealed under the organisation key and read by its researchers alone. No name can be read from it: see
docs/decisions for the sketch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from incidents.facts.schema import Column, Kind

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

LINKAGE_COLUMNS: Final = (
    Column("case", Kind.U64, "Random cell key of the case."),
    Column("id", Kind.TEXT, "Random id of the case."),
    Column("person", Kind.U64, "Random cell key of the person.", nullable=True),
)


def linkage_rows(document: CaseDocument) -> list[tuple[Any, ...]]:
    """The rows of a document, in the order of the columns."""
    incident = document.incident
    harmed = dict.fromkeys(act.person_id for act in document.acts)
    persons = [person for person in document.persons if person.id in harmed]
    return [(incident.cell_key, incident.id, person.cell_key) for person in persons]
