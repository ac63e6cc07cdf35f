"""Numbers that follow from words or from other numbers: the word table, and sums in bands. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from incidents.intake.answers import wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.intake.answers import Typed
    from incidents.intake.questions import Question
    from incidents.records.schema_acts import AmountBand

Part = dict[str, Any]
#: What a word stands for when no number is known (ACLED's practice; coding rule 10): the lowest, until corroborated.
WORD_TABLE: Final[Mapping[str, int]] = {"several": 3, "dozens": 12, "hundreds": 100}
_SUFFIX: Final = "_said"
#: Bands of US dollars, each with the sum below which it ends.
_BANDS: Final[tuple[tuple[Decimal, AmountBand], ...]] = (
    (Decimal(10), "under_10"),
    (Decimal(50), "10_49"),
    (Decimal(200), "50_199"),
    (Decimal(1000), "200_999"),
)
_TOP_BAND: Final[AmountBand] = "1000_or_more"


def take_word(entry: Part, question: Question, typed: Typed) -> None:
    """Fill lowest and best number from a word of the source, where no number is given.

    Raises:
        WrongAnswer: It is no word of the table.
    """
    word = "".join(typed.get(question.name, [])[:1])
    if not word:
        return
    if word not in WORD_TABLE:
        raise wrong(question.name, "not_listed")
    name = question.name.removesuffix(_SUFFIX)
    ends = [f"{name}_{end}" for end in ("min", "best", "max")]
    if all(entry.get(end) is None for end in ends):
        entry[ends[0]] = entry[ends[1]] = WORD_TABLE[word]


def with_band(entry: Part, before: object) -> None:
    """Fill the band of a sum in US dollars that is new, where nobody chose one; drop a sum that was emptied.

    Args:
        entry: An act as it is now; changed in place.
        before: Its sum as it was.
    """
    money = entry.get("amount_extorted")
    if not isinstance(money, dict):
        return
    if money.get("amount") is None and not money.get("currency"):
        entry["amount_extorted"] = None
        return
    if money != before and not entry.get("amount_band") and str(money.get("currency")).strip().upper() == "USD":
        entry["amount_band"] = band_of(str(money.get("amount")))


def band_of(amount: str) -> AmountBand | None:
    """Return the band of a sum in US dollars; None for what is no sum."""
    try:
        sum_of_money = Decimal(amount)
    except InvalidOperation:
        return None
    if not sum_of_money.is_finite():
        return None
    return next((band for end, band in _BANDS if sum_of_money < end), _TOP_BAND)
