"""What a page of the form is made of: questions in sections, each question bound to one field of the document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: The parts of a date as it is typed; the second three only for "between".
FROM_BOXES: Final = ("day", "month", "year")
TO_BOXES: Final = ("to_day", "to_month", "to_year")
DATE_PARTS: Final = ("kind", *FROM_BOXES, *TO_BOXES)


class Kind(StrEnum):
    """How a question is asked, and so how its answer travels to the document and back."""

    LINE = "line"
    NOTE = "note"
    NARRATIVE = "narrative"
    NUMBER = "number"
    MONEY = "money"  # a sum with at most two decimals
    LINES = "lines"  # several answers, one a line
    ONE = "one"  # radios, each with its definition
    INLINE = "inline"  # radios side by side
    SELECT = "select"
    CODED = "coded"  # a long list in groups that open
    MANY = "many"  # boxes
    FLAG = "flag"  # one box
    YES_NO = "yes_no"  # true, false or not known
    DATE = "date"  # as well as it is known
    DAY = "day"  # a day that has come
    DAY_AHEAD = "day_ahead"  # a day that may lie ahead


TEXTS: Final = frozenset({Kind.LINE, Kind.NOTE, Kind.NARRATIVE})
CHOICES: Final = frozenset({Kind.ONE, Kind.INLINE, Kind.SELECT, Kind.CODED})


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: The field of the document's entry, dotted where the field lies in a record of its own.
        kind: How it is asked.
        label: The question itself, an English msgid.
        hint: What helps to answer it, an English msgid.
        source: Where its choices come from: `vocabulary`, `vocabulary/FACET`, or a list of `choices.py`.
        optional: Say that it may be left out.
        helper: Not a field of the document: it fills others in (`numbers.py`).
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    source: str = ""
    optional: bool = False
    helper: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The way from the entry to the field."""
        return tuple(self.name.split("."))

    @property
    def typed_names(self) -> tuple[str, ...]:
        """The names under which a browser sends the answer."""
        if self.kind is Kind.DATE:
            return tuple(f"{self.name}-{part}" for part in DATE_PARTS)
        if self.kind in (Kind.DAY, Kind.DAY_AHEAD):
            return tuple(f"{self.name}-{part}" for part in FROM_BOXES)
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together.

    Attributes:
        questions: In the order they are asked.
        title: A heading, an English msgid; empty for the first section of most pages.
        note: What to know before answering, an English msgid.
        folded: Shown closed until asked for, or answered.
        only_for: Asked only when the act's violation lies within one of these codes, or when it is answered already.
    """

    questions: tuple[Question, ...]
    title: str = ""
    note: str = ""
    folded: bool = False
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form.

    Attributes:
        step: Its name in addresses.
        title: Its heading, an English msgid.
        part: The part of the document that its answers go to: `incident`, or a list such as `persons`.
        sections: What it asks.
        lead: What stands below the heading, an English msgid.
    """

    step: str
    title: str
    part: str
    sections: tuple[Section, ...]
    lead: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question of the page, in order."""
        return tuple(question for section in self.sections for question in section.questions)
