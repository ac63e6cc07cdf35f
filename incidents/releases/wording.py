"""Words for what a question asks and a table shows, in the language of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.disclosure.services import OTHER, TOTAL, UNSPECIFIED
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.releases.question import FAMILIES, WORLD, Series

if TYPE_CHECKING:
    from incidents.disclosure.services import Dimension
    from incidents.releases.question import Question

DIMENSIONS: Final = {
    "month": lazy_gettext("Month"),
    "quarter": lazy_gettext("Quarter"),
    "year": lazy_gettext("Year"),
    "country": lazy_gettext("Country"),
    "network": lazy_gettext("Network"),
    "violation_group": lazy_gettext("Group of violations"),
    "violation": lazy_gettext("Violation"),
    "perpetrator_group": lazy_gettext("Group of perpetrators"),
    "perpetrator": lazy_gettext("Perpetrator"),
    "gender": lazy_gettext("Gender"),
    "age": lazy_gettext("Adult or child"),
}
SERIES: Final = {
    Series.CREDIBLE: lazy_gettext("Credible and corroborated cases"),
    Series.CORROBORATED: lazy_gettext("Corroborated cases"),
    Series.PRESS: lazy_gettext("Open-source killings as reported by the press"),
}
UNSPECIFIED_WORDS: Final = {
    "time": lazy_gettext("%(of)s, not shown more finely"),
    "place": lazy_gettext("%(of)s, country not shown"),
    "violation": lazy_gettext("%(of)s, kind not known"),
    "perpetrator": lazy_gettext("%(of)s, kind not known"),
}
AGES: Final = {
    "AGE_CH": lazy_gettext("Children (under 18)"),
    "AGE_AD": lazy_gettext("Adults (18 and over)"),
    "AGE_UNK": lazy_gettext("Age unknown"),
}
FORMATS: Final = {
    "csv": lazy_gettext("table (CSV)"),
    "xlsx": lazy_gettext("workbook (XLSX)"),
    "pdf": lazy_gettext("brief (PDF)"),
    "hxl.csv": lazy_gettext("humanitarian data (HXL)"),
    "json": lazy_gettext("linked data (JSON)"),
    "zip": lazy_gettext("data package (ZIP)"),
}
SUPPRESSED: Final = "suppressed"
SHOWN: Final = "shown"


def code_words(dimension: Dimension, code: str) -> str:
    """The words for one code of a side: total, joined countries and unspecified leaves included."""
    if code == TOTAL:
        return _("All")
    if code == OTHER:
        return _("Other countries")
    if code.startswith(f"{OTHER}."):
        return _("%(network)s: other countries", network=place(code.partition(".")[2]))
    if code.endswith(UNSPECIFIED):
        template = UNSPECIFIED_WORDS[FAMILIES[dimension.name]].message
        return _(template, of=_label(dimension, code.removesuffix(UNSPECIFIED)))
    return _label(dimension, code)


def _label(dimension: Dimension, code: str) -> str:
    if code in AGES:
        return str(AGES[code])
    for name in ("violation_types", "perpetrator_types", "regions", "victim_attributes"):
        vocabulary = codebook().vocabulary(name)
        if code in vocabulary:
            return _(vocabulary[code].label)
    return dimension.label_of(code)


def place(code: str) -> str:
    """The name of a country, a network or the world."""
    return _("All countries") if code == WORLD else _(codebook().vocabulary("regions")[code].label)


def month(value: int) -> str:
    """A month as 2026-03."""
    return f"{value // 100}-{value % 100:02}"


def title(question: Question) -> str:
    """What a table is called. Made from codes alone: a release holds no free text."""
    parts = [
        _(
            "Persons by %(dimensions)s",
            dimensions=", ".join(str(DIMENSIONS[name]).lower() for name in question.dimensions),
        ),
        place(question.place),
        _("%(since)s to %(until)s", since=month(question.since), until=month(question.until)),
        *(words for _name, words in filters(question)),
    ]
    if question.series is not Series.CREDIBLE:
        parts.insert(0, str(SERIES[question.series]))
    return " · ".join(parts)


def filters(question: Question) -> list[tuple[str, str]]:
    """What the question narrows down to: pairs of the attribute and the value, in words."""
    chosen = {
        "violation": ("violation_types", question.violation),
        "gender": ("victim_attributes", question.gender),
        "perpetrator_group": ("perpetrator_types", question.perpetrator_group),
    }
    found = [
        (str(DIMENSIONS[name]), _(codebook().vocabulary(vocabulary)[code].label))
        for name, (vocabulary, code) in chosen.items()
        if code
    ]
    if question.age:
        found.append((str(DIMENSIONS["age"]), str(AGES[question.age])))
    return found
