"""How well an incident is verified: the floor from its sources, and what a reviewer may add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.records.errors import N_

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Incident, Source

INDEPENDENT: Final = frozenset({"IND_PRI", "IND_SEC"})
OFFICIAL_OR_FORENSIC: Final = frozenset({"SRC_CRT", "SRC_MDR", "SRC_AUT", "SRC_POL", "SRC_UN"})
DIRECT: Final = frozenset({"LNK_VIC", "LNK_WIT"})
CREDIBLE: Final = frozenset({"CRD_1", "CRD_2", "CRD_3"})
UNRELIABLE: Final = frozenset({"REL_D", "REL_E"})
# The ladder; the other states (contested, not confirmed, duplicate, withdrawn) stand beside it.
LADDER: Final = ("VS_0", "VS_1", "VS_2", "VS_3", "VS_4", "VS_5")
COUNTED: Final = frozenset({"VS_1", "VS_2", "VS_3", "VS_4", "VS_5", "VS_C"})
STATE_GROUPS: Final = ("ST", "SL")
WEAK_BASES: Final = frozenset({"ATB_NONE", "ATB_PAT"})
# Where no witness is expected two trained reviewers may corroborate one detailed account.
SINGLE_TESTIMONY_GROUPS: Final = frozenset({"GBV", "TOR", "FAM"})
SINGLE_TESTIMONY_CODES: Final = frozenset({"POL_EXT", "POL_EXT_SEX", "POL_EXT_INF", "LIF_CUST", "LIF_CUST_CDT"})


def independent_sources(document: CaseDocument) -> list[Source]:
    """Return the sources that count as independent, one for each origin."""
    roots = {source.id: source.same_origin_as for source in document.sources}
    found: dict[str, Source] = {}
    for source in document.sources:
        if source.independence in INDEPENDENT:
            found.setdefault(_origin(source.id, roots), source)
    return list(found.values())


def verification_floor(document: CaseDocument) -> str:
    """Return the status by the sources alone: VS_0 to VS_3, or VS_C when they conflict on a core fact."""
    sources = independent_sources(document)
    if not sources:
        return "VS_0"
    if document.incident.conflict_on_core_fact:
        return "VS_C"
    if len(sources) > 1 and any(
        source.independence == "IND_PRI" or source.source_type in OFFICIAL_OR_FORENSIC for source in sources
    ):
        return "VS_3"
    return "VS_2" if any(_direct_and_credible(source) for source in sources) else "VS_1"


def verification(document: CaseDocument) -> str:
    """Return the status that holds: the reviewer's decision, never below the floor once the record was read.

    A reviewer's VS_0 keeps a record in the queue whatever its sources; a conflict of sources overrides any
    grade; with an actor of the State without a basis a record does not pass VS_2.
    """
    decided = document.incident.verification
    if decided is not None and (decided not in LADDER or decided == "VS_0"):
        return decided
    floor = verification_floor(document)
    if floor == "VS_C":
        return floor
    status = max(floor, decided or floor, key=LADDER.index)
    return min(status, "VS_2", key=LADDER.index) if unfounded_state_links(document) else status


def unfounded_state_links(document: CaseDocument) -> list[str]:
    """Return ids of perpetrators coded as State or State-linked without a basis (coding rule 6)."""
    return [
        perpetrator.id
        for perpetrator in document.perpetrators
        if perpetrator.perp_type is not None
        and perpetrator.perp_type.partition("_")[0] in STATE_GROUPS
        and not set(perpetrator.attribution_basis) - {"ATB_NONE"}
    ]


def single_testimony(document: CaseDocument) -> bool:
    """Say whether two reviewers corroborated one account; the method note of a table says so."""
    return verification(document) == "VS_3" and verification_floor(document) in ("VS_1", "VS_2")


def objections(document: CaseDocument) -> list[str]:
    """Return sentences on why the reviewer's decision does not yet stand; empty when it does."""
    incident = document.incident
    decided = incident.verification
    if decided is None or decided not in LADDER[3:]:
        return []
    found = [] if incident.verification_reason else [N_("Give the reason for this status.")]
    if decided == "VS_3":
        return found + _objections_to_corroborated(document)
    if LADDER.index(verification_floor_or_none(document)) < LADDER.index("VS_3"):
        found.append(N_("Two independent sources, one of them primary or official, are needed for this status."))
    if not _two_reviewers(incident):
        found.append(N_("A second reviewer, another person than the first, has to sign."))
    if not any(item.sha256 for item in document.evidence):
        found.append(N_("Add at least one piece of evidence that was hashed."))
    if any(not set(entry.attribution_basis) - WEAK_BASES for entry in document.perpetrators):
        found.append(N_("Say on what each perpetrator is based, beyond a pattern."))
    if decided == "VS_5" and not _established(document):
        found.append(N_("Add the official finding, or say who admitted it."))
    return found


def verification_floor_or_none(document: CaseDocument) -> str:
    """Return the floor on the ladder; a contested record stands on none and counts as VS_0 here."""
    floor = verification_floor(document)
    return floor if floor in LADDER else "VS_0"


def _objections_to_corroborated(document: CaseDocument) -> list[str]:
    if verification_floor(document) == "VS_3":
        return []
    if not any(_no_witness_expected(act.violation) for act in document.acts):
        return [N_("Two independent sources, one of them primary or official, are needed for this status.")]
    if not _two_reviewers(document.incident):
        return [N_("One account alone needs two reviewers, who are not the same person.")]
    return []


def _no_witness_expected(violation: str) -> bool:
    return violation.partition("_")[0] in SINGLE_TESTIMONY_GROUPS or violation in SINGLE_TESTIMONY_CODES


def _two_reviewers(incident: Incident) -> bool:
    return bool(incident.reviewer1 and incident.reviewer2 and incident.reviewer1 != incident.reviewer2)


def _established(document: CaseDocument) -> bool:
    admitted = any({"ATB_ADM", "ATB_CRT"} & set(entry.attribution_basis) for entry in document.perpetrators)
    return admitted or any(source.source_type in ("SRC_CRT", "SRC_UN") for source in document.sources)


def _direct_and_credible(source: Source) -> bool:
    return source.connection in DIRECT and source.credibility in CREDIBLE and source.reliability not in UNRELIABLE


def _origin(source_id: str, roots: dict[str, str | None]) -> str:
    """Follow "same origin as" to its end; a circle ends where it was entered."""
    seen = [source_id]
    while (parent := roots.get(seen[-1])) is not None and parent not in seen:
        seen.append(parent)
    return min(seen) if parent in seen else seen[-1]
