"""Two cases side by side, in words: what both say, what they say differently, what only one says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from incidents.i18n import gettext as _
from incidents.records import page
from incidents.records.answers import answers, label_of
from incidents.records.rules import verification
from incidents.records.sentences import joined
from incidents.records.when import when

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incidents.overlaps.linkage import Candidate
    from incidents.records.page import Cells
    from incidents.records.schema import CaseDocument, Person

#: Who works on a case, how it is kept and shown: nothing that tells one incident from another.
OF_THE_RECORD: Final = frozenset(
    {
        *("ref", "title_working", "narrative", "narrative_lang", "date_start", "date_end", "network", "release_level"),
        *("verification", "verification_reason", "reviewer1", "reviewer2", "priority", "priority_since"),
        *("risk_note", "harm_test_note", "monitoring_status", "legal_hold", "retention_until", "conflict_on_core_fact"),
    }
)


class Likeness(StrEnum):
    """How two answers stand to each other."""

    SAME = "same"
    DIFFERENT = "different"
    ONLY_ONE = "only_one"


@dataclass(frozen=True)
class Compared:
    """One thing that both cases were asked; None is no answer."""

    label: str
    one: str | None
    other: str | None
    likeness: Likeness


def compared(one: CaseDocument, other: CaseDocument) -> list[Compared]:
    """Both accounts field by field, what differs first. Names, contacts and exact places are in neither."""
    rows = [*_first(one, other), *_of_incident(one, other), *_of_parts(one, other)]
    order = [*list(Likeness)[1:], Likeness.SAME]
    return sorted(rows, key=lambda row: order.index(row.likeness))


def reasons(candidate: Candidate) -> str:
    """Why two cases are suggested, in words."""
    words = {
        ("when", "same_day"): _("the same day"),
        ("when", "one_day"): _("a day apart"),
        ("when", "few_days"): _("a few days apart"),
        ("when", "week"): _("about a week apart"),
        ("when", "month"): _("within weeks"),
        ("when", "same_span"): _("the same dates"),
        ("when", "within_span"): _("dates that overlap"),
        ("where", "same_area"): _("the same area"),
        ("where", "same_country"): _("the same country"),
        ("name", "same"): _("names that sound the same"),
        ("name", "alike"): _("names alike"),
        ("name", "in_part"): _("names alike in part"),
        ("place", "same"): _("the same place by its name"),
        ("place", "in_part"): _("places alike by their names"),
        ("point", "same"): _("the same spot on the map"),
        ("point", "near"): _("spots near each other on the map"),
        ("violation", "same"): _("the same kind of violation"),
        ("gender", "same"): _("the same gender"),
        ("age", "same"): _("the same age"),
    }
    found = [words[reason] for reason in candidate.reasons.items() if reason in words]
    return joined(found) if found else _("nothing in particular")


def how_likely(likely: float) -> str:
    """A probability in words: it is an order for work, and no measure of truth."""
    if likely >= 0.9:  # noqa: PLR2004 - steps of a scale
        return _("very much alike")
    return _("much alike") if likely >= 0.6 else _("alike")  # noqa: PLR2004 - as above


def described(person: Person) -> str:
    """A person as a choice among others: pseudonym, gender, age."""
    coded = [label_of("victim_attributes", code) for code in (person.gender, person.age_band)]
    known = [one for one in coded if one]
    name = person.pseudonym or _("somebody the record does not name")
    return f"{name} ({', '.join(known)})" if known else name


def suggested(one: CaseDocument, other: CaseDocument) -> dict[str, str]:
    """Who of one account may be whom of the other, by id: those alike in gender, age and kind, each once."""
    taken: set[str] = set()
    found = {}
    for person in one.persons:
        match = next((theirs for theirs in other.persons if theirs.id not in taken and _alike(person, theirs)), None)
        if match is not None:
            taken.add(match.id)
            found[person.id] = match.id
    return found


def _alike(one: Person, other: Person) -> bool:
    pairs = ((one.gender, other.gender), (one.age_band, other.age_band), (one.unit, other.unit))
    open_codes = {None, "GEN_UNK", "AGE_UNK"}
    return bool(set(one.roles) & set(other.roles)) and all(
        a == b or a in open_codes or b in open_codes for a, b in pairs
    )


def _row(label: str, one: str | None, other: str | None, *, same: bool | None = None) -> Iterator[Compared]:
    if one is None and other is None:
        return
    likeness = Likeness.ONLY_ONE if one is None or other is None else Likeness.DIFFERENT
    if one is not None and other is not None and (one == other if same is None else same):
        likeness = Likeness.SAME
    yield Compared(label, one, other, likeness)


def _first(one: CaseDocument, other: CaseDocument) -> Iterator[Compared]:
    begun = [document.incident.date_start for document in (one, other)]
    yield from _row(_("When"), *(when(date) if date and date.known else None for date in begun))
    ended = [document.incident.date_end for document in (one, other)]
    yield from _row(_("Until"), *(when(date) if date and date.known else None for date in ended))
    yield from _row(_("What was done"), *(joined(sorted(_violations(document))) or None for document in (one, other)))
    verified = [label_of("verification_status", verification(document)) for document in (one, other)]
    yield from _row(_("How well verified"), *verified)


def _violations(document: CaseDocument) -> set[str]:
    return {label for act in document.acts if (label := label_of("violation_types", act.violation))}


def _of_incident(one: CaseDocument, other: CaseDocument) -> Iterator[Compared]:
    mine, theirs = (_answers(document) for document in (one, other))
    for key in dict.fromkeys([*mine, *theirs]):
        label = (mine.get(key) or theirs[key])[0]
        yield from _row(label, *(known[key][1] if key in known else None for known in (mine, theirs)))


def _answers(document: CaseDocument) -> Mapping[str, tuple[str, str]]:
    found = (answer for answer in answers(document, "account") if answer.key.startswith("incident."))
    return {
        answer.key: (answer.label, answer.value)
        for answer in found
        if answer.key.count(".") == 1 and answer.key.partition(".")[2] not in OF_THE_RECORD
    }


def _of_parts(one: CaseDocument, other: CaseDocument) -> Iterator[Compared]:
    tables = [page.tables(document) for document in (one, other)]
    # A pseudonym is random: that it differs says nothing.
    for label, name, leave_out in (
        (_("Persons and groups"), "persons", 1),
        (_("Who did it, according to the account"), "perpetrators", 0),
        (_("How it is known"), "sources", 0),
    ):
        parts: list[list[Cells]] = [getattr(table, name) for table in tables]
        same = sorted(map(str, _cut(parts[0], leave_out))) == sorted(map(str, _cut(parts[1], leave_out)))
        yield from _row(label, *(_lines(part) for part in parts), same=same)


def _cut(rows: Sequence[Cells], leave_out: int) -> list[Cells]:
    return [row[leave_out:] for row in rows]


def _lines(rows: Sequence[Cells]) -> str | None:
    lines = [Markup("; ").join(str(c) if isinstance(c, int) else c for c in row if c is not None) for row in rows]
    return Markup(" · ").join(line for line in lines if line) or None
