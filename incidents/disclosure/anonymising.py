"""From coded rows to rows that look alike: numbers instead of codes, the search, and text again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from incidents.disclosure.dimensions import UNSPECIFIED
from incidents.disclosure.grouping import firsts, grouped, totals
from incidents.disclosure.lattice import Limits, cheapest
from incidents.disclosure.local_suppression import Attribute, Rows
from incidents.disclosure.microdata import Draft, Recoding, Shown, WorstCase
from incidents.disclosure.microdata_policy import STAR, NoRows, RowsRefused
from incidents.disclosure.recoding import is_left_out, ladder
from incidents.disclosure.risk import risk

if TYPE_CHECKING:
    from incidents.disclosure.grouping import Ints
    from incidents.disclosure.lattice import Found
    from incidents.disclosure.microdata_policy import RowsPolicy, RowsQuestion
    from incidents.disclosure.recoding import Ladder, Step

PERSONS: Final = "_persons"
WORST: Final = 10
#: Rows that look alike must be of so many incidents, where the question names them.
INCIDENTS: Final = 2


def draft(frame: pl.DataFrame, question: RowsQuestion, policy: RowsPolicy) -> Draft:
    """Find the recoding and stars that lose least, and apply them. Raises `RowsRefused` and `ValueError`."""
    coded = Coded.of(frame, question)
    rows = coded.rows(question, policy)
    limits = Limits(
        k=policy.smallest_class(question.audience),
        starred=policy.starred,
        global_risk=policy.global_risk,
        documented=question.documented,
        recodings=policy.recodings,
    )
    columns = [coded.codes(side.name) for side in question.columns]
    ladders = [
        ladder(side, totals(column, len(side.codes), rows.counts), policy.never)
        for side, column in zip(question.columns, columns, strict=True)
    ]
    found = cheapest(rows, columns, ladders, question.weighed, limits)
    recodings = _recodings(question, ladders, found)
    kept = sum(one.shown is not Shown.LEFT_OUT for one in recodings)
    whole, count = grouped(columns, [len(side.codes) for side in question.columns], len(rows.counts))
    return Draft(
        frame=_released(coded, question, found),
        recodings=recodings,
        starred_share=sum(one.starred for one in recodings) / (frame.height * kept),
        loss=found.loss,
        before=risk(totals(whole, count, rows.counts), question.documented, policy.high_risk),
        after=risk(found.made.pattern_persons(found.marks), question.documented, policy.high_risk),
        worst=_worst(question, found),
    )


@dataclass(frozen=True)
class Coded:
    """The distinct rows of the question's columns as numbers, how often each occurs, and what the numbers mean."""

    distinct: pl.DataFrame
    values: dict[str, pl.Series]

    @classmethod
    def of(cls, frame: pl.DataFrame, question: RowsQuestion) -> Coded:
        """Number the codes of all columns. Raises `ValueError` for a code that its column does not have."""
        values = {side.name: pl.Series(side.codes, dtype=pl.String) for side in question.columns}
        for name in [*question.sensitive, *([question.incidents] if question.incidents else [])]:
            values[name] = frame[name].cast(pl.String).drop_nulls().unique().sort()
        numbers = pl.DataFrame([_numbers(_text(frame[name], question), known) for name, known in values.items()])
        return cls(numbers.group_by(pl.all()).agg(pl.len().alias(PERSONS)), values)

    def codes(self, name: str) -> Ints:
        """The code of each distinct row in a column; below zero when it is not known."""
        return self.distinct[name].fill_null(-1).to_numpy().astype(np.int64)

    def rows(self, question: RowsQuestion, policy: RowsPolicy) -> Rows:
        """The rows with what must differ among those that look alike. Raises `RowsRefused`."""
        least = dict.fromkeys(question.sensitive, policy.distinct)
        if question.incidents:
            least[question.incidents] = INCIDENTS
        if any(len(self.values[name]) < count for name, count in least.items()):
            raise RowsRefused(NoRows.NOT_DIVERSE)
        return Rows(
            self.distinct[PERSONS].to_numpy().astype(np.int64),
            tuple(Attribute(self.codes(name), len(self.values[name]), count) for name, count in least.items()),
        )


def _text(column: pl.Series, question: RowsQuestion) -> pl.Series:
    text = column.cast(pl.String)
    return text.fill_null(UNSPECIFIED) if column.name in {side.name for side in question.columns} else text


def _numbers(text: pl.Series, known: pl.Series) -> pl.Series:
    places = pl.Series(range(len(known)), dtype=pl.Int32)
    numbers = text.replace_strict(known, places, default=None, return_dtype=pl.Int32).rename(text.name)
    if numbers.null_count() != text.null_count():
        raise ValueError(f"Column {text.name}: a row has a code that the column does not have.")
    return numbers


def _recodings(question: RowsQuestion, ladders: list[Ladder], found: Found) -> tuple[Recoding, ...]:
    persons = found.made.persons
    return tuple(
        Recoding(
            column=side.name,
            label=side.label,
            shown=_shown(one, step),
            codes=step.codes,
            recorded=len(one.recorded),
            weight=weight,
            loss=step.loss + float((persons * marks * step.star_loss[codes]).sum() / persons.sum()),
            starred=int(persons[marks].sum()),
        )
        for side, one, step, weight, marks, codes in zip(
            question.columns, ladders, found.steps, question.weighed, found.marks.T, found.made.codes, strict=True
        )
    )


def _shown(one: Ladder, step: Step) -> Shown:
    if is_left_out(step):
        return Shown.LEFT_OUT
    return Shown.AS_RECORDED if step.codes == one.recorded else Shown.COARSER


def _texts(question: RowsQuestion, found: Found) -> dict[str, pl.Series]:
    """What each class shows in each column kept."""
    return {
        side.name: pl.Series([*step.codes, STAR], dtype=pl.String).gather(np.where(marks, len(step.codes), codes))
        for side, step, marks, codes in zip(question.columns, found.steps, found.marks.T, found.made.codes, strict=True)
        if not is_left_out(step)
    }


def _released(coded: Coded, question: RowsQuestion, found: Found) -> pl.DataFrame:
    """The rows as text, in the order of what they show: the order they came in tells nothing."""
    shown = {name: texts.gather(found.made.of) for name, texts in _texts(question, found).items()}
    for name in question.sensitive:
        shown[name] = coded.values[name].gather(coded.distinct[name])
    alike = pl.DataFrame({**shown, PERSONS: coded.distinct[PERSONS]})
    counted = alike.group_by(pl.exclude(PERSONS)).agg(pl.col(PERSONS).sum()).sort(pl.exclude(PERSONS))
    times = np.repeat(np.arange(counted.height), counted[PERSONS].to_numpy())
    return counted.drop(PERSONS)[times]


def _worst(question: RowsQuestion, found: Found) -> tuple[WorstCase, ...]:
    kinds, count = found.made.patterns(found.marks)
    persons = totals(kinds, count, found.made.persons)
    texts = _texts(question, found)
    place = firsts(kinds, count)
    smallest = np.argsort(persons, kind="stable")[:WORST].tolist()
    return tuple(
        WorstCase(int(persons[one]), {name: shown[int(place[one])] for name, shown in texts.items()})
        for one in smallest
    )
