"""An attacker with a register of names looks for its people in rows that were handed on.

The register knows of each person what somebody outside could: area, month, gender, age. The attacker knows the
method, that a star stands for any value and a code for all below it, and of each target that they are in the file.
The referee alone knows which row is whose: by a column `person` that only these tests let through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from incidents.disclosure.microdata import AnonymisedRows, anonymise
from incidents.disclosure.microdata_policy import STAR, RowsPolicy, RowsQuestion
from tests.factories.rows import person_columns, person_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from incidents.disclosure.dimensions import Dimension

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

KNOWN: Final = ("area", "month", "gender", "age")
SECRET: Final = "violation"
PERSON: Final = "person"
PART: Final = 500
FAR: Final = 1 << 30
BANDS: Final = frozenset(f"Y{number:03}" for number in range(7))


@dataclass(frozen=True)
class Recognised:
    """Shares of the persons in the file, 0 to 1.

    `sure`: one row alone can be theirs. `sure_of_all`: and no other person of the register can have that row.
    `guessed`: expected hits when the likeliest row is named for each. `learned`: all rows that can be theirs say
    the same of what was done to them.
    """

    sure: float
    sure_of_all: float
    guessed: float
    learned: float

    def __str__(self) -> str:
        return (
            f"found for sure {self.sure:.2%} (nobody else possible {self.sure_of_all:.2%}), "
            f"by best guess {self.guessed:.2%}, violation learned for sure {self.learned:.2%}"
        )


def documented_people(rows: int, seed: int) -> pl.DataFrame:
    """Invented persons with everything about them, numbered."""
    return person_rows(rows, seed).with_row_index(PERSON).with_columns(pl.col(PERSON).cast(pl.String))


def register_of(people: pl.DataFrame, others: int, seed: int) -> pl.DataFrame:
    """What the attacker holds: those people and others of the same kind who are not in the file."""
    strangers = person_rows(others, seed + 1).with_columns(pl.lit(None, pl.String).alias(PERSON))
    return pl.concat([people.select(PERSON, *KNOWN), strangers.select(PERSON, *KNOWN)])


def handed_on(people: pl.DataFrame, k: int, **more: object) -> AnonymisedRows:
    """The people's rows as Tala would hand them on, with the referee's column among the sensitive ones."""
    policy = RowsPolicy.load()
    policy = replace(policy, partner=k, sensitive=policy.sensitive | {PERSON}, never=policy.never | BANDS, **more)
    asked = RowsQuestion(
        columns=tuple(person_columns()[name] for name in KNOWN),
        sensitive=(SECRET, PERSON),
        weights={"area": 2, "month": 2},
        below_country_permitted=True,
    )
    return anonymise(people, asked, policy)


def attack(released: pl.DataFrame, register: pl.DataFrame) -> Recognised:
    """Look for everybody of the register who is in the file; how often that succeeds."""
    shown = [name for name in KNOWN if name in released.columns]
    classes = released.group_by(shown, maintain_order=True).agg(
        pl.len().alias("size"), pl.col(SECRET).min().alias("least"), pl.col(SECRET).max().alias("most")
    )
    profiles = register.group_by(KNOWN, maintain_order=True).agg(pl.len().alias("persons"))
    persons, size = profiles["persons"].to_numpy(), classes["size"].to_numpy()
    fits = Fits(profiles, classes, shown)
    rivals = sum((persons[part] @ fits.of(part) for part in fits.parts), np.zeros(classes.height, np.int64))
    choice, rows, learned = (
        np.concatenate(found) for found in zip(*(fits.judged(part, rivals) for part in fits.parts), strict=True)
    )
    owners = _owners(released, register, classes, profiles, shown)
    profile, place = owners["profile"].to_numpy(), owners["class"].to_numpy()
    sure = rows[profile] == 1
    return Recognised(
        sure=float(sure.mean()),
        sure_of_all=float((sure & (rivals[place] == 1)).mean()),
        guessed=float(((choice[profile] == place) / size[place]).mean()),
        learned=float(learned[profile].mean()),
    )


class Fits:
    """Which kinds of row can be those of a profile of the register, in parts that fit into memory."""

    def __init__(self, profiles: pl.DataFrame, classes: pl.DataFrame, shown: Sequence[str]) -> None:
        sides = person_columns()
        self._tables = [_table(sides[name], profiles[name], classes[name]) for name in shown]
        self._size = classes["size"].to_numpy()
        secrets = pl.concat([classes["least"], classes["most"]]).unique().sort()
        # signed, since -1 stands for no row at all below
        self._least, self._most = (
            secrets.search_sorted(classes[name], side="left").to_numpy().astype(np.int64) for name in ("least", "most")
        )
        self.parts = [slice(start, start + PART) for start in range(0, profiles.height, PART)]

    def of(self, part: slice) -> Flags:
        """For each profile of this part and each kind of row, whether the row can be such a person's."""
        return np.logical_and.reduce([table[own[part]][:, code] for table, own, code in self._tables])

    def judged(self, part: slice, rivals: Ints) -> tuple[Ints, Ints, Flags]:
        """Of each profile: the kind of row with fewest rivals, the rows possible, whether all say the same."""
        fits = self.of(part)
        least = np.where(fits, self._least, FAR).min(axis=1)
        most = np.where(fits, self._most, -1).max(axis=1)
        return np.where(fits, rivals, np.inf).argmin(axis=1), fits @ self._size, least == most


def _table(side: Dimension, known: pl.Series, shown: pl.Series) -> tuple[Flags, Ints, Ints]:
    """Whether each code shown can stand for each code known, and the places of both."""
    own, codes = known.unique().sort(), shown.unique().sort()
    covers = np.array([[code == STAR or code in side.path(one) for code in codes] for one in own])
    return covers, own.search_sorted(known, side="left").to_numpy(), codes.search_sorted(shown, side="left").to_numpy()


def _owners(
    released: pl.DataFrame, register: pl.DataFrame, classes: pl.DataFrame, profiles: pl.DataFrame, shown: list[str]
) -> pl.DataFrame:
    """The referee's list: of each person in the file, their profile and the kind of row that is theirs."""
    rows = released.select(PERSON, *shown).join(classes.with_row_index("class"), on=shown)
    people = register.drop_nulls(PERSON).join(profiles.with_row_index("profile"), on=list(KNOWN))
    return people.select(PERSON, "profile").join(rows.select(PERSON, "class"), on=PERSON)
