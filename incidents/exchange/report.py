"""What an import says of itself: counts by column and reason, and numbers of rows. Never a value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from incidents.exchange.cells import SENTENCES, Why

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.exchange.build import Built
    from incidents.exchange.readers import Row

#: So many row numbers of each kind are shown; all of them stand in the sealed records.
ROWS_SHOWN: Final = 5
NAME_SHOWN: Final = 40


@dataclass
class Tally:
    """How many values, in which rows first."""

    values: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Count one value of a row."""
        self.values += 1
        if len(self.rows) < ROWS_SHOWN and row not in self.rows[-1:]:
            self.rows.append(row)

    def __str__(self) -> str:
        listed = ", ".join(map(str, self.rows))
        return f"{self.values:,} (row {listed}{', …' if self.values > len(self.rows) else ''})"


@dataclass
class Report:
    """Counts of one run.

    Attributes:
        rows: Rows of the file; `headers` describe columns and are none.
        imported: Rows that became records, or would in a dry run.
        already: Rows that an earlier run imported.
        changed: Rows that were imported and read otherwise now; left as they are.
        whole: Rows that fit no record and became incomplete ones.
        longer: Rows with more cells than the header; `shorter` with fewer.
        asides: Values kept aside, by column and reason.
        by_default: Cells whose words no rule knew, by column; the words themselves have a place.
    """

    rows: int = 0
    headers: int = 0
    imported: int = 0
    already: int = 0
    changed: Tally = field(default_factory=Tally)
    whole: Tally = field(default_factory=Tally)
    longer: Tally = field(default_factory=Tally)
    shorter: Tally = field(default_factory=Tally)
    asides: dict[tuple[str, Why], Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_default: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def read(self, row: Row) -> None:
        """Count a row of the file."""
        if row.header:
            self.headers += 1
            return
        self.rows += 1
        if row.ragged:
            (self.longer if row.ragged > 0 else self.shorter).add(row.number)

    def built(self, row: Row, built: Built) -> None:
        """Count what became of a row that is imported."""
        self.imported += 1
        if any(why is Why.WHOLE_ROW for _, why in built.asides):
            self.whole.add(row.number)
        for column, why in built.asides:
            self.asides[column, why].add(row.number)
        for column in dict.fromkeys(built.by_default):
            self.by_default[column].add(row.number)

    @property
    def kept_aside(self) -> int:
        """How many values found no place."""
        return sum(tally.values for tally in self.asides.values())

    def lines(self, *, dry_run: bool = False) -> Iterator[str]:
        """The report as lines for a terminal."""
        verb = "Would import" if dry_run else "Imported"
        yield f"Rows in the file: {self.rows:,}" + (
            f", and {self.headers} row of column tags." if self.headers else "."
        )
        yield f"{verb}: {self.imported:,}. Already here: {self.already:,}. Changed since: {self.changed.values:,}."
        yield from self._warnings()
        if self.asides:
            yield f"Values kept aside, sealed in their records: {self.kept_aside:,}"
            yield from _table(
                ("column", "values", "why", "first rows"),
                [
                    (shown(column), f"{tally.values:,}", SENTENCES[why], ", ".join(map(str, tally.rows)))
                    for (column, why), tally in self.asides.items()
                ],
            )
        if self.by_default:
            yield "Coded by the mapping's default, because no rule knew the words (which stand in the record):"
            for column, tally in self.by_default.items():
                yield f"  {shown(column)}: {tally}"

    def _warnings(self) -> Iterator[str]:
        if self.changed.values:
            yield (
                f"Changed since they were imported, and left as they are: {self.changed}. Compare them with the records"
                " and edit those."
            )
        if self.longer.values:
            yield (
                f"Rows with more cells than the header: {self.longer}. If their cells are shifted, put text that holds"
                " the delimiter in quotation marks and import again."
            )
        if self.shorter.values:
            yield f"Rows with fewer cells than the header, the rest taken as empty: {self.shorter}."
        if self.whole.values:
            yield f"Rows that fit no record, kept whole in incomplete records for you to look at: {self.whole}."


def shown(column: str) -> str:
    """The name of a column, fit for a terminal."""
    name = "".join(one if one.isprintable() else "?" for one in column)
    return name if len(name) <= NAME_SHOWN else f"{name[: NAME_SHOWN - 1]}…"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for row in (head, *rows):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
