"""How well an incident is verified: the floor from its sources, and what a reviewer may add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.records.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.records.schema import CaseDocument, Claim, Source
    from incidents.records.schema_sources import ClaimField

INDEPENDENT: Final = frozenset({"IND_PRI", "IND_SEC"})
OFFICIAL_OR_FORENSIC: Final = frozenset({"SRC_CRT", "SRC_MDR", "SRC_AUT", "SRC_POL", "SRC_UN"})
DIRECT: Final = frozenset({"LNK_VIC", "LNK_WIT"})
CREDIBLE: Final = frozenset({"CRD_1", "CRD_2", "CRD_3"})
UNRELIABLE: Final = frozenset({"REL_D", "REL_E"})
# The ladder; the other states (contested, not confirmed, duplicate, withdrawn) stand beside it.
LADDER: Final = ("VS_0", "VS_1", "VS_2", "VS_3", "VS_4", "VS_5")
SINGLE_ACCOUNT: Final = ("VS_1", "VS_2")
COUNTED: Final = frozenset({"VS_1", "VS_2", "VS_3", "VS_4", "VS_5", "VS_C"})
STATE_GROUPS: Final = ("ST", "SL")
WEAK_BASES: Final = frozenset({"ATB_NONE", "ATB_PAT"})
# Where no witness is expected two trained reviewers may corroborate one detailed account.
SINGLE_TESTIMONY_GROUPS: Final = frozenset({"GBV", "TOR", "FAM"})
# Facts on which a conflict of independent sources makes a record contested, until a reviewer has decided.
CORE_FACTS: Final[frozenset[ClaimField]] = frozenset({"date", "actor", "violation", "victim", "cause", "number_killed"})
SINGLE_TESTIMONY_CODES: Final = frozenset({"POL_EXT", "POL_EXT_SEX", "POL_EXT_INF", "LIF_CUST", "LIF_CUST_CDT"})


def independent_sources(document: CaseDocument) -> list[Source]:
    """Return the sources that count as independent, one for each origin."""
    origins = _origins(document)
    found: dict[str, Source] = {}
    for source in document.sources:
        if source.id in origins:
            found.setdefault(origins[source.id], source)
    return list(found.values())


def conflicts(document: CaseDocument) -> list[ClaimField]:
    """Return the core facts on which independent sources say different things and nobody has decided yet.

    Words that differ are taken as a difference: a reviewer who finds none lets both stand.
    """
    origins = _origins(document)
    fields = dict.fromkeys(claim.field for claim in document.claims if claim.field in CORE_FACTS)
    return [field for field in fields if _disagree([one for one in document.claims if one.field == field], origins)]


def conflict_on_core_fact(document: CaseDocument) -> bool:
    """Say whether sources conflict on a core fact: it was recorded so, or their claims show it."""
    return document.incident.conflict_on_core_fact or bool(conflicts(document))


def verification_floor(document: CaseDocument) -> str:
    """Return the status by the sources alone: VS_0 to VS_3, or VS_C when they conflict on a core fact."""
    sources = independent_sources(document)
    if not sources:
        return "VS_0"
    if conflict_on_core_fact(document):
        return "VS_C"
    if len(sources) > 1 and any(
        source.independence == "IND_PRI" or source.source_type in OFFICIAL_OR_FORENSIC for source in sources
    ):
        return "VS_3"
    return "VS_2" if any(_direct_and_credible(source) for source in sources) else "VS_1"


def verification(document: CaseDocument) -> str:
    """Return the status that holds: the floor, or as much of the reviewers' decision as its conditions carry.

    A reviewer's VS_0 keeps a record in the queue whatever its sources; a state beside the ladder holds as decided; a
    conflict of sources overrides any grade; with an actor of the State without a basis a record does not pass VS_2.
    """
    decided = document.incident.verification
    if decided is not None and (decided not in LADDER or decided == "VS_0"):
        return decided
    floor = verification_floor(document)
    if floor == "VS_C":
        return floor
    status = max(floor, _carried(document), key=LADDER.index)
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
    return verification(document) == "VS_3" and verification_floor(document) in SINGLE_ACCOUNT


def objections(document: CaseDocument) -> list[str]:
    """Return sentences on why the reviewers' decision does not yet stand; empty when it does."""
    return objections_to(document, document.incident.verification)


def objections_to(document: CaseDocument, status: str | None) -> list[str]:
    """Return what a record lacks for a status that reviewers may give it; nothing below VS_3 or beside the ladder."""
    if status is None or status not in LADDER[3:]:
        return []
    found = [] if document.incident.verification_reason else [N_("Give the reason for this status.")]
    if status == "VS_3":
        return found + _objections_to_corroborated(document)
    return [*found, *_objections_to_verified(document, status)]


def needs_second(document: CaseDocument) -> bool:
    """Say whether the decision of a first reviewer waits for the signature of a second one."""
    incident = document.incident
    if not incident.reviewer1 or incident.reviewer2 or incident.verification not in LADDER[3:]:
        return False
    return incident.verification != "VS_3" or verification_floor(document) != "VS_3"


def sources_carry(document: CaseDocument, status: str) -> bool:
    """Say whether the sources are enough for a status, whoever may sign it: no signature makes up for a source."""
    floor = verification_floor(document)
    if status not in LADDER[3:] or floor == "VS_3":
        return True
    single = any(_no_witness_expected(act.violation) for act in document.acts)
    return status == "VS_3" and single and floor in SINGLE_ACCOUNT


def may_sign(document: CaseDocument, account_id: str) -> bool:
    """Say whether an account may be the second reviewer: not the first, and not who recorded the case."""
    return account_id not in {"", document.incident.reviewer1, document.recorder}


def verification_floor_or_none(document: CaseDocument) -> str:
    """Return the floor on the ladder; a contested record stands on none and counts as VS_0 here."""
    floor = verification_floor(document)
    return floor if floor in LADDER else "VS_0"


def _carried(document: CaseDocument) -> str:
    """Return the highest status up to the decided one whose conditions hold; VS_0 when there is none."""
    decided = document.incident.verification
    steps = LADDER[3 : LADDER.index(decided) + 1] if decided in LADDER else ()
    return next((step for step in reversed(steps) if not objections_to(document, step)), "VS_0")


def _objections_to_verified(document: CaseDocument, status: str) -> Iterator[str]:
    if verification_floor_or_none(document) != "VS_3":
        yield N_("Two independent sources, one of them primary or official, are needed for this status.")
    if not _two_reviewers(document):
        yield N_("A second reviewer has to sign: neither the first nor who recorded the case.")
    if not any(item.sha256 for item in document.evidence):
        yield N_("Add at least one piece of evidence that was hashed.")
    if any(not set(entry.attribution_basis) - WEAK_BASES for entry in document.perpetrators):
        yield N_("Say on what each perpetrator is based, beyond a pattern.")
    if status == "VS_5" and not _established(document):
        yield N_("Add the official finding, or say who admitted it.")


def _objections_to_corroborated(document: CaseDocument) -> list[str]:
    if verification_floor(document) == "VS_3":
        return []
    if not any(_no_witness_expected(act.violation) for act in document.acts):
        return [N_("Two independent sources, one of them primary or official, are needed for this status.")]
    if verification_floor(document) not in SINGLE_ACCOUNT:
        return [N_("At least one source that depends on no other is needed for this status.")]
    if not _two_reviewers(document):
        return [N_("One account alone needs two reviewers, the second neither the first nor who recorded the case.")]
    return []


def _no_witness_expected(violation: str) -> bool:
    return violation.partition("_")[0] in SINGLE_TESTIMONY_GROUPS or violation in SINGLE_TESTIMONY_CODES


def _two_reviewers(document: CaseDocument) -> bool:
    return bool(document.incident.reviewer1) and may_sign(document, document.incident.reviewer2)


def _established(document: CaseDocument) -> bool:
    admitted = any({"ATB_ADM", "ATB_CRT"} & set(entry.attribution_basis) for entry in document.perpetrators)
    return admitted or any(source.source_type in ("SRC_CRT", "SRC_UN") for source in document.sources)


def _direct_and_credible(source: Source) -> bool:
    return source.connection in DIRECT and source.credibility in CREDIBLE and source.reliability not in UNRELIABLE


def _origins(document: CaseDocument) -> dict[str, str]:
    """Return where the information of each source that is independent comes from, by the source's id."""
    roots = {source.id: source.same_origin_as for source in document.sources}
    return {one.id: _origin(one.id, roots) for one in document.sources if one.independence in INDEPENDENT}


def _disagree(claims: list[Claim], origins: dict[str, str]) -> bool:
    """Say whether an undecided claim differs from one that was not discarded, of another independent source."""
    kept = [one for one in claims if one.stands is not False and one.source_id in origins]
    return any(
        one.stands is None
        and _bare(one.value) != _bare(other.value)
        and origins[one.source_id or ""] != origins[other.source_id or ""]
        for one in kept
        for other in kept
    )


def _bare(words: str) -> str:
    """Return words without what makes no difference between two of them: case and spaces."""
    return " ".join(words.split()).casefold()


def _origin(source_id: str, roots: dict[str, str | None]) -> str:
    """Follow "same origin as" to its end; a circle ends where it was entered."""
    seen = [source_id]
    while (parent := roots.get(seen[-1])) is not None and parent not in seen:
        seen.append(parent)
    return min(seen) if parent in seen else seen[-1]
