"""The form of a publication, and the filters of their list."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from wtforms import FileField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from incidents import clock
from incidents.codebook.services import codebook
from incidents.i18n import LazyString, lazy_gettext
from incidents.i18n import gettext as _
from incidents.releases import services as releases
from incidents.reports import services as reports
from incidents.reports.languages import LANGUAGES
from incidents.reports.letters import signatories
from incidents.reports.models import PublicationType
from incidents.reports.services import Content, Filters
from incidents.reports.told import Frame
from incidents.web.forms import BaseForm, typed_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wtforms import Field, Form

    from incidents.reports.models import Publication

MOST_TEXT: Final = 100_000
MOST_SIGNATORIES: Final = 50_000
MOST_DEMANDS: Final = 10_000
MOST_COUNTRIES: Final = 250
LONGEST_TITLE: Final = 300
KINDS: Final = {
    PublicationType.REPORT: lazy_gettext("Report"),
    PublicationType.STATEMENT: lazy_gettext("Statement"),
    PublicationType.OPEN_LETTER: lazy_gettext("Open letter"),
    PublicationType.REPLY: lazy_gettext("Reply to a letter"),
    PublicationType.STORY: lazy_gettext("Story"),
    PublicationType.SUBMISSION: lazy_gettext("Submission"),
    PublicationType.NEWS: lazy_gettext("News"),
}


def one_line(typed: str | None) -> str:
    """A line of text: no control signs, no signs that turn writing direction around, no outer spaces."""
    return " ".join(plain(typed).split())


def plain(typed: str | None) -> str:
    """A text whose only control sign is the line break; a tab is a space."""
    text = (typed or "").replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    shown = "".join(sign for sign in text if sign == "\n" or not _controls(sign))
    return unicodedata.normalize("NFC", shown).strip()


def _controls(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs"} or unicodedata.bidirectional(sign) in {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }


def at_most(signs: int, message: LazyString) -> Callable[[Form, Field], None]:
    """A check of length; WTForms' own cannot say it in the reader's language."""

    def check(form: Form, field: Field) -> None:
        del form
        if len(field.data) > signs:
            raise ValidationError(str(message))

    return check


class FrameForm(BaseForm):
    """What stands around the text of a story; and what every publication says of itself."""

    title = StringField(
        lazy_gettext("Title"),
        [
            DataRequired(lazy_gettext("Give it a title.")),
            at_most(LONGEST_TITLE, lazy_gettext("Use at most 300 characters.")),
        ],
        filters=[one_line],
    )
    language = SelectField(
        lazy_gettext("Language"),
        default="en",
        choices=[SelectChoice(tag, name) for tag, name in LANGUAGES.items()],
    )
    campaign = SelectField(lazy_gettext("Campaign"), validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.campaign.choices = [SelectChoice("", _("None")), *vocabulary_choices("campaigns")]

    def validate_campaign(self, field: SelectField) -> None:
        """A known campaign, or none."""
        _known([field.data], self.campaign.choices)

    def frame(self) -> Frame:
        """What the validated form says."""
        return Frame(title=self.title.data, language=self.language.data, campaign=self.campaign.data or "")


class PublicationForm(FrameForm):
    """What is published. There is no markup: paragraphs are parted by an empty line.

    A story is not written here: it is the text of a summary that somebody agreed to, and comes from there.
    """

    kind = SelectField(
        lazy_gettext("Kind"),
        choices=[SelectChoice(kind.value, words) for kind, words in KINDS.items() if kind is not PublicationType.STORY],
    )
    published_on = StringField(
        lazy_gettext("Published on"),
        description=lazy_gettext("Year, month and day, such as 2026-11-25."),
        filters=[one_line],
    )
    text = TextAreaField(
        lazy_gettext("Text"),
        [at_most(MOST_TEXT, lazy_gettext("The text is too long: add it as a file."))],
        description=lazy_gettext(
            "Plain text; an empty line starts a paragraph. Never a name or a place that gives somebody away."
        ),
        filters=[plain],
    )
    demands = TextAreaField(
        lazy_gettext("What it demands"),
        [at_most(MOST_DEMANDS, lazy_gettext("Use at most 10,000 characters."))],
        description=lazy_gettext("Of a letter or statement: what is asked of whom it is addressed to."),
        filters=[plain],
    )
    signatories = TextAreaField(
        lazy_gettext("Who signed it"),
        [at_most(MOST_SIGNATORIES, lazy_gettext("The list is too long: add it as a file."))],
        description=lazy_gettext("One a line, as they signed in public. They are counted."),
        filters=[plain],
    )
    file = FileField(
        lazy_gettext("File"),
        description=lazy_gettext(
            "PDF, DOCX, ODT, XLSX, CSV, TXT, PNG or JPEG, up to 20 MB. Remove the author's name and the "
            "history of "
            "changes first."
        ),
    )
    themes = SelectMultipleField(lazy_gettext("Themes"), validate_choice=False)
    countries = StringField(
        lazy_gettext("Countries"),
        description=lazy_gettext("Two-letter codes parted by spaces, such as PH ID. Empty for all."),
        filters=[one_line],
    )
    response_to = SelectField(lazy_gettext("In reply to"), validate_choice=False)
    release = SelectField(lazy_gettext("Release whose numbers it uses"), validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        nothing = SelectChoice("", _("None"))
        self.themes.choices = vocabulary_choices("themes")
        self.response_to.choices = [nothing, *(SelectChoice(*choice) for choice in reports.choices())]
        self.release.choices = [
            nothing,
            *(SelectChoice(one.id, f"{one.number}: {one.title}") for one in releases.entries()),
        ]

    def validate_published_on(self, field: StringField) -> None:
        """A day, not after today."""
        day = typed_day(field.data)
        if day > clock.today():
            raise ValidationError(_("This day is still to come: a publication is listed once it is out."))

    def validate_countries(self, field: StringField) -> None:
        """Known country codes."""
        codes = field.data.upper().split()
        if len(codes) > MOST_COUNTRIES or not all(codebook().is_country(code) for code in codes):
            raise ValidationError(_("Use two-letter country codes parted by spaces, such as PH ID."))

    def validate_themes(self, field: SelectMultipleField) -> None:
        """Known themes."""
        _known(field.data, vocabulary_choices("themes"))

    def validate_response_to(self, field: SelectField) -> None:
        """A publication, or none."""
        _known([field.data], self.response_to.choices)

    def validate_release(self, field: SelectField) -> None:
        """A release, or none."""
        _known([field.data], self.release.choices)

    def content(self) -> Content:
        """What the validated form says."""
        return Content(
            kind=PublicationType(self.kind.data),
            title=self.title.data,
            language=self.language.data,
            published_on=typed_day(self.published_on.data),
            themes=" ".join(dict.fromkeys(self.themes.data or [])),
            countries=" ".join(dict.fromkeys(self.countries.data.upper().split())),
            campaign=self.campaign.data or "",
            text=self.text.data,
            demands=self.demands.data,
            signatories="\n".join(signatories(self.signatories.data)),
            response_to_id=self.response_to.data or None,
            release_id=self.release.data or None,
        )


def values_of(publication: Publication) -> dict[str, Any]:
    """What the form shows of a publication that is to be changed."""
    return {
        "kind": publication.kind.value,
        "title": publication.title,
        "language": publication.language,
        "published_on": publication.published_on.isoformat(),
        "text": publication.text,
        "demands": publication.demands,
        "signatories": publication.signatories,
        "themes": publication.themes.split(),
        "countries": publication.countries,
        "campaign": publication.campaign,
        "response_to": publication.response_to_id or "",
        "release": publication.release_id or "",
    }


class FilterForm(BaseForm):
    """What the list is narrowed to; an unknown value is no filter."""

    kind = SelectField(lazy_gettext("Kind"), validate_choice=False, filters=[one_line])
    year = StringField(lazy_gettext("Year"), filters=[one_line])
    theme = SelectField(lazy_gettext("Theme"), validate_choice=False, filters=[one_line])
    country = SelectField(lazy_gettext("Country"), validate_choice=False, filters=[one_line])
    language = SelectField(lazy_gettext("Language"), validate_choice=False, filters=[one_line])
    campaign = SelectField(lazy_gettext("Campaign"), validate_choice=False, filters=[one_line])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        everything = SelectChoice("", _("All"))
        countries = codebook().countries()
        self.kind.choices = [everything, *(SelectChoice(kind.value, words) for kind, words in KINDS.items())]
        self.theme.choices = [everything, *vocabulary_choices("themes")]
        self.country.choices = [everything, *(SelectChoice(code.code, _(code.label)) for code in countries)]
        self.language.choices = [everything, *(SelectChoice(tag, name) for tag, name in LANGUAGES.items())]
        self.campaign.choices = [everything, *vocabulary_choices("campaigns")]

    def filters(self) -> Filters:
        """The filters that make sense."""
        year = self.year.data or ""
        return Filters(
            kind=PublicationType(self.kind.data) if self.kind.data in set(PublicationType) else None,
            year=int(year) if year.isascii() and year.isdigit() and len(year) == len("2026") else None,
            theme=self.theme.data or "",
            country=self.country.data or "",
            language=self.language.data or "",
            campaign=self.campaign.data or "",
        )


def vocabulary_choices(name: str) -> list[SelectChoice]:
    """The codes of a vocabulary."""
    return [SelectChoice(code.code, _(code.label)) for code in codebook().vocabulary(name)]


def _known(chosen: Iterable[str | None], choices: Iterable[SelectChoice]) -> None:
    if not {choice.value for choice in choices}.union([None, ""]).issuperset(chosen):
        raise ValidationError(_("Choose one of the list."))
