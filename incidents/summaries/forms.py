"""The filters of the dashboard. They combine, and all of them sit in the address, which can be kept and sent on.

An address may name any code of the codebook; the lists on the page offer those near by, and drilling down the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from wtforms import SelectChoice, SelectField, StringField, ValidationError

from incidents.codebook.services import codebook
from incidents.facts.schema import FACT_COLUMNS, categories
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.summaries import words
from incidents.summaries.counts import Query
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from incidents.codebook.models import Code, Vocabulary

MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
VOCABULARIES: Final = {
    "country": "regions",
    "network": "regions",
    "violation": "violation_types",
    "perpetrator": "perpetrator_types",
    "gender": "victim_attributes",
    "age": "victim_attributes",
    "verification": "verification_status",
}
TREES: Final = frozenset({"violation", "perpetrator"})
#: What each of these filters may be.
VALUES: Final = {
    column.name: frozenset(categories(column)) for column in FACT_COLUMNS if column.name in VOCABULARIES
} | {
    "country": frozenset(code.code for code in codebook().countries()),
    "network": frozenset(code.code for code in codebook().vocabulary("regions").roots),
}


def known_code(form: FilterForm, field: SelectField) -> None:
    """Refuse a code that the filter cannot have; the message does not repeat it."""
    del form
    if field.data and field.data not in VALUES[field.name]:
        raise ValidationError(_("This address names a code that Tala does not know. Choose one from the list."))


def known_choice(form: FilterForm, field: SelectField) -> None:
    """Refuse a word that is none of a short list's."""
    del form
    if field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_("This address names a choice that does not exist. Choose one from the list."))


def known_month(form: FilterForm, field: StringField) -> None:
    """Refuse what is not a month."""
    del form
    if field.data and not MONTH.fullmatch(field.data.strip()):
        raise ValidationError(_("Give a month as year and month, such as 2016-09, or leave it empty."))


def _codes(label: str) -> SelectField:
    return SelectField(lazy_gettext(label), [known_code], default="", validate_choice=False)


def _short(label: str, words: Mapping[str, Any], default: str = "") -> SelectField:
    choices = [SelectChoice(value, text) for value, text in words.items()]
    return SelectField(lazy_gettext(label), [known_choice], default=default, choices=choices, validate_choice=False)


class FilterForm(BaseForm):
    """What to count, and which measure the figures draw."""

    first = StringField(
        lazy_gettext("From month"), [known_month], default="", name="from", description=lazy_gettext("Such as 2016-09")
    )
    last = StringField(
        lazy_gettext("To month"), [known_month], default="", name="to", description=lazy_gettext("Such as 2017-03")
    )
    country = _codes("Country")
    network = _codes("Network")
    violation = _codes("Violation")
    perpetrator = _codes("Perpetrator")
    gender = _codes("Gender")
    age = _codes("Age")
    verification = _codes("Verification")
    series = _short("Series", words.SERIES)
    open_source = _short("Sources", words.OPEN_SOURCE)
    measure = _short("Figures show", {name: measure.label for name, measure in words.MEASURES.items()}, default="cases")

    def validate_last(self, field: StringField) -> None:
        """Refuse a period that ends before it begins."""
        if _month(self.first.data) and _month(field.data) and _month(field.data) < _month(self.first.data):
            raise ValidationError(_("The period ends before it begins. Exchange the two months."))

    def query(self) -> Query:
        """What a valid form asks for."""
        return Query(
            first=_month(self.first.data) or None,
            last=_month(self.last.data) or None,
            **{name: self[name].data for name in VOCABULARIES},
            series=self.series.data,
            open_source={"yes": True, "no": False}.get(self.open_source.data),
        )

    def offer(self, present: Mapping[str, Iterable[str]]) -> None:
        """Fill the lists of codes: whole where they are short, else what occurs in the facts and what is chosen now.

        Of a tree: the groups and what is near the chosen node; drilling down leads to the rest.

        Args:
            present: The codes that occur, by filter, for those whose list would make the page heavy.
        """
        for name in VOCABULARIES:
            shown = {self[name].data, *present.get(name, VALUES[name])}
            if name in TREES:
                shown = near_in_tree(codebook().vocabulary(VOCABULARIES[name]), self[name].data)
            listed = [code for code in codebook().vocabulary(VOCABULARIES[name]) if code.code in shown & VALUES[name]]
            choices = (SelectChoice(code.code, _named(name, code)) for code in listed)
            self[name].choices = [SelectChoice("", _("All")), *choices]

    def filters(self) -> dict[str, str]:
        """What is asked for, as it stands in an address."""
        return {field.name: field.data.strip() for field in self if field.data and field.data != field.default}


def in_words(form: FilterForm) -> list[tuple[str, str]]:
    """The filters of a valid form, each with what it asks for, in the page's language; not what the figures draw."""
    short = {"series": words.SERIES, "open_source": words.OPEN_SOURCE}
    asked = [field for field in form if field.data and field.data != field.default and field.name != "measure"]
    found = []
    for field in asked:
        vocabulary = VOCABULARIES.get(field.name)
        listed = short.get(field.name, {field.data: field.data})
        said = _(codebook().vocabulary(vocabulary)[field.data].label) if vocabulary else str(listed[field.data])
        found.append((str(field.label.text), said))
    return found


def addresses(form: FilterForm, path: str = "") -> Callable[..., str]:
    """A function that gives the address of a page with some filters changed; None takes one away.

    Without a path the addresses are those of the same page: there are a hundred on it, so that each character counts.
    """

    def address(**changes: str | None) -> str:
        changed = form.filters() | {name.rstrip("_"): value for name, value in changes.items()}
        return f"{path}?{urlencode({name: value for name, value in changed.items() if value})}"

    return address


def near_in_tree(tree: Vocabulary, node: str) -> set[str]:
    """The groups of a tree, and for a node what lies above it and directly below it."""
    groups = {root.code for root in tree.roots}
    if node not in tree:
        return groups
    return groups | {node, *tree.ancestors(node), *(child.code for child in tree.children(node))}


def _month(text: str | None) -> int:
    found = MONTH.fullmatch((text or "").strip())
    return int(found[1]) * 100 + int(found[2]) if found else 0


def _named(name: str, code: Code) -> str:
    tree = codebook().vocabulary(VOCABULARIES[name])
    depth = len(tree.ancestors(code.code)) if name in TREES else 0
    return "\u2003" * depth + _(code.label)
