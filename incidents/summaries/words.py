"""What the dashboard says in words: measures, series, and why cases are held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.i18n import LazyString, lazy_gettext

if TYPE_CHECKING:
    from collections.abc import Mapping


class Measure(NamedTuple):
    """One thing that is counted: its name, what it means, and a headline that names where it is highest."""

    label: LazyString
    definition: LazyString
    most: str


def _message(text: str) -> str:
    """Mark a message for translation that is filled in later."""
    return text


#: By the name that stands in an address. The field of a tally has the same name, but for killings.
MEASURES: Final[Mapping[str, Measure]] = {
    "cases": Measure(
        lazy_gettext("Cases"),
        lazy_gettext("A case is one incident as it was recorded. It counts once in each row in which it appears."),
        _message("Most documented cases: %(what)s"),
    ),
    "persons": Measure(
        lazy_gettext("Persons"),
        lazy_gettext(
            "A person or group who was harmed counts once in each row in which they appear. "
            "A law or policy harms nobody in particular and has no person."
        ),
        _message("Most persons harmed: %(what)s"),
    ),
    "acts": Measure(
        lazy_gettext("Acts"),
        lazy_gettext(
            "An act is one violation against one person or group. "
            "A person who was arrested and beaten suffered two acts."
        ),
        _message("Most documented acts: %(what)s"),
    ),
    "killed": Measure(
        lazy_gettext("Killed (best number)"),
        lazy_gettext(
            "People killed, each once: the lowest and the highest credible number, and between them the one that the "
            "recorder holds to be best. Attempts and threats are not killings."
        ),
        _message("Most documented killings: %(what)s"),
    ),
}
#: Which field of a tally a measure reads.
FIELDS: Final[Mapping[str, str]] = {"cases": "cases", "persons": "persons", "acts": "acts", "killed": "killed_best"}
#: Columns of tables. Killings have one: the best number, with the ends in brackets where they differ.
COLUMNS: Final[Mapping[str, LazyString]] = {
    "cases": lazy_gettext("Cases"),
    "persons": lazy_gettext("Persons"),
    "acts": lazy_gettext("Acts"),
    "killed": lazy_gettext("Killed: best (lowest to highest)"),
}
SERIES: Final[Mapping[str, LazyString]] = {
    "": lazy_gettext("All counted: reported, credible and corroborated (VS_1 to VS_5)"),
    "credible": lazy_gettext("Credible reports (VS_2)"),
    "corroborated": lazy_gettext("Corroborated (VS_3 to VS_5)"),
}
OPEN_SOURCE: Final[Mapping[str, LazyString]] = {
    "": lazy_gettext("All"),
    "yes": lazy_gettext("Open sources only"),
    "no": lazy_gettext("Other sources only"),
}


class Reason(NamedTuple):
    """Why cases are held back: in a few words, and what would change it."""

    label: LazyString
    meaning: LazyString


HELD: Final[Mapping[str, Reason]] = {
    "out_of_scope": Reason(
        lazy_gettext("Out of scope"),
        lazy_gettext("The case was referred on: it is not about violence against people who use drugs."),
    ),
    "incomplete": Reason(
        lazy_gettext("Not finished"),
        lazy_gettext("The record is not complete. It counts once its recorder has filled in what is missing."),
    ),
    "verification": Reason(
        lazy_gettext("Not checked, or not counted after a check"),
        lazy_gettext(
            "It waits for a first reading, or review found that it did not happen so or is told in another record."
        ),
    ),
    "no_country": Reason(
        lazy_gettext("No country"),
        lazy_gettext("A count needs at least the country. It counts once the country is recorded."),
    ),
    "no_violation": Reason(
        lazy_gettext("No violation"),
        lazy_gettext("Nothing in the record says yet what was done. It counts once an act is recorded."),
    ),
    "consent": Reason(
        lazy_gettext("No consent for statistics"),
        lazy_gettext("Nobody in it agreed to be counted, or agreement ended. Not asked means no."),
    ),
    "consent_of_some": Reason(
        lazy_gettext("Counted in part"),
        lazy_gettext(
            "Some of the people in it agreed to be counted and others did not; "
            "only those who agreed are in the numbers."
        ),
    ),
}
OTHER_REASON: Final = Reason(
    lazy_gettext("Another reason"),
    lazy_gettext("These cases were held back for a reason that this version of Tala cannot put into words."),
)


def reason(name: str) -> Reason:
    """The words for a reason, also for one that this version does not know."""
    return HELD.get(name, OTHER_REASON)
