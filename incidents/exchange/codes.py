"""Which codes a mapping may give to which field: what the schema of records says, asked before any row is read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, get_args

from incidents.codebook.services import codebook, is_subdivision
from incidents.records.fields import marks
from incidents.records.schema import CaseDocument, Incident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.exchange.mapping import Coding, IncidentPart, Mapping


@cache
def allowed(path: str) -> frozenset[str]:
    """The codes a field takes, by its path in the document."""
    if path == "incident.time_of_day":
        annotation = Incident.model_fields["time_of_day"].annotation
        return frozenset(one for choice in get_args(annotation) for one in get_args(choice))
    return marks(CaseDocument)[path].codes


def check_codes(mapping: Mapping) -> None:
    """Say which codes of a mapping their fields do not take.

    Raises:
        ValueError: With the field and the codes.
    """
    problems = [
        f"{path} does not take {', '.join(sorted(unknown))}"
        for path, codes in _given(mapping)
        if (unknown := codes - allowed(path))
    ]
    problems += _areas_elsewhere(mapping.incident)
    if problems:
        raise ValueError(f"{'; '.join(problems)} (codebook {codebook().version})")


def _areas_elsewhere(incident: IncidentPart) -> Iterator[str]:
    """A file of several countries may name areas of each: then nothing is said here."""
    countries = incident.country.codes()
    if incident.area is None or len(countries) != 1:
        return
    (country,) = countries
    for code in sorted(set(incident.area.names.values()) - {""}):
        if not is_subdivision(code, country):
            yield f"incident.area: {code} is not an area of {country}"


def _given(mapping: Mapping) -> Iterator[tuple[str, set[str]]]:
    for path, coding in _codings(mapping):
        if coding is not None:
            yield path, coding.codes()
    yield "incident.drug_nexus", {mapping.incident.drug_nexus_otherwise}
    for perpetrator in mapping.perpetrators:
        yield "perpetrators[].perp_type", set(perpetrator.attribution_basis)
        yield (
            "perpetrators[].attribution_basis",
            {code for codes in perpetrator.attribution_basis.values() for code in codes},
        )
    for source in mapping.sources:
        yield "sources[].connection", {source.connection}
        yield "sources[].independence", {source.independence}


def _codings(mapping: Mapping) -> Iterator[tuple[str, Coding | None]]:
    incident = mapping.incident
    for name in ("date_precision", "time_of_day", "country", "place_precision", "place_type"):
        yield f"incident.{name}", getattr(incident, name)
    for nexus in incident.drug_nexus:
        yield "incident.drug_nexus", nexus
    yield "incident.release_level", incident.release_level
    for person in mapping.persons:
        for name in ("gender", "age_band", "unit", "context_role"):
            yield f"persons[].{name}", getattr(person, name)
        for act in person.acts:
            for name in ("violation", "methods", "status_at_end"):
                yield f"acts[].{name}", getattr(act, name)
    for perpetrator in mapping.perpetrators:
        yield "perpetrators[].perp_type", perpetrator.perp_type
    for source in mapping.sources:
        yield "sources[].source_type", source.source_type
