"""A new version of a release against those before it: who came in between, or went, must not follow by subtraction.

Only versions of one question are compared so far: the same persons counted by the same sides. What other questions
about the same facts tell together is not worked out yet; the page of a release names them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.disclosure.services import Released, reasons
from incidents.releases.question import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.disclosure.services import ProtectedTable
    from incidents.releases.question import Question

#: Cells of a table up to which hidden ones are worked out too, which takes a second or two; of larger ones the numbers
#: that are shown are subtracted.
MOST_CELLS: Final = 2_000
NEW: Final = "new"


def telling(question: Question, new: ProtectedTable, earlier: Sequence[ProtectedTable]) -> list[int]:
    """Places of the earlier versions beside which a new one would tell of a group under the threshold.

    Killings that the press reported are public one by one: nothing is told of them that was not.
    """
    if question.series is Series.PRESS:
        return []
    if len(new.cells) <= MOST_CELLS:
        released = [Released(one, str(place)) for place, one in enumerate(earlier)]
        return reasons(released, Released(new, NEW), grown=[(one.facts, NEW) for one in released])
    return [place for place, one in enumerate(earlier) if small_steps(one, new)]


def small_steps(earlier: ProtectedTable, new: ProtectedTable) -> bool:
    """Whether some number that both show went up or down by fewer persons than may be shown."""
    least = max(earlier.threshold, new.threshold)
    steps = (
        value - before
        for key, value in new.cells.items()
        if isinstance(value, int) and isinstance(before := earlier.cells.get(key), int)
    )
    return any(0 < abs(step) < least for step in steps)
