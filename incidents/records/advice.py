"""The coding rules as advice: what a record may mean to say instead. Pure; it never keeps anybody from saving.

`rules.missing` says what a record lacks. This says where an answer that is there does not go with another one, by the
ten coding rules (codebook, 3). Each piece of advice names the field it is about, so that it can stand beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.records import rules
from incidents.records.errors import N_
from incidents.records.killings import is_killing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incidents.records.schema import Act, CaseDocument, GbvQuestions, Incident, Perpetrator, Person

OUT_OF_SCOPE: Final = "PRI_X"
#: Harms that are acts of their own: how it shows that they were done, and the acts that would say so (rule 2).
_OWN_ACTS: Final = (
    (
        "MT_BEAT",
        ("TOR", "GBV_PHY", "VIO_ASLT", "CDT_ABU", "LIF", "HLT_STIG"),
        N_("A beating is an act of its own: add it."),
    ),
    (
        "MT_SEX",
        ("GBV", "POL_EXT_SEX", "LIF", "POL_SEARCH_STRIP"),
        N_("A sexual act or threat is an act of its own: add it."),
    ),
    ("MT_WD", ("TOR_WD", "HLT", "LIF", "CDT"), N_("Withdrawal or medicine withheld is an act of its own: add it.")),
)
_MONEY_ACTS: Final = ("POL_EXT", "CDT", "VIO_PROP", "VIO", "GBV_EXP", "DIS", "JUS", "HLT", "POL_SEIZE")
_ELEMENTS: Final[Mapping[str, str]] = {
    "pain": N_("Three elements of torture are answered yes. Ask for the fourth: severe pain or suffering."),
    "intent": N_("Three elements of torture are answered yes. Ask for the fourth: that it was on purpose."),
    "purpose": N_("Three elements of torture are answered yes. Ask for the fourth: what it was done for."),
    "official": N_("Three elements of torture are answered yes. Ask for the fourth: an official behind it."),
}
#: What a member of State forces shows, beyond a pattern (rule 6).
_SIGNS: Final = frozenset({"ATB_ADM", "ATB_CRT", "ATB_KNOWN", "ATB_MARK", "ATB_PLACE", "ATB_DOC"})
_CLOSE: Final = frozenset({"LNK_VIC", "LNK_REL", "LNK_COL"})


class Advice(NamedTuple):
    """One thing to look at again: the coding rule (1 to 10), the field to go to, and a sentence."""

    rule: int
    path: str
    message: str


class Primary(NamedTuple):
    """Which act stands for a person in headlines, and why: the step of rule 3 it stands on, or somebody's choice."""

    person_id: str | None
    act_id: str
    step: str
    by_hand: bool


#: Why an act comes before others, by its step in rule 3.
STEPS: Final = (
    N_("it concerns life"),
    N_("it is torture or rape"),
    N_("it concerns gender-based violence or liberty"),
    N_("it concerns reproduction or family"),
    N_("it concerns health"),
    N_("it concerns the police or courts"),
    N_("nothing graver is recorded"),
)


def advice(document: CaseDocument) -> list[Advice]:
    """Return everything worth a second look, in the order of the rules."""
    found = [
        *_scope(document),
        *_closer_codes(document),
        *_torture(document),
        *_gender(document),
        *_state_links(document),
        *_assumed_use(document),
        *_laws(document),
        *_others(document),
        *_numbers(document),
        *_primary_reasons(document),
    ]
    return sorted(found, key=lambda one: one.rule)


def inclusion(document: CaseDocument) -> list[str]:
    """Return which of the four conditions of rule 1 a record does not meet, each as the field that would meet it."""
    incident = document.incident
    conditions = {
        "incident.drug_nexus": bool(set(incident.drug_nexus) - {rules.UNCLEAR_NEXUS}),
        "acts": bool(document.acts),
        "incident.country": incident.country is not None,
        "persons": bool(document.persons) or _only_laws(document),
    }
    return [path for path, met in conditions.items() if not met]


def _scope(document: CaseDocument) -> Iterator[Advice]:
    """Rule 1: what can never meet the conditions is referred on; `rules.missing` asks for each of them."""
    marked, lacking = document.incident.priority == OUT_OF_SCOPE, inclusion(document)
    if lacking and not marked:
        message = N_(
            "A case belongs here when it has a link to drugs, something that was done, a country, and a person, a "
            "group or a law. If this one never will, refer the person on and choose “Out of scope” under Safety first."
        )
        yield Advice(1, "incident.priority", message)
    if marked and not lacking:
        yield Advice(1, "incident.priority", N_("It is marked as out of scope, and meets all four conditions."))


def primary_acts(document: CaseDocument) -> list[Primary]:
    """Return, for everybody to whom several things were done, which act stands for them and why (rule 3)."""
    chosen = rules.primary_acts(document)
    acts = {act.id: act for act in document.acts}
    several = [
        person_id
        for person_id in dict.fromkeys(act.person_id for act in document.acts)
        if person_id is not None and sum(act.person_id == person_id for act in document.acts) > 1
    ]
    return [
        Primary(
            one,
            chosen[one],
            STEPS[rules.primary_rank(acts[chosen[one]].violation)],
            acts[chosen[one]].is_primary is True,
        )
        for one in several
    ]


def _only_laws(document: CaseDocument) -> bool:
    return bool(document.acts) and all(_group(act) == "LAW" for act in document.acts)


def _closer_codes(document: CaseDocument) -> Iterator[Advice]:
    """Rule 2: the leaf that fits, and another act for another harm."""
    listed = codebook().vocabulary("violation_types")
    for place, act in enumerate(document.acts):
        if (
            act.violation != "OTH"
            and any(code.parent == act.violation for code in listed)
            and listed[act.violation].parent is None
        ):
            message = N_(
                "This names a whole group. Choose the closest entry below it, or keep the group if you are unsure."
            )
            yield Advice(2, f"acts.{place}.violation", message)
        own = [other.violation for other in document.acts if other.person_id == act.person_id]
        for method, fitting, message in _OWN_ACTS:
            if method in act.methods and not _any_within(own, fitting):
                yield Advice(2, f"acts.{place}.methods", message)
        if act.amount_extorted is not None and not _any_within(own, _MONEY_ACTS):
            yield Advice(
                2, f"acts.{place}.amount_extorted", N_("Money that was demanded is an act of its own: add it.")
            )


def _torture(document: CaseDocument) -> Iterator[Advice]:
    """Rule 4: torture needs four yes answers."""
    for place, act in enumerate(document.acts):
        if act.torture_elements is None:
            continue
        answers = {name: getattr(act.torture_elements, name) for name in _ELEMENTS}
        match [name for name, answer in answers.items() if answer != "yes"]:
            case [] if act.violation != "TOR_TORT" and _group(act) == "TOR":
                message = N_("All four elements are answered yes: torture is the closer entry.")
                yield Advice(4, f"acts.{place}.violation", message)
            case [open_one] if answers[open_one] != "no":
                yield Advice(4, f"acts.{place}.torture_elements", _ELEMENTS[open_one])


def _gender(document: CaseDocument) -> Iterator[Advice]:
    """Rule 5: the six questions in their order; the context stands elsewhere."""
    for place, act in enumerate(document.acts):
        asked = act.gbv_questions
        if asked is None or not any(answer for _name, answer in asked):
            continue
        if _jumped(asked):
            message = N_("The six questions go in order. An earlier one has no answer: ask it, or choose “not known”.")
            yield Advice(5, f"acts.{place}.gbv_questions", message)
        derived = rules.gbv_core_type_of(act.model_copy(update={"gbv_core_type": None}))
        if act.gbv_core_type is not None and act.gbv_core_type != derived:
            message = N_("The kind that was set by hand is another than the six questions give.")
            yield Advice(5, f"acts.{place}.gbv_core_type", message)
        if derived == "rape" and _group(act) == "GBV" and not act.violation.startswith("GBV_RAPE"):
            yield Advice(
                5, f"acts.{place}.violation", N_("The first question is answered yes: rape is the closer entry.")
            )


def _jumped(asked: GbvQuestions) -> bool:
    """Whether the first yes comes after a question without any answer."""
    before = False
    for _name, answer in asked:
        if answer == "yes":
            return before
        before = before or answer is None
    return False


def _state_links(document: CaseDocument) -> Iterator[Advice]:
    """Rule 6: a State actor needs a basis, a State-linked one a stated sign; a pattern alone upgrades nobody."""
    for place, entry in enumerate(document.perpetrators):
        message = _state_link(entry)
        if message:
            yield Advice(6, f"perpetrators.{place}.attribution_basis", message)


def _state_link(entry: Perpetrator) -> str:
    group = (entry.perp_type or "").partition("_")[0]
    bases = set(entry.attribution_basis)
    if group == "ST" and not bases - {"ATB_NONE"}:
        return N_("A State actor needs a basis. Without one it stays at credible.")
    if group == "SL" and not bases & _SIGNS:
        return N_(
            "A link to the State needs a sign that a source states. A pattern alone is none: masked attackers without "
            "a sign are “unidentified assailants”."
        )
    if group == "ST" and bases == {"ATB_PAT"}:
        return N_("A pattern alone is a weak basis. Ask for a uniform, a vehicle, a document, or who knows them.")
    if group == "UN" and bases & _SIGNS:
        return N_("A sign is noted, and the actor stands as unidentified. Does the sign say who it was?")
    if "ATB_NONE" in bases and len(bases) > 1:
        return N_("“No basis yet” stands beside a basis. Keep one of the two.")
    return ""


def _assumed_use(document: CaseDocument) -> Iterator[Advice]:
    """Rule 7: that somebody uses drugs is said by them or by somebody close, or it is assumed."""
    for place, person in enumerate(document.persons):
        said = set(person.kp_status)
        if {"KP_SUSP", "KP_PWUD"} <= said:
            message = N_("“Assumed” and “uses drugs” stand side by side. Keep “assumed” unless the person says so.")
            yield Advice(7, f"persons.{place}.kp_status", message)
        elif said & {"KP_PWUD", "KP_PWID"} and not _close_source(document, person):
            message = N_(
                "No source here is the person or close to them. If others said that they use drugs, choose “assumed”."
            )
            yield Advice(7, f"persons.{place}.kp_status", message)


def _close_source(document: CaseDocument, person: Person) -> bool:
    return "source" in person.roles or any(
        one.person_id == person.id or one.connection in _CLOSE for one in document.sources
    )


def _laws(document: CaseDocument) -> Iterator[Advice]:
    """Rule 8: a law or policy has no victim, and no number of people."""
    for place, act in enumerate(document.acts):
        if _group(act) == "LAW" and act.person_id is not None:
            yield Advice(
                8, f"acts.{place}.person_id", N_("A law or policy takes no person: choose nobody in particular.")
            )
    counted = [
        name for name in ("min", "best", "max") if getattr(document.incident, f"persons_affected_{name}") is not None
    ]
    if _only_laws(document) and counted:
        message = N_("For a law or policy the number of people affected stays empty.")
        yield Advice(8, f"incident.persons_affected_{counted[0]}", message)


def _others(document: CaseDocument) -> Iterator[Advice]:
    """Rule 9: what found no place is looked at together."""
    for place, act in enumerate(document.acts):
        if _group(act) == "OTH":
            message = N_(
                "“Other” is reviewed each quarter. Say in the account what it was; three alike make a new entry."
            )
            yield Advice(9, f"acts.{place}.violation", message)


def _numbers(document: CaseDocument) -> Iterator[Advice]:
    """Rule 10: the lowest until corroborated, and a reason for more."""
    incident = document.incident
    for name in ("persons_affected", "killed"):
        low, best = getattr(incident, f"{name}_min"), getattr(incident, f"{name}_best")
        if low is not None and best is not None and best > low and not incident.verification_reason:
            message = N_("The best number is above the lowest. Say why when it is reviewed, or take the lowest.")
            yield Advice(10, f"incident.{name}_best", message)
    yield from _deaths(document, incident)


def _deaths(document: CaseDocument, incident: Incident) -> Iterator[Advice]:
    killed, affected = (
        next((one for one in ends if one is not None), None)
        for ends in (
            (incident.killed_best, incident.killed_min, incident.killed_max),
            (incident.persons_affected_max, incident.persons_affected_best, incident.persons_affected_min),
        )
    )
    if killed and affected is not None and killed > affected:
        yield Advice(10, "incident.killed_best", N_("More people were killed than affected. One of the two is wrong."))
    if killed and not any(is_killing(act.violation) for act in document.acts):
        yield Advice(10, "incident.killed_best", N_("People were killed, and no act says so: add it."))


def _primary_reasons(document: CaseDocument) -> Iterator[Advice]:
    """Rule 3: whoever overrides the order says why, and for one act alone."""
    chosen: set[str | None] = set()
    for place, act in enumerate(document.acts):
        if not act.is_primary:
            continue
        if act.person_id in chosen:
            message = N_("Two acts stand for the same person. Let one of them stand.")
            yield Advice(3, f"acts.{place}.is_primary", message)
        elif not act.primary_reason:
            yield Advice(3, f"acts.{place}.primary_reason", N_("Say why this act stands for the person."))
        chosen.add(act.person_id)


def _group(act: Act) -> str:
    return act.violation.partition("_")[0]


def _any_within(violations: list[str], codes: tuple[str, ...]) -> bool:
    listed = codebook().vocabulary("violation_types")
    return any(listed.within(one, code) for one in violations for code in codes)
