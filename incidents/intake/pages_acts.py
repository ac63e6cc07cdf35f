"""Questions about what was done: first which violation, to whom; then how, and what came of it."""

from __future__ import annotations

from typing import Final

from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

ACT: Final = Page(
    "acts",
    N_("What was done"),
    "acts",
    (
        Section(
            (
                Question(
                    "person_id",
                    Kind.SELECT,
                    N_("To whom was it done?"),
                    N_("For a law or a policy: nobody in particular."),
                    source="persons",
                ),
                Question(
                    "violation",
                    Kind.CODED,
                    N_("What was done?"),
                    N_("Open a group and choose the closest. One act an entry: add another for what else was done."),
                    source="violation_types",
                ),
            )
        ),
    ),
)
DETAILS: Final = Page(
    "details",
    N_("How it was done, and what came of it"),
    "acts",
    (
        Section(
            (
                Question(
                    "torture_elements.pain",
                    Kind.INLINE,
                    N_("Did it cause severe pain or suffering?"),
                    source="yes_no_unknown",
                ),
                Question(
                    "torture_elements.intent",
                    Kind.INLINE,
                    N_("Was it inflicted on purpose?"),
                    source="yes_no_unknown",
                ),
                Question(
                    "torture_elements.purpose",
                    Kind.INLINE,
                    N_("Was it done for something, such as a confession or as a punishment?"),
                    source="yes_no_unknown",
                ),
                Question(
                    "torture_elements.official",
                    Kind.INLINE,
                    N_("Was an official behind it, or did one let it happen?"),
                    source="yes_no_unknown",
                ),
                Question(
                    "purpose",
                    Kind.MANY,
                    N_("What was it done for?"),
                    source="act_purpose",
                    optional=True,
                ),
            ),
            N_("The four elements of torture"),
            N_("Torture needs four yes answers. With fewer, choose ill-treatment or assault."),
            only_for="TOR",
        ),
        Section(
            (
                Question(
                    "gbv_core_type",
                    Kind.ONE,
                    N_("Which of these is the first that is true?"),
                    N_("Read them in order and stop at the first yes."),
                    source="gbv_core_type",
                ),
            ),
            only_for="GBV",
        ),
        Section(
            (
                Question("methods", Kind.MANY, N_("How was it done?"), source="methods", optional=True),
                Question(
                    "status_at_end",
                    Kind.MANY,
                    N_("What became of the person?"),
                    source="outcomes",
                    optional=True,
                ),
                Question(
                    "stated_reason",
                    Kind.NOTE,
                    N_("What reason did those who did it give?"),
                    optional=True,
                ),
            )
        ),
        Section(
            (
                Question(
                    "is_primary",
                    Kind.FLAG,
                    N_("Let this act stand for the person in headline counts"),
                    N_("Otherwise the gravest act stands, by a fixed order."),
                ),
                Question("primary_reason", Kind.NOTE, N_("Why?"), optional=True),
            ),
            N_("When several things were done to one person"),
            folded=True,
        ),
    ),
)
