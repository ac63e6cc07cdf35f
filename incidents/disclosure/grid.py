"""A table as arrays: every cell has a number, every sum that a reader knows is a family of numbers."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from incidents.disclosure.dimensions import Dimension

    Ints = NDArray[np.int64]


class Family(NamedTuple):
    """A code of one dimension and its children, as positions in that dimension."""

    axis: int
    parent: int
    children: tuple[int, ...]


class Grid:
    """The cells of some dimensions, numbered in the order of `keys_of`."""

    def __init__(self, dimensions: tuple[Dimension, ...]) -> None:
        self.dimensions = dimensions
        self.shape = tuple(len(side.all_codes) for side in dimensions)
        self.size = prod(self.shape)
        self.place = [{code: index for index, code in enumerate(side.all_codes)} for side in dimensions]
        self.numbers: Ints = np.arange(self.size).reshape(self.shape)

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """Each parent with its children, dimension by dimension."""
        return tuple(
            Family(axis, place[parent], tuple(place[code] for code in children))
            for axis, (side, place) in enumerate(zip(self.dimensions, self.place, strict=True))
            for parent, children in side.children.items()
        )

    @cached_property
    def ancestors(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """For each dimension and position, the positions of the code itself, its ancestors and the total."""
        return tuple(
            tuple(tuple(place[up] for up in side.path(code)) if code in side.codes else (0,) for code in side.all_codes)
            for side, place in zip(self.dimensions, self.place, strict=True)
        )

    @cached_property
    def leaves(self) -> tuple[Ints, ...]:
        """The positions of the leaf codes of each dimension."""
        return tuple(
            np.array([place[code] for code in side.leaves])
            for side, place in zip(self.dimensions, self.place, strict=True)
        )

    @cached_property
    def below(self) -> tuple[NDArray[np.float64], ...]:
        """For each dimension, which leaves (columns) a code (row) sums."""
        found = []
        for axis, leaves in enumerate(self.leaves):
            matrix = np.zeros((self.shape[axis], len(leaves)))
            for column, leaf in enumerate(leaves):
                matrix[list(self.ancestors[axis][leaf]), column] = 1
            found.append(matrix)
        return tuple(found)

    def sums(self) -> Iterator[tuple[Ints, Ints]]:
        """Every family: the cells of the parents, and per parent the row of its children's cells."""
        for axis, parent, children in self.families:
            parents = np.take(self.numbers, parent, axis=axis).ravel()
            rows = np.stack([np.take(self.numbers, child, axis=axis).ravel() for child in children], axis=1)
            yield parents, rows

    def leaf_numbers(self) -> Ints:
        """The numbers of the cells that are a leaf on every side."""
        return self.numbers[np.ix_(*self.leaves)].ravel()

    def memberships(self, cells: Ints) -> tuple[Ints, Ints]:
        """In which sums leaf cells are: pairs of a cell's number and the place of the leaf among `cells`."""
        places = np.arange(len(cells))
        found = np.zeros(len(cells), dtype=np.int64)
        for axis, positions in enumerate(np.unravel_index(cells, self.shape)):
            above = self._above[axis][positions[places]]
            kept = above >= 0
            found = (found[:, None] * self.shape[axis] + above)[kept]
            places = np.broadcast_to(places[:, None], kept.shape)[kept]
        return found, places

    @cached_property
    def _above(self) -> tuple[Ints, ...]:
        """The ancestors of each position as rows of one length, filled up with -1."""
        found = []
        for paths in self.ancestors:
            longest = max(len(path) for path in paths)
            found.append(np.array([[*path, *[-1] * (longest - len(path))] for path in paths]))
        return tuple(found)

    def coordinates(self, cell: int) -> tuple[int, ...]:
        """Where a cell stands on each side."""
        return tuple(int(index) for index in np.unravel_index(cell, self.shape))

    def totals(self, leaves: NDArray[np.float64]) -> NDArray[np.float64]:
        """All cells from the values of the leaf cells."""
        values = leaves.reshape([len(side) for side in self.leaves])
        for axis, matrix in enumerate(self.below):
            values = np.moveaxis(np.tensordot(matrix, values, axes=(1, axis)), 0, axis)
        return values.ravel()
