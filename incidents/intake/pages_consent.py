"""Questions about consent: one talk with one person, an answer for each purpose."""

from __future__ import annotations

from typing import Final

from incidents.codebook.services import codebook
from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_


def _purpose_questions() -> tuple[Question, ...]:
    purposes = codebook().vocabulary("consent_levels").facet("CP")
    return tuple(
        Question(
            f"answer.{purpose.code}",
            Kind.INLINE,
            purpose.label,
            purpose.definition,
            source="answer",
        )
        for purpose in purposes
    )


CONSENT: Final = Page(
    "consent",
    N_("What may be done with it"),
    "consents",
    (
        Section(
            (
                Question("given_by", Kind.ONE, N_("Who answers?"), source="consent_levels/CB"),
                Question("mode", Kind.ONE, N_("How was the answer given?"), source="consent_levels/CM"),
                Question("explained.purpose", Kind.FLAG, N_("It was explained what this is for")),
                Question("explained.recipients", Kind.FLAG, N_("It was explained who receives it")),
                Question("explained.risks", Kind.FLAG, N_("It was explained what may go wrong")),
                Question("explained.withdrawal", Kind.FLAG, N_("It was explained how to take it back")),
                Question(
                    "explained.limits",
                    Kind.FLAG,
                    N_("It was explained what cannot be promised or called back"),
                ),
                Question(
                    "explained_how",
                    Kind.NOTE,
                    N_("How was it explained?"),
                    N_("Such as in plain words, with an interpreter, or by a peer. No names."),
                    optional=True,
                ),
                Question(
                    "explained_in",
                    Kind.LINE,
                    N_("In which language?"),
                    N_("Two or three letters, such as en."),
                    optional=True,
                ),
                Question("given_on", Kind.DAY, N_("Day of the answers")),
                Question(
                    "expires_on",
                    Kind.DAY_AHEAD,
                    N_("Day on which they end"),
                    N_("Only if the person set one."),
                    optional=True,
                ),
            ),
            N_("The talk"),
            N_("A yes holds only when all five things were explained."),
        ),
        Section(
            _purpose_questions(),
            N_("The answers"),
            N_("“Not asked” counts as no. Ask about each on its own; help never depends on the answers."),
        ),
        Section(
            (
                Question(
                    "recipient.CP_PART",
                    Kind.LINE,
                    N_("The partner that was named"),
                    N_("Only this one may receive it."),
                    optional=True,
                ),
                Question(
                    "recipient.CP_LAW",
                    Kind.LINE,
                    N_("The lawyer or legal aid that was named"),
                    N_("Only this one may receive it."),
                    optional=True,
                ),
                Question(
                    "name_form",
                    Kind.INLINE,
                    N_("How may a public UN report name the person?"),
                    source="name_form",
                    optional=True,
                ),
                Question(
                    "witness_note",
                    Kind.NOTE,
                    N_("Who was present, or how the next of kin are related"),
                    N_("Sealed apart: opened only with a stated reason."),
                    optional=True,
                ),
            ),
            N_("Named bodies, and who was there"),
            folded=True,
        ),
    ),
)
