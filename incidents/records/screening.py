"""The screen at the door: what the answers ask for before any record is made. Pure.

It proposes and never decides: priority, release level and every sentence can be overridden by whoever sits with the
person. What it says is written here in our own words, after these sources: clinical management of rape and partner
violence in humanitarian settings (WHO, UNFPA, UNHCR, 2020: care within 72 hours, PEP, emergency contraception);
guidelines on opioid dependence and community management of overdose (WHO, 2009 and 2014: medicine is not stopped at
once, naloxone after a break); the Murad Code (2022: safety first, stop when it does harm, no repeated telling); the
rules on consent of the codebook (custody, withdrawal, somebody listening; a child's guardian who is not the accused).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.records.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from incidents.records.schema import HelpKind, Incident, RiskScreen

URGENT: Final = "PRI_1"
HIGH: Final = "PRI_2"
NORMAL: Final = "PRI_3"
#: From the most to the least pressing; what is out of scope has no place among them.
_PRIORITIES: Final = (URGENT, HIGH, NORMAL, "PRI_4")
#: From the closest to the widest.
_LEVELS: Final = ("RL_NONE", "RL_NET", "RL_CTRY", "RL_ADM1", "RL_CASE")
#: One of these is urgent by itself, or all of a set together.
_URGENT_SIGNS: Final = (
    {"recent_assault"},
    {"custody"},
    {"findable", "interview_seen"},
    {"findable", "child"},
    {"pregnancy", "withdrawal"},
)
#: With one of these a place may give the person away; what is not known counts as yes where they could be found.
_GIVE_AWAY: Final = frozenset({"findable", "interview_seen", "child"})


class Help(NamedTuple):
    """Something to do first: the box that says it is arranged, if there is one, and a sentence."""

    kind: HelpKind | None
    message: str


@dataclass(frozen=True)
class Sign:
    """What a yes to one question asks for.

    Attributes:
        help: What to do first.
        care: What to mind when writing.
        no_consent: Why consent is not taken now; empty where it may be.
    """

    help: tuple[Help, ...] = ()
    care: str = ""
    no_consent: str = ""


#: By question, in the order in which help is needed.
SIGNS: Final[Mapping[str, Sign]] = {
    "interview_seen": Sign(
        help=(
            Help(
                None,
                N_("Stop the talk. Go on only where nobody can see or hear it, or agree on another day and place."),
            ),
        ),
        care=N_("Write only what safety needs for now."),
        no_consent=N_("Somebody sees or overhears the talk."),
    ),
    "recent_assault": Sign(
        help=(
            Help(
                "care_72h",
                N_(
                    "Medical care before any record. Medicine that keeps HIV out (PEP) has to begin within 72 hours, "
                    "the sooner the better; emergency contraception works up to five days, best at once. Offer to go "
                    "along. Care must not depend on a report to the police."
                ),
            ),
        ),
        care=N_("Do not ask for details that care or safety does not need. Nobody should have to tell it twice."),
    ),
    "custody": Sign(
        help=(
            Help(
                "lawyer",
                N_(
                    "Get a lawyer or legal aid to the person now, and tell somebody they trust where they are held. "
                    "Leave no note or message with the person that those who hold them could find."
                ),
            ),
        ),
        care=N_("Keep the name of the place out of the account: the box for the exact place is sealed apart."),
        no_consent=N_("The person is held, and cannot refuse freely."),
    ),
    "withdrawal": Sign(
        help=(
            Help(
                "medicine",
                N_(
                    "Treatment must not stop from one day to the next: that holds for methadone and buprenorphine, for "
                    "medicine against HIV and tuberculosis, and most of all for alcohol and sedatives, where it can "
                    "kill. Find out what the person takes and who can bring it today."
                ),
            ),
            Help(
                "naloxone",
                N_("After days without opioids the usual dose can kill. See that naloxone and a peer are at hand."),
            ),
        ),
        no_consent=N_("The person is in withdrawal, or without medicine they need."),
    ),
    "findable": Sign(
        help=(
            Help(
                "safe_place",
                N_("Ask where the person is safe tonight and with whom, and help to get there before you go on."),
            ),
        ),
        care=N_(
            "Leave out of the account what only this person could know. Agree on a safe way and time for every contact."
        ),
    ),
    "child": Sign(
        help=(
            Help(
                None,
                N_(
                    "What serves the child best comes first. Bring in a guardian or a child protection worker who is "
                    "not among those accused, and ask the child too."
                ),
            ),
        ),
        care=N_("No name and no picture of a child leaves your organisation."),
    ),
    "pregnancy": Sign(
        help=(
            Help(
                "medicine",
                N_(
                    "Stopping opioid treatment in pregnancy harms both. Find care with somebody who helps and does not "
                    "report the person."
                ),
            ),
        ),
        care=N_("Pregnancy is information on health: write it down only if what was done turns on it."),
    ),
}


def signs(risk: RiskScreen | None) -> frozenset[str]:
    """Return the questions that were answered yes."""
    return frozenset(name for name in SIGNS if risk is not None and getattr(risk, name) == "yes")


def priority(risk: RiskScreen | None) -> str:
    """Return the priority that the answers propose: PRI_1, PRI_2 or PRI_3."""
    present = signs(risk)
    if any(together <= present for together in _URGENT_SIGNS):
        return URGENT
    return HIGH if present else NORMAL


def release_level(risk: RiskScreen | None) -> str | None:
    """Return the widest release level that the answers bear; None when they set no bound."""
    unsure = risk is not None and risk.findable == "unknown"
    return "RL_NET" if unsure or signs(risk) & _GIVE_AWAY else None


def narrower(level: str, bound: str | None) -> str:
    """Return the closer of two release levels: a proposal never widens."""
    return level if bound is None else min(level, bound, key=_LEVELS.index)


def help_first(risk: RiskScreen | None) -> list[Help]:
    """Return what to do before any record, the most pressing first, without what is arranged or not wanted."""
    if risk is None or "none_wanted" in risk.help_arranged:
        return [one for one in _helps(risk) if one.kind is None]
    found: dict[str, Help] = {}
    for one in _helps(risk):
        if one.kind is None or one.kind not in risk.help_arranged:
            found.setdefault(one.message, one)
    return list(found.values())


def cares(risk: RiskScreen | None) -> list[str]:
    """Return what to mind when writing, a sentence each."""
    present = signs(risk)
    return [sign.care for name, sign in SIGNS.items() if name in present and sign.care]


def no_consent_now(risk: RiskScreen | None) -> list[str]:
    """Return why consent should not be taken now, a sentence each; empty when nothing is known against it."""
    present = signs(risk)
    return [sign.no_consent for name, sign in SIGNS.items() if name in present and sign.no_consent]


def after_screen(before: Incident, after: Incident, now: datetime) -> Incident:
    """Return the incident with what new answers at the door propose.

    A priority or a release level that was set by hand in the same moment stands. The clock begins when the incident
    becomes urgent or high, and begins anew when it becomes more pressing.

    Args:
        before: As it was when the page was shown.
        after: With the answers of the page.
        now: The moment, with its time zone.
    """
    changes: dict[str, object] = {}
    if after.risk != before.risk and after.risk is not None:
        changes["risk"] = after.risk.model_copy(update={"screened_on": now.date()})
    chosen = after.priority if after.priority != before.priority else _proposed(before, after)
    if chosen != before.priority or (chosen in (URGENT, HIGH) and before.priority_since is None):
        changes |= {"priority": chosen, "priority_since": now if chosen in (URGENT, HIGH) else None}
    bound = release_level(after.risk)
    if after.release_level == before.release_level and bound != release_level(before.risk):
        changes["release_level"] = narrower(after.release_level, bound)
    return after.model_copy(update=changes) if changes else after


def _proposed(before: Incident, after: Incident) -> str:
    """Return the priority after new answers: it follows them as long as nobody set another, else it only rises."""
    new, old = priority(after.risk), priority(before.risk)
    if new == old or before.priority not in _PRIORITIES:
        return before.priority
    return new if before.priority == old else min(before.priority, new, key=_PRIORITIES.index)


def _helps(risk: RiskScreen | None) -> list[Help]:
    present = signs(risk)
    return [one for name, sign in SIGNS.items() if name in present for one in sign.help]
