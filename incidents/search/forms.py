"""What is asked on the page of search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.forms import FilterForm, checked_reason
from incidents.records.text import LINE_LIMIT
from incidents.search.rules import MOST_TERMS, SHORTEST, terms

if TYPE_CHECKING:
    from wtforms import Field

    from incidents.search.rules import Term


class SearchForm(FilterForm):
    """Words, and which cases are searched. It travels by POST: words can be names."""

    words = StringField(
        lazy_gettext("Words"),
        description=lazy_gettext(
            "Every word must be in the case; part of a word is enough. Accents, capitals and the alphabet do not "
            "matter. Put several words in quotation marks to find them side by side."
        ),
    )

    reason = TextAreaField(
        lazy_gettext("Why do you need to search names?"),
        description=lazy_gettext(
            "This opens the names, contacts and places of every case that is searched. Your colleagues and your "
            "auditors can read your reason, never your words. Write no names here."
        ),
    )

    @property
    def wanted(self) -> tuple[Term, ...]:
        """What is searched for."""
        return terms(self.words.data or "")

    def validate_words(self, field: Field) -> None:
        """Something that can be told from other things, and not more than one can keep in mind."""
        if len(field.data or "") > LINE_LIMIT:
            raise ValidationError(_("Use %(limit)s characters at most.", limit=LINE_LIMIT))
        wanted = self.wanted
        if not wanted:
            raise ValidationError(_("Write at least one word."))
        if any(len(term.text) < SHORTEST for term in wanted):
            raise ValidationError(_("Write at least two letters of each word."))
        if len(wanted) > MOST_TERMS:
            raise ValidationError(_("Use %(limit)s words at most.", limit=MOST_TERMS))


class NamesForm(SearchForm):
    """The same, when names are to be opened: then the reason is needed."""

    def validate_reason(self, field: Field) -> None:
        """A word or two is no reason."""
        checked_reason(self, field)
