"""The form of a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wtforms import RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from incidents.codebook.services import codebook
from incidents.disclosure.services import Reason
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.releases import wording
from incidents.releases.question import MOST_DIMENSIONS, WORLD, Question, Series, Unaskable
from incidents.releases.register import CONSENT, ERROR, RISK
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.codebook.services import Code

#: Two centuries: a table has a row for each of its months, whether or not anything happened in it.
MONTH: Final = re.compile(r"^((?:19|20)\d\d)-(\d\d)$", re.ASCII)
SERIES_NOTES: Final = {
    "credible": lazy_gettext("What most questions need: no contested cases, none that one source only reports."),
    "corroborated": lazy_gettext("For a stricter claim: independent sources agree, or two reviewers back one account."),
    "press": lazy_gettext(
        "Killings only, every fact already public. Title and files say that the press reported them."
    ),
}
REFUSED: Final = {
    Reason.TOO_MANY_DIMENSIONS: lazy_gettext("Take one breakdown away."),
    Reason.TOO_MANY_CELLS: lazy_gettext(
        "The table would have too many cells: use quarters or years, groups instead of kinds, or one network."
    ),
    Reason.NOT_A_DIMENSION: lazy_gettext("One of the breakdowns is never published: take it away."),
    Reason.BELOW_COUNTRY: lazy_gettext("Nothing below a country is published: ask for countries or networks."),
    Reason.TOO_FEW: lazy_gettext(
        "There are no persons to count, or too few to publish; Tala does not say which. Try a longer "
        "period, a network "
        "instead of a country, or fewer breakdowns."
    ),
    Reason.NOT_SAFE: lazy_gettext(
        "No way was found to protect this table: ask for fewer breakdowns, or for coarser ones."
    ),
}


WITHDRAWN: Final = {
    CONSENT: lazy_gettext("People in it have taken their consent back"),
    ERROR: lazy_gettext("It has a mistake"),
    RISK: lazy_gettext("It puts somebody in danger"),
}


class WithdrawalForm(BaseForm):
    """Why a release is withdrawn."""

    reason = RadioField(
        lazy_gettext("Why is it withdrawn?"),
        choices=[SelectChoice(*one) for one in WITHDRAWN.items()],
        validators=[InputRequired(lazy_gettext("Choose why it is withdrawn: whoever has a copy reads it here."))],
    )


class QuestionForm(BaseForm):
    """What to count, where and when, and by what to break it down."""

    since = StringField(
        lazy_gettext("First month"),
        description=lazy_gettext("Year and month, such as 2025-01."),
        filters=[lambda text: (text or "").strip()],
    )
    until = StringField(
        lazy_gettext("Last month"),
        description=lazy_gettext("Included in the count."),
        filters=[lambda text: (text or "").strip()],
    )
    place = SelectField(lazy_gettext("Place"), default=WORLD, validate_choice=False)
    series = RadioField(
        lazy_gettext("How well established"),
        default=Series.CREDIBLE.value,
        choices=[SelectChoice(series.value, words) for series, words in wording.SERIES.items()],
    )
    violation = SelectField(lazy_gettext("Only this violation"), default="", validate_choice=False)
    perpetrator_group = SelectField(lazy_gettext("Only these perpetrators"), default="", validate_choice=False)
    gender = SelectField(lazy_gettext("Only this gender"), default="", validate_choice=False)
    age = SelectField(lazy_gettext("Only this age"), default="", validate_choice=False)
    by = SelectField(lazy_gettext("Break down by"), default="violation_group", validate_choice=False)
    by2 = SelectField(lazy_gettext("and by"), default="", validate_choice=False)
    by3 = SelectField(lazy_gettext("and then by"), default="", validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        everything = SelectChoice("", _("All"))
        self.place.choices = places()
        self.violation.choices = [everything, *violations()]
        perpetrators = codebook().vocabulary("perpetrator_types").roots
        self.perpetrator_group.choices = [everything, *labelled(perpetrators)]
        self.gender.choices = [everything, *labelled(codebook().vocabulary("victim_attributes").facet("GEN"))]
        self.age.choices = [everything, *(SelectChoice(code, words) for code, words in wording.AGES.items())]
        sides = [SelectChoice(name, words) for name, words in wording.DIMENSIONS.items()]
        self.by.choices = sides
        self.by2.choices = self.by3.choices = [SelectChoice("", _("nothing more")), *sides]

    def validate_since(self, field: StringField) -> None:
        """A year and a month."""
        _month(field.data)

    def validate_until(self, field: StringField) -> None:
        """A year and a month."""
        _month(field.data)

    def question(self) -> Question | None:
        """The question, when it is one; None with the form's errors saying why not."""
        if not self.validate():
            return None
        chosen = [self.by.data, self.by2.data, self.by3.data][:MOST_DIMENSIONS]
        try:
            return Question(
                since=_month(self.since.data),
                until=_month(self.until.data),
                place=self.place.data,
                violation=self.violation.data or None,
                gender=self.gender.data or None,
                age=self.age.data or None,
                perpetrator_group=self.perpetrator_group.data or None,
                series=Series(self.series.data),
                dimensions=tuple(name for name in chosen if name),
            )
        except Unaskable as problem:
            self.add_errors({problem.field: str(problem.message)})
            return None


def fields_of(question: Question) -> dict[str, str]:
    """What the form sends for a question: for a hidden copy of it, and for an address."""
    by, by2, by3 = (*question.dimensions, "", "")[:MOST_DIMENSIONS]
    return {
        "since": wording.month(question.since),
        "until": wording.month(question.until),
        "place": question.place,
        "series": question.series.value,
        "violation": question.violation or "",
        "perpetrator_group": question.perpetrator_group or "",
        "gender": question.gender or "",
        "age": question.age or "",
        "by": by,
        "by2": by2,
        "by3": by3,
    }


def places() -> list[SelectChoice]:
    """The world, networks that have countries, and countries."""
    countries = codebook().countries()
    served = {country.parent for country in countries}
    networks = [root for root in codebook().vocabulary("regions").roots if root.code in served]
    return [
        SelectChoice(WORLD, _("All countries")),
        *labelled(networks, _("Networks")),
        *sorted(labelled(countries, _("Countries")), key=lambda choice: str(choice.label)),
    ]


def violations() -> list[SelectChoice]:
    """Each group with everything under it."""
    return [
        choice
        for group, under in codebook().violations_tree()
        for choice in (
            SelectChoice(group.code, _("All of: %(group)s", group=_(group.label)), optgroup=_(group.label)),
            *labelled(under, _(group.label)),
        )
    ]


def labelled(codes: Iterable[Code], group: str | None = None) -> list[SelectChoice]:
    """Codes as choices, in their order, under the name of a group."""
    return [SelectChoice(code.code, _(code.label), optgroup=group) for code in codes]


def _month(text: str) -> int:
    """A month as yyyymm. Raises `ValidationError`."""
    found = MONTH.match(text)
    if not found:
        raise ValidationError(_("Give a month as year and month, such as 2026-03."))
    return int(found[1]) * 100 + int(found[2])
