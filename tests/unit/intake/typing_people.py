"""Strategies: what somebody could type on a page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from incidents.intake import rules
from incidents.intake.choices import choices
from incidents.intake.questions import Kind
from tests.factories.documents import TODAY

if TYPE_CHECKING:
    from incidents.intake.answers import Typed
    from incidents.intake.questions import Page, Question
    from incidents.records.schema import CaseDocument

#: Questions that are answered by two or three letters of a language.
LANGUAGES = frozenset({"language", "narrative_lang", "explained_in"})
#: Numbers that stop short of a million; those of one question go from the lowest to the highest.
LARGEST = {"age_at_act": 120}
ORDERED = ("_min", "_best", "_max")
#: Words that any text field takes and keeps as they are.
words = st.text(st.sampled_from("abcdefgh  ñéあ'&<>\"0"), min_size=1, max_size=30).map(str.strip).filter(bool)
days = st.dates(dt.date(1990, 1, 1), TODAY)


def boxes(name: str, day: dt.date, parts: tuple[str, str, str], known: int) -> Typed:
    """The boxes of a date of which the day, the month or only the year is known."""
    numbers = (str(day.day), str(day.month), str(day.year))
    return {f"{name}-{part}": [number] for part, number in list(zip(parts, numbers, strict=True))[3 - known :]}


@st.composite
def typed_dates(draw: st.DrawFn, name: str) -> Typed:
    """A date of any kind that the form offers."""
    kind = draw(st.sampled_from(["day", "month", "year", "about", "between", "unknown"]))
    first, last = sorted((draw(days), draw(days)))
    if kind == "unknown":
        return {f"{name}-kind": [kind]}
    known = {"day": 3, "month": 2, "year": 1}.get(kind) or draw(st.integers(1, 3))
    typed = {f"{name}-kind": [kind], **boxes(name, first, ("day", "month", "year"), known)}
    if kind == "between":
        typed |= boxes(name, last, ("to_day", "to_month", "to_year"), known)
    return typed


@st.composite
def typed_answers(draw: st.DrawFn, question: Question, document: CaseDocument) -> Typed:
    """Any answer to a question that the form takes."""
    name = question.name
    match question.kind:
        case Kind.DATE:
            typed = draw(typed_dates(name))
        case Kind.DAY | Kind.DAY_AHEAD:
            typed = boxes(name, draw(days), ("day", "month", "year"), 3)
        case Kind.FLAG:
            typed = {name: ["y"]} if draw(st.booleans()) else {}
        case Kind.NUMBER:
            typed = {name: [str(draw(st.integers(0, LARGEST.get(name, 1_000_000))))]}
        case Kind.LINE | Kind.NOTE | Kind.NARRATIVE:
            languages = st.sampled_from(["en", "th", "ceb"])
            typed = {name: [draw(languages if name in LANGUAGES else words)]}
            if name == "amount_extorted.currency":
                typed = {name: [draw(st.sampled_from(["KES", "USD"]))]}
        case Kind.LINES:
            typed = {name: ["\n".join(draw(st.lists(words, min_size=1, max_size=3)))]}
        case Kind.MONEY:
            typed = {name: [str(draw(st.decimals(0, 10_000, places=2)))]}
        case _:
            typed = draw(typed_choices(question, document))
    return typed


@st.composite
def typed_choices(draw: st.DrawFn, question: Question, document: CaseDocument) -> Typed:
    """Any choice, or several where several may be chosen, in the order of the list."""
    offered = [choice.value for choice in choices(question, document) if choice.value]
    if not offered:
        return {}
    if question.kind is not Kind.MANY:
        return {question.name: [draw(st.sampled_from(offered))]}
    most = 3 if question.name == "network" else None
    picked = draw(st.lists(st.sampled_from(offered), unique=True, max_size=most))
    return {question.name: sorted(picked, key=offered.index)} if picked else {}


@st.composite
def typed_pages(draw: st.DrawFn, page: Page, document: CaseDocument, entry_id: str | None = None) -> Typed:
    """A whole page, answered."""
    typed: Typed = {}
    for section in rules.sections_for(document, page, entry_id):
        for question in (one for one in section.questions if not one.helper):
            typed |= draw(typed_answers(question, document))
    for name in ("persons_affected", "killed"):
        ends = [f"{name}{end}" for end in ORDERED if f"{name}{end}" in typed]
        typed |= dict(zip(ends, sorted((typed[end] for end in ends), key=lambda one: int(one[0])), strict=True))
    return typed
