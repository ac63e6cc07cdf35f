"""One answer on its way from what a browser sent to a value of the document, and back. Pure.

What was typed is a mapping from field names to lists of text, without empty entries.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from incidents.intake.questions import CHOICES, FROM_BOXES, TEXTS, TO_BOXES, Kind, Question
from incidents.records.dates import UNKNOWN_TEXT, DateProblem, Edtf, between, from_parts
from incidents.records.errors import MESSAGES, N_, FieldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Typed = dict[str, list[str]]
DATE_KINDS: Final = ("day", "month", "year", "about", "between", "unknown")
REPLACEMENT: Final = "\ufffd"
_AHEAD: Final = timedelta(days=36_525)
_LONGEST_NUMBER: Final = 12
_MONEY: Final = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,2})?")
# What no page may hold: controls, and the code points that are no characters.
_UNREADABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
#: Sentences of the form itself, beside those of the document.
OWN_MESSAGES: Final = {
    "text_unreadable": N_(
        "Something here could not be read and is shown as �. Put the right letter in its place, or delete it."
    ),
    "date_day_missing": N_("Write the day too, or say that only the month or the year is known."),
    "date_month_missing": N_("Write the month too, or say that only the year is known."),
}


class WrongAnswer(ValueError):
    """An answer that cannot be read; carries what to show, never the answer."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error.type)
        self.error = error


def wrong(name: str, kind: str, params: Mapping[str, object] | None = None) -> WrongAnswer:
    """Return the problem of a kind at the field of that name."""
    message = OWN_MESSAGES.get(kind) or MESSAGES[kind]
    return WrongAnswer(FieldError(name, kind, message, dict(params or {})))


def received(questions: Iterable[Question], sent: Iterable[tuple[str, list[str]]]) -> Typed:
    """Return what was typed for these questions: known names only, one kind of line break, nothing empty.

    What no page can show (controls, broken characters) becomes a visible replacement character.
    """
    names = {name for question in questions for name in question.typed_names}
    tidy = readable((name, values) for name, values in sent if name in names)
    return {name: kept for name, values in tidy.items() if (kept := [value for value in values if value.strip()])}


def readable(sent: Iterable[tuple[str, list[str]]]) -> Typed:
    """Return what was sent as a page can show it again: one kind of line break, a sign for what is no character."""
    return {
        name: [_UNREADABLE.sub(REPLACEMENT, value.replace("\r\n", "\n")) for value in values] for name, values in sent
    }


def typed_of(question: Question, value: Any) -> Typed:  # noqa: ANN401 - any field of the document
    """Return what somebody would have typed to give this value."""
    if question.kind is Kind.YES_NO:
        return {question.name: [{True: "yes", False: "no"}.get(value, "unknown")]}
    if value is None or value is False or value in ("", []):
        return {}
    if question.kind is Kind.DATE:
        return {f"{question.name}-{part}": [text] for part, text in _date_boxes(str(value))}
    if question.kind in (Kind.DAY, Kind.DAY_AHEAD):
        return {f"{question.name}-{part}": [text] for part, text in _point_boxes(str(value), FROM_BOXES)}
    texts = _texts(question.kind, value)
    return {question.name: texts} if any(texts) else {}


def _texts(kind: Kind, value: Any) -> list[str]:  # noqa: ANN401 - any field of the document
    if kind is Kind.MANY:
        return list(value)
    if kind is Kind.LINES:
        return ["\n".join(value)]
    return ["y" if kind is Kind.FLAG else str(value)]


def same(question: Question, one: Typed, other: Typed) -> bool:
    """Say whether two typed answers to a question mean the same, whatever the order of boxes."""
    return all(
        sorted(_plain(question, one.get(name, []))) == sorted(_plain(question, other.get(name, [])))
        for name in question.typed_names
    )


def value_of(question: Question, typed: Typed, today: date) -> object:
    """Return the value of a typed answer, as JSON; the document's own rules still have to accept it.

    Raises:
        WrongAnswer: It cannot be read.
    """
    if question.kind is Kind.DATE:
        return _date(question, typed, today)
    if question.kind in (Kind.DAY, Kind.DAY_AHEAD):
        latest = today + _AHEAD if question.kind is Kind.DAY_AHEAD else today
        return _day(question, typed, latest)
    answers = typed.get(question.name, [])
    if question.kind is Kind.MANY:
        return list(answers)
    if question.kind is Kind.FLAG:
        return bool(answers)
    return _single(question, answers[0] if answers else "")


def _single(question: Question, text: str) -> object:
    if question.kind in TEXTS:
        if REPLACEMENT in text:
            raise wrong(question.name, "text_unreadable")
        return text
    if question.kind is Kind.LINES:
        return _lines(question, text)
    if question.kind is Kind.MONEY:
        return _money(text.strip())
    if question.kind is Kind.YES_NO:
        return None if text in ("", "unknown") else {"yes": True, "no": False}.get(text, text)
    if question.kind is Kind.NUMBER:
        digits = text.strip()
        return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else digits or None
    assert question.kind in CHOICES  # noqa: S101 - every kind has its branch
    return text or None


def _lines(question: Question, text: str) -> list[str]:
    if REPLACEMENT in text:
        raise wrong(question.name, "text_unreadable")
    return [line.strip() for line in text.split("\n") if line.strip()]


def _money(text: str) -> str | None:
    """A sum with a point before its cents; what is no sum stays as it is for the document to refuse."""
    return (text.replace(",", ".") if _MONEY.fullmatch(text) else text) or None


def _plain(question: Question, values: list[str]) -> list[str]:
    if question.kind is Kind.FLAG:
        return ["y"] if values else []
    if question.kind is Kind.YES_NO:
        return values or ["unknown"]
    return [value.strip() for value in values]


def _date_boxes(text: str) -> Iterator[tuple[str, str]]:
    first, slash, last = text.partition("/")
    yield "kind", _date_kind(text, interval=bool(slash))
    if text != UNKNOWN_TEXT:
        yield from _point_boxes(first, FROM_BOXES)
        yield from _point_boxes(last, TO_BOXES)


def _date_kind(text: str, *, interval: bool) -> str:
    if text == UNKNOWN_TEXT:
        return "unknown"
    if interval:
        return "between"
    return "about" if text.endswith("~") else ("year", "month", "day")[text.count("-")]


def _point_boxes(text: str, names: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
    digits = text.rstrip("~").split("-") if text not in ("", "..") else []
    for name, number in zip(reversed(names), digits, strict=False):
        yield name, str(int(number))


def _boxes(question: Question, typed: Typed, parts: tuple[str, ...]) -> list[str]:
    return [typed.get(f"{question.name}-{part}", [""])[0] for part in parts]


def _date(question: Question, typed: Typed, today: date) -> str | None:
    (kind,) = _boxes(question, typed, ("kind",))
    boxes = _boxes(question, typed, FROM_BOXES)
    if kind == "unknown":
        return UNKNOWN_TEXT
    if not kind and not any(boxes):
        return None
    if kind and kind not in DATE_KINDS:
        raise wrong(f"{question.name}-kind", "not_listed")
    if kind != "between":
        return _point(question, _wanted(question, kind, boxes), today, about=kind == "about").text
    first = _point(question, boxes, today)
    last = _point(question, _boxes(question, typed, TO_BOXES), today, prefix="to_")
    try:
        return between(first, last).text
    except DateProblem as problem:
        raise wrong(f"{question.name}-to_year", problem.type, problem.params) from None


def _wanted(question: Question, kind: str, boxes: list[str]) -> list[str]:
    """Return the boxes that a kind of date uses.

    Raises:
        WrongAnswer: A box that it needs is empty while another is not.
    """
    day, month, year = boxes
    if kind == "day" and not day and (month or year):
        raise wrong(f"{question.name}-day", "date_day_missing")
    if kind == "month" and not month and year:
        raise wrong(f"{question.name}-month", "date_month_missing")
    used = {"month": ("", month, year), "year": ("", "", year)}
    return list(used.get(kind, (day, month, year)))


def _point(question: Question, boxes: list[str], today: date, *, about: bool = False, prefix: str = "") -> Edtf:
    try:
        return from_parts(boxes[0], boxes[1], boxes[2], about=about, today=today)
    except DateProblem as problem:
        name = f"{question.name}-{prefix}{problem.part or 'year'}"
        raise wrong(name, problem.type, problem.params) from None


def _day(question: Question, typed: Typed, latest: date) -> str | None:
    boxes = _boxes(question, typed, FROM_BOXES)
    if not any(boxes):
        return None
    for part, digits in zip(FROM_BOXES, boxes, strict=True):
        if not digits.strip():
            raise wrong(f"{question.name}-{part}", "date_malformed")
    return _point(question, boxes, latest).text
