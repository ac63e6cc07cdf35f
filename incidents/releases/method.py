"""The method note of a release: what was counted, how, and what must not be read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.releases import wording
from incidents.releases.question import FAMILIES, Series

if TYPE_CHECKING:
    from incidents.disclosure.services import ProtectedTable
    from incidents.releases.question import Question

SERIES: Final = {
    Series.CREDIBLE: lazy_gettext(
        "Cases found credible, corroborated, verified or officially established. Contested cases are not counted."
    ),
    Series.CORROBORATED: lazy_gettext(
        "Cases that at least two independent sources corroborate, or that were verified or officially "
        "established. Among them are cases of violence without witnesses that two reviewers corroborated on a "
        "single testimony. Contested cases are not counted."
    ),
    Series.PRESS: lazy_gettext(
        "Killings of which every fact is already public, as the press reported them. They need not be "
        "corroborated: "
        "quote them as reported by the press. Contested cases are not counted."
    ),
}
LIMITS: Final = (
    (
        lazy_gettext("Documented cases, not prevalence"),
        lazy_gettext(
            "The numbers say what was documented. They do not say how common violence is, and a change may "
            "come from "
            "better documentation. Violence that nobody could report is not in them."
        ),
    ),
    (
        lazy_gettext("Who is counted"),
        lazy_gettext(
            "Each person once, by the gravest act against them; a group counts once. So parts add up to "
            "totals. Laws "
            "and policies, which act upon nobody in particular, are not counted."
        ),
    ),
    (
        lazy_gettext("Several accounts of one person"),
        lazy_gettext(
            "Accounts that were linked as being of the same person count once. Where records of several "
            "organisations are added, somebody whom two of them recorded may be counted twice: only cases that one "
            "shares with another can be linked across organisations."
        ),
    ),
    (
        lazy_gettext("Consent"),
        lazy_gettext(
            "Only people who agreed to be counted, and people in cases of which every fact is already "
            "public. Whoever "
            "took back their consent was taken out before counting."
        ),
    ),
)
BY_FAMILY: Final = {
    "time": lazy_gettext(
        "By when the act happened. A month is shown only for cases that may be shown by month; other cases "
        "stand in "
        "their quarter or year. The first and the last quarter or year may be incomplete."
    ),
    "place": lazy_gettext(
        "By the country where the act happened; a network has the countries placed in it. Countries with "
        "too few "
        "persons, or none, are joined; some cases may be shown by network only."
    ),
    "violation": lazy_gettext("By the violation of the one act that counts for a person."),
    "perpetrator": lazy_gettext("By the main perpetrator of that act. An accusation is not a judgment."),
    "gender": lazy_gettext("Gender as the person stated it."),
    "age": lazy_gettext("Age when the act happened; children are under 18."),
}


def note(question: Question, protected: ProtectedTable, version: str = "") -> list[tuple[str, str]]:
    """The note as pairs of a term and its meaning, without what only a release has (number, date).

    `version` is that of the codebook by which the table was made; empty: the present one.
    """
    return [
        *((str(term), str(meaning)) for term, meaning in LIMITS),
        (_("Series"), f"{wording.SERIES[question.series]}. {SERIES[question.series]}"),
        *_coverage(question),
        *((str(wording.DIMENSIONS[name]), str(BY_FAMILY[FAMILIES[name]])) for name in question.dimensions),
        *_protection(protected, version or codebook().version),
    ]


def _coverage(question: Question) -> list[tuple[str, str]]:
    period = _(
        "%(since)s to %(until)s, by when the act happened. An act whose month is not known is counted only "
        "where its "
        "whole year lies in the period.",
        since=wording.month(question.since),
        until=wording.month(question.until),
    )
    return [(_("Period"), period), (_("Place"), wording.place(question.place)), *wording.filters(question)]


def _protection(protected: ProtectedTable, version: str) -> list[tuple[str, str]]:
    hidden = _(
        "A number from 1 to %(most)s is hidden, and others with it, so that no hidden number can be "
        "worked out from its row, its column or a total. A hidden number may be small, large or zero; "
        "a zero that is shown is zero.",
        most=protected.threshold - 1,
    )
    delay = _(
        "Cases of living persons are counted from %(days)s days after they were received.",
        days=protected.delay_days,
    )
    versions = _(
        "Policy %(policy)s, codebook %(codebook)s.",
        policy=protected.policy_version,
        codebook=version,
    )
    return [
        (_("Hidden numbers"), hidden),
        (_("What hiding cost"), cost(protected)),
        (_("Delay"), delay),
        (_("Versions"), versions),
    ]


def cost(protected: ProtectedTable) -> str:
    """How much of a table is hidden, from published numbers alone."""
    cells = _(
        "%(hidden)s of %(all)s numbers are hidden (%(share)s %%).",
        hidden=len(protected.hidden),
        all=len(protected.cells),
        share=round(100 * protected.share_of_cells_hidden),
    )
    share = protected.share_of_persons_hidden
    if share is None:
        return cells
    persons = _("%(share)s %% of the persons are counted only in totals.", share=round(100 * share))
    return f"{cells} {persons}"


def definitions(protected: ProtectedTable) -> list[tuple[str, str, str]]:
    """Each code that the table shows and the codebook defines: code, words, definition."""
    vocabularies = [
        codebook().vocabulary(name) for name in ("violation_types", "perpetrator_types", "victim_attributes")
    ]
    return [
        (code, wording.code_words(side, code), _(vocabulary[code].definition))
        for side in protected.dimensions
        for code in side.codes
        for vocabulary in vocabularies
        if code in vocabulary and vocabulary[code].definition
    ]
