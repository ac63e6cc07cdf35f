"""Plainly fictional case documents, and strategies that draw whole ones over every field of the schema."""

from __future__ import annotations

import datetime as dt
import types
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import AwareDatetime

from incidents.records.dates import UNKNOWN, Edtf, between, parse
from incidents.records.fields import Mark, Record, inner_record, mark_of
from incidents.records.identifiers import new_id, new_reference
from incidents.records.schema import Act, CaseDocument, Consent, Incident, Perpetrator, Person, Source

TODAY = dt.date(2026, 11, 24)
EXPLAINED = {"purpose": True, "recipients": True, "risks": True, "withdrawal": True, "limits": True}


# -- single entries ------------------------------------------------------------------------------------


def person(**fields: Any) -> Person:
    """A person with the answers that a complete record has."""
    given: dict[str, Any] = {"gender": "GEN_W", "age_band": "AGE_25_34", "unit": "UNIT_IND"} | fields
    return Person(**given)


def act(violation: str = "POL_EXT", whom: Person | None = None, **fields: Any) -> Act:
    """One violation against somebody, or against nobody in particular."""
    return Act(violation=violation, person_id=whom.id if whom else None, **fields)


def consent(whom: Person, purpose: str = "CP_STAT", **fields: Any) -> Consent:
    """A yes that holds: given by the person, everything explained."""
    given: dict[str, Any] = {
        "person_id": whom.id,
        "purpose": purpose,
        "answer": "yes",
        "given_by": "CB_SELF",
        "mode": "CM_ORAL",
        "explained": EXPLAINED,
        "given_on": TODAY - dt.timedelta(days=30),
    } | fields
    return Consent(**given)


def perpetrator(*acts: Act, **fields: Any) -> Perpetrator:
    """Police, known by their uniform."""
    given: dict[str, Any] = {
        "perp_type": "ST_POL",
        "attribution_basis": ["ATB_MARK"],
        "act_ids": [one.id for one in acts],
    } | fields
    return Perpetrator(**given)


def source(**fields: Any) -> Source:
    """The testimony of the person it happened to, graded C3."""
    given: dict[str, Any] = {
        "source_type": "SRC_SURV",
        "connection": "LNK_VIC",
        "independence": "IND_PRI",
        "reliability": "REL_C",
        "credibility": "CRD_3",
    } | fields
    return Source(**given)


def incident(**fields: Any) -> Incident:
    """A morning in a country, with all that a complete record has."""
    given: dict[str, Any] = {
        "narrative": "Two officers stopped a woman at the fictional Blue Bridge and asked her for money.",
        "narrative_lang": "en",
        "date_start": "2026-03-14",
        "date_reported": "2026-03-20",
        "country": "PH",
        "adm1": "PH-CEB",
        "place_text": "Blue Bridge, Nowhere Town",
        "place_type": "PL_STREET",
        "place_precision": "PP_LOC",
        "drug_nexus": ["NX_STIG"],
    } | fields
    return Incident(**given)


# -- whole documents -----------------------------------------------------------------------------------


def document(**fields: Any) -> CaseDocument:
    """A complete record of one extortion by police, with consent for statistics; any part can be replaced."""
    whom = person()
    done = act("POL_EXT", whom)
    given: dict[str, Any] = {
        "status": "complete",
        "incident": incident(),
        "persons": [whom],
        "acts": [done],
        "perpetrators": [perpetrator(done)],
        "sources": [source()],
        "consents": [consent(whom)],
        "recorder": "fictional-researcher",
    } | fields
    return CaseDocument(**given)


def about(whom: Person, *violations: str, **fields: Any) -> CaseDocument:
    """A complete record of these violations against one person, who agreed to statistics."""
    acts = [act(violation, whom) for violation in violations]
    parts: dict[str, Any] = {
        "persons": [whom],
        "acts": acts,
        "perpetrators": [perpetrator(*acts)],
        "consents": [consent(whom)],
    }
    return document(**(parts | fields))


def quick_record() -> CaseDocument:
    """What, when, where, how known: all that the quick form asks."""
    return CaseDocument(
        incident=Incident(
            narrative="A raid at the fictional Harbour Clinic.", date_start=parse("2026-03"), country="KE"
        ),
        sources=[Source(source_type="SRC_PEER", connection="LNK_3RD")],
    )


def open_source_killing(**fields: Any) -> CaseDocument:
    """A killing known from a newspaper, as an import records it."""
    whom = person(gender="GEN_UNK", age_band="AGE_UNK", deceased=True)
    press = source(source_type="SRC_MED", connection="LNK_3RD", independence="IND_SEC", credibility="CRD_6")
    given: dict[str, Any] = {
        "incident": incident(open_source=True, harm_test_note="Printed by a fictional newspaper, no name kept."),
        "sources": [press],
        "consents": [],
    } | fields
    return about(whom, "LIF_EJK_OP", **given)


# -- strategies ----------------------------------------------------------------------------------------

days = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31))
points = st.builds(
    lambda day, shape, about: day.strftime(shape) + about,
    days,
    st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]),
    st.sampled_from(["", "~"]),
).map(parse)


@st.composite
def edtf_dates(draw: st.DrawFn) -> Edtf:
    """A date of any precision the subset has."""
    kind = draw(st.sampled_from(["point", "interval", "since", "unknown"]))
    if kind == "unknown":
        return UNKNOWN
    first, second = sorted([draw(points), draw(points)], key=lambda one: one.sort_key)
    if kind == "interval":
        return between(first, second)
    return parse(f"{first.text}/..") if kind == "since" else first


# A pool and not any text: what text may hold is tested apart, and whole documents are drawn by the hundred.
texts = st.sampled_from(
    ["", "", "plain", "Zoë Ñandú", "دنيا", "语言", 'a "quoted" \\ value', "<b>&amp;", "=1+1", "\U0001f54a"]
)
ids = st.builds(lambda number: f"{number:032x}", st.integers(0, 2**128 - 1))
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "language": st.sampled_from(["", "en", "fil", "ar"]),
    "narrative_lang": st.sampled_from(["", "en", "fil", "ar"]),
    "ref": st.builds(new_reference),
    "cell_key": st.integers(1, 2**64 - 1),
    "sha256": st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    "hash": st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    "prev_hash": st.just(""),
    "media_type": st.sampled_from(["", "image/png"]),
    "currency": st.sampled_from(["PHP", "KES"]),
    "adm1": st.none(),
    "schema_version": st.just(2),
    "lat": st.floats(-90, 90),
    "lon": st.floats(-180, 180),
    "reports": st.lists(ids, max_size=2),
    "incident_ids": st.lists(ids, max_size=2),
    "erased_persons": st.lists(ids, max_size=2),
}
SPECIAL |= dict.fromkeys(("id", "from_id", "to_id", "other_id", "organisation_id", "view_id"), ids)
SPECIAL |= dict.fromkeys(
    ("original_blob", "working_blob", "preview_blob", "publication_id", "summary_id", "answers"), st.none() | ids
)
SPECIAL |= dict.fromkeys(("original_key", "working_key", "preview_key", "working_sha256"), SPECIAL["sha256"])
SPECIAL |= {"explained_in": SPECIAL["language"], "public_key": SPECIAL["sha256"]}
SPECIAL |= {"counts_as": st.none() | SPECIAL["cell_key"]}
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    bool: st.booleans(),
    int: st.integers(0, 100),
    dt.date: days,
    Edtf: edtf_dates(),
    Decimal: st.decimals(0, 1000, places=2),
    AwareDatetime: st.datetimes(dt.datetime(2000, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
}
REFERENCES = {"act_ids", "person_id", "document_id", "same_origin_as", "source_id"}
ORDERED = {"persons_affected_min", "persons_affected_max", "killed_min", "killed_max"}


@cache
def records(model: type[Record]) -> st.SearchStrategy[dict[str, Any]]:
    """Values for every field of a part of the document, as its marks and types allow; references are left out."""
    fields = {}
    for name, info in model.model_fields.items():
        inner, many = inner_record(info)
        if name in REFERENCES or name in ORDERED:
            continue
        if inner is not None:
            entries = records(inner)
            fields[name] = st.lists(entries, max_size=2) if many else st.none() | entries
            if name in ("incident", "explained"):
                fields[name] = entries
        else:
            fields[name] = SPECIAL[name] if name in SPECIAL else _values(info.annotation, mark_of(info))
    return st.fixed_dictionaries(fields)


def _values(annotation: Any, mark: Mark | None) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        inner = next(one for one in arguments if one is not type(None))
        return st.none() | _values(inner, mark)
    if origin is list:
        return st.lists(_values(arguments[0], mark), max_size=2, unique=True)
    if mark is not None and mark.vocabulary is not None:
        return st.sampled_from(sorted(mark.codes))
    if origin is Literal:
        return st.sampled_from(arguments)
    return _values(arguments[0], None) if origin is not None else PLAIN[annotation]


@st.composite
def documents(draw: st.DrawFn) -> CaseDocument:
    """A whole valid document: every field of the schema may be filled, references point somewhere."""
    raw = draw(records(CaseDocument))
    for part in (
        "persons",
        "acts",
        "perpetrators",
        "sources",
        "consents",
        "interventions",
        "chain",
        "evidence",
        "claims",
        "overlaps",
        "shares",
        "comments",
        "kept_aside",
    ):
        for entry in raw[part]:
            entry["id"] = new_id()
    persons = [entry["id"] for entry in raw["persons"]]
    acts = [entry["id"] for entry in raw["acts"]]
    someone = st.none() | st.sampled_from(persons) if persons else st.none()
    for entry in (*raw["acts"], *raw["sources"]):
        entry["person_id"] = draw(someone)
    for entry in raw["perpetrators"]:
        entry["act_ids"] = draw(st.lists(st.sampled_from(acts), unique=True)) if acts else []
    raw["consents"] = [entry | {"person_id": draw(st.sampled_from(persons))} for entry in raw["consents"] if persons]
    return CaseDocument.model_validate(raw)
