"""The only importer of HiGHS: linear programmes as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PRIMAL_SIMPLEX: Final = 4
DUAL_SIMPLEX: Final = 1


class Unsolved(RuntimeError):
    """The solver gave up, or the programme has no solution."""


class _Quiet(highspy.Highs):
    """HiGHS without callbacks, which are not used here: to enable them prints a banner before output can be off."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is theirs
        """Enable none."""


class Programme:
    """min cost'x with every row and every x within its bounds."""

    def __init__(
        self, rows: Rows | Sparse, row_bounds: tuple[Floats, Floats], bounds: tuple[Floats, Floats], *, simplex: int
    ) -> None:
        create: Any = _Quiet
        self._highs = create()
        self._highs.setOptionValue("output_flag", "off")
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("presolve", "off")  # the programmes are small: it costs more than it saves
        self._highs.setOptionValue("simplex_strategy", simplex)
        self._columns = len(bounds[0])
        self._all = np.arange(self._columns, dtype=np.int32)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._columns, len(row_bounds[0])
        model.col_cost_ = np.zeros(self._columns)
        model.col_lower_, model.col_upper_ = bounds
        model.row_lower_, model.row_upper_ = row_bounds
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
            rows.start,
            rows.index,
            rows.value,
        )
        self._highs.passModel(model)

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Change the bounds of every column."""
        self._highs.changeColsBounds(self._columns, self._all, lower, upper)

    def minimise(self, cost: Floats) -> Floats:
        """The columns at the least cost. Raises `Unsolved`."""
        self._highs.changeColsCost(self._columns, self._all, cost)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Unsolved("The solver found no solution.")
        return np.array(self._highs.getSolution().col_value)


class Rows:
    """A sparse matrix, row after row, from blocks of equally long rows with the same factors.

    A column below zero is no entry; a row without any entry is left out.
    """

    def __init__(self, blocks: Sequence[tuple[Ints, Floats]]) -> None:
        lengths, index, value = [np.zeros(1, dtype=np.int64)], [], []
        for columns, factors in blocks:
            kept = columns >= 0
            entries = kept.sum(axis=1)
            lengths.append(entries[entries > 0])
            index.append(columns[kept])
            value.append(np.broadcast_to(factors, columns.shape)[kept])
        self.start = np.cumsum(np.concatenate(lengths)).astype(np.int32)
        self.count = len(self.start) - 1
        self.index = np.concatenate([[], *index]).astype(np.int32)
        self.value = np.concatenate([[], *value])


class Sparse:
    """A sparse matrix, row after row, from entries in any order; the rows are numbered without a gap."""

    def __init__(self, rows: Ints, columns: Ints, values: Floats) -> None:
        order = np.argsort(rows, kind="stable")
        self.start = np.cumsum(np.concatenate([[0], np.bincount(rows)])).astype(np.int32)
        self.count = len(self.start) - 1
        self.index, self.value = columns[order].astype(np.int32), values[order]
