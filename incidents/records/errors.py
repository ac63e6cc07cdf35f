"""What can be wrong with a typed document, in plain sentences.

Every sentence stands in `MESSAGES` under a stable type. It is an English msgid with `%(name)s` places,
translated where it is shown. No sentence and no parameter ever holds a value from a case: they may reach a
log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError


def N_(text: str) -> str:  # noqa: N802 - the customary name of a gettext marker, known to extractors
    """Mark a sentence for translation without translating it here."""
    return text


MESSAGES: Final[Mapping[str, str]] = {
    # text
    "text_too_long": N_("Shorten this to %(limit)s characters or fewer."),
    "text_control": N_("This holds an invisible control character. Delete the text and type it again."),
    "text_bidi": N_("This holds an invisible character that turns the writing around. Type it, do not paste it."),
    "not_text": N_("Write this as text."),
    # codes, numbers, references
    "code_unknown": N_("Choose an answer from the list."),
    "not_listed": N_("Choose one of the answers offered."),
    "not_a_number": N_("Write a whole number in digits."),
    "number_too_small": N_("Write a number that is %(limit)s or more."),
    "number_too_large": N_("Write a number that is %(limit)s or less."),
    "numbers_out_of_order": N_("The lowest number must not be above the best, nor the best above the highest."),
    "not_yes_or_no": N_("Answer yes or no."),
    "too_many": N_("Keep at most %(limit)s entries here."),
    "id_malformed": N_("This reference is damaged. Choose the entry again."),
    "id_repeated": N_("Two entries carry the same reference. Remove one and add it again."),
    "refers_to_nothing": N_("This points to an entry that is no longer in the record. Choose another, or remove it."),
    "area_outside_country": N_("Choose an area that lies in the country, or change the country."),
    "area_malformed": N_("Write the area as an ISO 3166-2 code, such as XX-01."),
    "reference_malformed": N_("This reference has a typing mistake. Compare it with the original."),
    "hash_malformed": N_("A SHA-256 sum has 64 digits from 0 to 9 and a to f."),
    "money_malformed": N_("Write the amount in digits and its currency as three letters, such as USD."),
    "language_malformed": N_("Choose a language by its two or three letters, such as en."),
    "media_type_malformed": N_("The kind of the file is not known. Add the file again."),
    # dates
    "date_malformed": N_("Write the date as day, month and year."),
    "date_empty": N_("Write at least the year, or say that the date is unknown."),
    "date_day_without_month": N_("Add the month, or leave the day empty."),
    "date_no_such_month": N_("Write the month as a number from 1 to 12."),
    "date_no_such_day": N_("This month has no such day. Check the day and the month."),
    "date_year_digits": N_("Write the year with four digits, such as %(example)s."),
    "date_year_range": N_("Write a year between %(first)s and %(last)s."),
    "date_year_buddhist": N_("This looks like a year of the Buddhist calendar. Did you mean %(year)s?"),
    "date_year_other_calendar": N_(
        "This looks like a year of another calendar. Write the year of the common calendar."
    ),
    "date_future": N_("This date has not come yet. Check the day, the month and the year."),
    "date_order": N_("The second date lies before the first. Swap them, or correct one."),
    # whole documents
    "missing": N_("Fill this in."),
    "unexpected": N_("This version of the program does not know this field. Update the program before you save."),
    "invalid": N_("Check this answer."),
    "document_newer": N_("This record was written by a newer version of the program. Update the program to open it."),
    "document_damaged": N_("This record does not say which version it has. Restore it from a backup."),
}

# Pydantic's own types, spoken in the sentences above.
_PLAIN: Final[Mapping[str, str]] = {
    "string_type": "not_text",
    "string_unicode": "text_control",
    "string_too_long": "text_too_long",
    "literal_error": "not_listed",
    "int_type": "not_a_number",
    "int_parsing": "not_a_number",
    "int_parsing_size": "not_a_number",
    "int_from_float": "not_a_number",
    "float_type": "not_a_number",
    "float_parsing": "not_a_number",
    "finite_number": "not_a_number",
    "greater_than_equal": "number_too_small",
    "less_than_equal": "number_too_large",
    "bool_type": "not_yes_or_no",
    "bool_parsing": "not_yes_or_no",
    "too_long": "too_many",
    "date_type": "date_malformed",
    "date_parsing": "date_malformed",
    "date_from_datetime_parsing": "date_malformed",
    "date_from_datetime_inexact": "date_malformed",
    "datetime_type": "date_malformed",
    "datetime_parsing": "date_malformed",
    "datetime_from_date_parsing": "date_malformed",
    "timezone_aware": "date_malformed",
    "decimal_type": "money_malformed",
    "decimal_parsing": "money_malformed",
    "decimal_max_digits": "money_malformed",
    "decimal_max_places": "money_malformed",
    "extra_forbidden": "unexpected",
    "missing": "missing",
}
_LIMIT_NAMES: Final = ("ge", "le", "max_length")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One problem at one field: a dotted path, a stable type, and a msgid with its parameters."""

    path: str
    type: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)


def problem(kind: str, **params: object) -> PydanticCustomError:
    """Return the error that a validator raises for `kind`.

    `at` among the parameters names the field below the model that raises, for checks that span several
    fields.
    """
    return PydanticCustomError(kind, MESSAGES[kind], dict(params))


def field_errors(error: ValidationError) -> list[FieldError]:
    """Return what a form shows for `error`: one entry a problem, without any value that was typed."""
    details = error.errors(include_url=False, include_input=False)
    return [_field_error(detail["loc"], detail["type"], detail.get("ctx") or {}) for detail in details]


def _field_error(location: tuple[int | str, ...], kind: str, context: Mapping[str, Any]) -> FieldError:
    params = dict(context)
    path = ".".join([*(str(step) for step in location), *filter(None, [params.pop("at", "")])])
    if kind in MESSAGES and kind not in _PLAIN:
        return FieldError(path, kind, MESSAGES[kind], params)
    plain = _PLAIN.get(kind, "invalid")
    limits = dict.fromkeys(["limit"], next((params[name] for name in _LIMIT_NAMES if name in params), None))
    return FieldError(path, plain, MESSAGES[plain], limits)
