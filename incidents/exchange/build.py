"""One row of a file, by a mapping, to one document. Pure, and nothing is lost on the way.

The document is put together, then checked by the schema of records. A value that the schema refuses is taken out and
kept aside instead, until the rest holds. A row of which nothing holds becomes an incomplete record with every cell
kept aside: a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from incidents.exchange import resolve
from incidents.exchange.cells import SENTENCES, Aside, Cells, Why
from incidents.exchange.errors import FileUnreadable
from incidents.exchange.words import columns_of, fold, storable
from incidents.records.identifiers import new_id
from incidents.records.schema import MOST_PARTS, CaseDocument, KeptAside
from incidents.records.text import LINE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from incidents.exchange.mapping import (
        IncidentPart,
        Mapping,
        PerpetratorPart,
        PersonPart,
        SourcePart,
    )
    from incidents.exchange.readers import Row

#: How often a row is mended before it is kept whole instead.
MOST_REPAIRS: Final = 8


@dataclass(frozen=True)
class Built:
    """A document, and what a report says of its row; neither value nor code stands in the latter.

    Attributes:
        asides: Column and reason of each value that was kept aside.
        by_default: Columns whose words no rule knew, so that the mapping's default stands.
    """

    document: CaseDocument
    asides: Sequence[tuple[str, Why]] = ()
    by_default: Sequence[str] = ()


@dataclass
class _Draft:
    """A document in the making, and from which columns each of its texts and numbers came."""

    cells: Cells
    data: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, list[str]] = field(default_factory=dict)

    def text(self, path: str, template: str) -> str:
        """The words for a field, remembered by its path; a bare name is a column."""
        if not template:
            return ""
        columns = columns_of(template) or (template,)
        self.origin.setdefault(path, []).extend(columns)
        return self.cells.fill(template) if "{" in template else self.cells.take(template)


def build(row: Row, mapping: Mapping, *, today: date, recorder: str = "", mark: str = "") -> Built:
    """Make the document of a row.

    Args:
        row: What the file says.
        mapping: What it means.
        today: The day on which it reaches the organisation; killings from open sources know no delay.
        recorder: Who imports it.
        mark: Opaque mark of the row.

    Raises:
        FileUnreadable: It has more without a field than a record can keep; nothing may be dropped.
    """
    draft = _Draft(Cells(row, mapping))
    draft.data = {
        "status": "complete",
        "incident": _incident(mapping.incident, draft) | {"date_reported": today},
        **_people_and_acts(mapping, draft),
        "sources": list(_sources(mapping.sources, draft)),
        "recorder": recorder,
        "origin": mark,
    }
    document = _checked(draft)
    if document is None:
        whole = CaseDocument(recorder=recorder, origin=mark)
        return _with_asides(whole, list(draft.cells.everything()), row)
    asides = list(draft.cells.asides())
    return _with_asides(document, asides, row, draft.cells.coded_by_default)


def _with_asides(document: CaseDocument, asides: list[Aside], row: Row, by_default: Sequence[str] = ()) -> Built:
    kept = [
        KeptAside(
            column=" ".join(next(storable(aside.column)).split())[:LINE_LIMIT],
            row=row.number,
            value=piece,
            why=SENTENCES[aside.why],
        )
        for aside in asides
        for piece in storable(aside.value)
    ]
    if len(kept) > MOST_PARTS:
        raise FileUnreadable(
            f"Row {row.number} has more without a field than one record can keep ({MOST_PARTS:,} values or pieces of a"
            " long text). Shorten it, or give its columns a field in the mapping."
        )
    whole = document.model_copy(update={"kept_aside": kept})
    return Built(whole, [(aside.column, aside.why) for aside in asides], by_default)


# -- the schema's check ------------------------------------------------------------------------


def _checked(draft: _Draft) -> CaseDocument | None:
    for _ in range(MOST_REPAIRS):
        try:
            return CaseDocument.model_validate(draft.data)
        except ValidationError as wrong:
            for problem in wrong.errors(include_url=False, include_input=False):
                at = (problem.get("ctx") or {}).get("at")
                _take_out(draft, [*problem["loc"], *(at.split(".") if at else ())])
    return None


def _take_out(draft: _Draft, location: Sequence[int | str]) -> None:
    """Remove what stands at a place of the draft, and give its cells back to be kept aside."""
    path = ".".join(map(str, location))
    for known, columns in draft.origin.items():
        if f"{path}.".startswith(f"{known}.") or known.startswith(f"{path}."):
            draft.cells.displace(columns)
    *above, last = location or [""]
    holder = _holder(draft.data, above)
    if isinstance(holder, dict) and last in holder:
        del holder[last]
    elif above:
        # Gone already, and missed: then its holder goes too.
        _take_out(draft, above)


def _holder(data: dict[str, Any], steps: Sequence[int | str]) -> object:
    holder: Any = data
    for step in steps:
        try:
            holder = holder[int(step) if isinstance(holder, list) else step]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return holder


# -- parts -------------------------------------------------------------------------------------


def _incident(part: IncidentPart, draft: _Draft) -> dict[str, Any]:
    cells = draft.cells
    country = resolve.code(part.country, cells)
    low, best, high = resolve.numbers(part.killed, cells)
    if part.geo:
        draft.origin["incident.geo"] = list(filter(None, [part.geo.lat, part.geo.lon, part.geo.column]))
    return {
        "date_start": resolve.date(part.date, cells),
        "date_precision": resolve.code(part.date_precision, cells),
        "time_of_day": resolve.code(part.time_of_day, cells),
        "country": country,
        "adm1": resolve.area(part.area, country, cells),
        "place_text": _place_text(part.place_text, draft),
        "place_precision": resolve.code(part.place_precision, cells),
        "place_type": resolve.code(part.place_type, cells) or "PL_UNK",
        "geo": resolve.point(part.geo, cells),
        "narrative": _narrative(part.narrative, draft),
        "narrative_lang": part.narrative_lang,
        "drug_nexus": _nexus(part, cells),
        "release_level": resolve.code(part.release_level, cells) or "RL_CTRY",
        "killed_min": low,
        "killed_best": best,
        "killed_max": high,
        "open_source": part.open_source,
        "harm_test_note": part.harm_test_note,
    }


def _nexus(part: IncidentPart, cells: Cells) -> list[str]:
    found = [code for coding in part.drug_nexus for code in resolve.codes(coding, cells)]
    return found or [part.drug_nexus_otherwise]


def _narrative(templates: Sequence[str], draft: _Draft) -> str:
    filled = [draft.text("incident.narrative", template) for template in templates]
    return "\n\n".join(filter(None, filled))


def _place_text(columns: Sequence[str], draft: _Draft) -> str:
    """The words of several columns, parted by commas; words that stand there already are not said twice."""
    said = ""
    for column in columns:
        words = draft.text("incident.place_text", column)
        if words and fold(words) not in fold(said):
            said = f"{said}, {words}" if said else words
    return said


def _people_and_acts(mapping: Mapping, draft: _Draft) -> dict[str, Any]:
    persons: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    for place, part in enumerate(mapping.persons):
        person = _person(part, draft, f"persons.{place}")
        persons.append(person)
        acts += _acts(part, person, draft)
    act_ids = [act["id"] for act in acts]
    perpetrators = [entry for part in mapping.perpetrators for entry in _perpetrators(part, draft, act_ids)]
    return {"persons": persons, "acts": acts, "perpetrators": perpetrators}


def _person(part: PersonPart, draft: _Draft, path: str) -> dict[str, Any]:
    cells = draft.cells
    years = resolve.number(part.years, cells, resolve.OLDEST)
    low, best, high = resolve.numbers(part.group_size, cells)
    return {
        "id": new_id(),
        "name": draft.text(f"{path}.name", part.name),
        "other_names": draft.text(f"{path}.other_names", part.other_names),
        "gender": resolve.code(part.gender, cells),
        "age_band": resolve.code(part.age_band, cells) if years is None else resolve.age_band(years),
        "unit": resolve.code(part.unit, cells),
        "context_role": resolve.codes(part.context_role, cells),
        "group_size_min": low,
        "group_size": best,
        "group_size_max": high,
        "deceased": part.deceased,
    }


def _acts(part: PersonPart, person: dict[str, Any], draft: _Draft) -> Iterator[dict[str, Any]]:
    years = resolve.number(part.years, draft.cells, resolve.OLDEST)
    for act in part.acts:
        methods = resolve.codes(act.methods, draft.cells)
        outcomes = resolve.codes(act.status_at_end, draft.cells)
        for violation in resolve.codes(act.violation, draft.cells):
            yield {
                "id": new_id(),
                "person_id": person["id"],
                "violation": violation,
                "methods": methods,
                "status_at_end": outcomes,
                "age_at_act": years,
            }


def _perpetrators(part: PerpetratorPart, draft: _Draft, act_ids: list[str]) -> Iterator[dict[str, Any]]:
    for kind in resolve.codes(part.perp_type, draft.cells):
        yield {
            "act_ids": act_ids,
            "perp_type": kind,
            "attribution_basis": list(part.attribution_basis.get(kind, ())),
            "unit_name": draft.text("perpetrators", part.unit_name),
        }


def _sources(parts: Sequence[SourcePart], draft: _Draft) -> Iterator[dict[str, Any]]:
    for part in parts:
        if not part.each:
            yield from _source(part, draft)
            continue
        for column in draft.cells.like(part.each):
            for item in draft.cells.items(column, part.separator):
                yield from _source_of_item(part, draft, column, item)


def _source(part: SourcePart, draft: _Draft) -> Iterator[dict[str, Any]]:
    citation = draft.text("sources", part.citation) if "{" in part.citation else part.citation
    if not citation and not part.url:
        return
    yield _source_row(part, part.url, citation, resolve.code(part.source_type, draft.cells))


def _source_of_item(
    part: SourcePart, draft: _Draft, column: str, item: str | dict[str, str]
) -> Iterator[dict[str, Any]]:
    """A link is text, or a small table with a `url` and perhaps a `text`."""
    url, words = (item, "") if isinstance(item, str) else (item.get("url", ""), item.get("text", ""))
    if len(url) > LINE_LIMIT or not url:
        draft.cells.explain(column, Why.REFUSED)
        return
    draft.cells.place_item(column, item)
    draft.origin.setdefault("sources", []).append(column)
    given = part.source_type
    kinds = given.value or next((rule.all for rule in given.rules if rule.regex.search(url)), given.otherwise)
    yield _source_row(part, url, words, next(iter(kinds), None))


def _source_row(part: SourcePart, url: str, citation: str, kind: str | None) -> dict[str, Any]:
    return {
        "source_type": kind,
        "connection": part.connection,
        "independence": part.independence,
        "url": url,
        "citation": citation,
        "confidential": False,
    }
