"""Questions at the door: who is in danger, what helps first, and how soon somebody has to act."""

from __future__ import annotations

from typing import Final

from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

RISK: Final = (
    Question(
        "risk.interview_seen",
        Kind.INLINE,
        N_("Does anybody see or overhear this talk?"),
        N_("If so, stop. Go on where nobody can."),
        source="yes_no_unknown",
    ),
    Question(
        "risk.recent_assault",
        Kind.INLINE,
        N_("Was there sexual violence or an injury within the last 72 hours?"),
        N_("If so, medical care comes first: some of it works only within this time."),
        source="yes_no_unknown",
    ),
    Question(
        "risk.custody",
        Kind.INLINE,
        N_("Is the person held anywhere now?"),
        N_("By police, in prison, in a centre or a clinic, or at home. If so, a lawyer comes first."),
        source="yes_no_unknown",
    ),
    Question(
        "risk.withdrawal",
        Kind.INLINE,
        N_("Is the person in withdrawal, or without medicine they need?"),
        N_("If so, treatment comes first, and no consent is taken now."),
        source="yes_no_unknown",
    ),
    Question(
        "risk.findable",
        Kind.INLINE,
        N_("Could those who did it find whoever tells this?"),
        N_("If so, a safe place comes first."),
        source="yes_no_unknown",
    ),
    Question("risk.child", Kind.INLINE, N_("Is a child concerned?"), source="yes_no_unknown"),
    Question(
        "risk.pregnancy",
        Kind.INLINE,
        N_("Is the person pregnant?"),
        N_("Only if the person wants to say so."),
        source="yes_no_unknown",
    ),
)
HELP: Final = Question(
    "risk.help_arranged",
    Kind.MANY,
    N_("Which help is arranged?"),
    source="help",
    optional=True,
)
SAFETY: Final = Page(
    "safety",
    N_("Safety first"),
    "incident",
    (
        Section(RISK),
        Section((HELP,)),
        Section(
            (
                Question(
                    "priority",
                    Kind.SELECT,
                    N_("How soon does somebody have to act?"),
                    N_("The answers above propose it. What you choose here stands."),
                    source="priority",
                ),
                Question(
                    "risk_note",
                    Kind.NOTE,
                    N_("What could happen to whom, and from whom?"),
                    N_("Risk of revenge, and what would lower it. It never leaves your organisation."),
                    optional=True,
                ),
                Question(
                    "monitoring_status",
                    Kind.INLINE,
                    N_("Is this still being followed?"),
                    source="monitoring",
                    optional=True,
                ),
            ),
            N_("How soon, and what to watch"),
            folded=True,
        ),
    ),
    N_("Help comes before the record. Leave open what you cannot ask now."),
)
