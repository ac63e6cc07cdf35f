"""What is asked about a file, and before one is opened or removed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import Optional, ValidationError

from incidents.erasure.forms import WhyForm
from incidents.evidence.rules import COPY, ORIGINAL
from incidents.evidence.services import Described
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.forms import checked_text
from incidents.records.text import clean_line
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from wtforms import Field

    from incidents.records.schema import Evidence

MOMENT: Final = "%Y-%m-%d %H:%M"
VIEW, HAND_ON = "view", "hand_on"
ITEM: Final = ("content_note", "identifies_person", "graphic")
#: Identity fields: what is stored is not shown, and is kept where nothing is typed.
KEPT_ITEM, KEPT_CAPTURE = ("title", "creator"), ("url", "archive_id")


class DescriptionForm(BaseForm):
    """What a person says about a file."""

    content_note = StringField(
        lazy_gettext("What is to be seen or heard in it"),
        [checked_text(clean_line)],
        description=lazy_gettext("A warning for your colleagues, such as: injuries of one person, no sound."),
    )
    graphic = BooleanField(
        lazy_gettext("It is hard to look at"),
        description=lazy_gettext("Then not even a blurred preview is shown before somebody asks for it."),
    )
    identifies_person = RadioField(
        lazy_gettext("Does it show who somebody is?"),
        choices=[
            SelectChoice("yes", lazy_gettext("Yes")),
            SelectChoice("no", lazy_gettext("No")),
            SelectChoice("unknown", lazy_gettext("Not looked at yet")),
        ],
        default="unknown",
        description=lazy_gettext("A face, a voice, a tattoo, a house, a name on a paper."),
    )
    title = StringField(lazy_gettext("Title"), [Optional(), checked_text(clean_line)])
    creator = StringField(lazy_gettext("Who made it"), [Optional(), checked_text(clean_line)])
    url = StringField(lazy_gettext("Address it was taken from"), [Optional(), checked_text(clean_line)])
    captured_at = StringField(
        lazy_gettext("When it was taken from there (UTC)"),
        [Optional()],
        description=lazy_gettext("Such as 2026-11-24 14:30."),
    )
    tool = StringField(lazy_gettext("Program it was taken with"), [Optional(), checked_text(clean_line)])
    tool_version = StringField(lazy_gettext("Version of that program"), [Optional(), checked_text(clean_line)])
    archive_id = StringField(lazy_gettext("Its mark in a public archive"), [Optional(), checked_text(clean_line)])

    def validate_captured_at(self, field: Field) -> None:
        """A moment that has been."""
        found = moment(field.data)
        if found is None:
            raise ValidationError(_("Write day and time like this: 2026-11-24 14:30."))
        if found > dt.datetime.now(tz=dt.UTC):
            raise ValidationError(_("This moment has not come yet. Check day and time."))

    def described(self) -> Described:
        """What was said; identity fields only where something was typed."""
        item = {name: self[name].data for name in ITEM}
        capture = {
            "captured_at": moment(self.captured_at.data),
            "tool": self.tool.data or "",
            "tool_version": self.tool_version.data or "",
        }
        item |= {name: self[name].data for name in KEPT_ITEM if self[name].data}
        capture |= {name: self[name].data for name in KEPT_CAPTURE if self[name].data}
        return Described(item, capture)


class AddForm(DescriptionForm):
    """A file, and what is said about it."""

    file = FileField(lazy_gettext("File"))


class EditForm(DescriptionForm):
    """What is said about a file that is there already, and the revision it was read in."""

    expected = HiddenField()

    @classmethod
    def of(cls, item: Evidence, revision: int) -> EditForm:
        """The form with what may be shown: titles and addresses are in the identity part, and stay closed."""
        meta = item.capture_meta
        return cls(
            expected=revision,
            **{name: getattr(item, name) for name in ITEM},
            captured_at=meta.captured_at.strftime(MOMENT) if meta and meta.captured_at else "",
            tool=meta.tool if meta else "",
            tool_version=meta.tool_version if meta else "",
        )


class TakeForm(WhyForm):
    """Which file is opened, what for, and why."""

    which = RadioField(
        lazy_gettext("Which file?"),
        choices=[
            SelectChoice(COPY, lazy_gettext("The copy without hidden data")),
            SelectChoice(ORIGINAL, lazy_gettext("The original")),
        ],
        validate_choice=False,
    )
    purpose = RadioField(
        lazy_gettext("What for?"),
        choices=[
            SelectChoice(VIEW, lazy_gettext("To look at it here")),
            SelectChoice(HAND_ON, lazy_gettext("To hand it on")),
        ],
        default=VIEW,
    )
    has_copy = False

    def offer(self, *, has_copy: bool) -> None:
        """Offer what there is."""
        self.has_copy = has_copy
        if not has_copy:
            self.which.choices = [SelectChoice(ORIGINAL, _("The original"))]

    def validate_which(self, field: Field) -> None:
        """One of the two that is there; the original only by name, never because there is no copy."""
        if field.data == COPY and not self.has_copy:
            raise ValidationError(_("There is no copy without hidden data. Ask for the original if you need it."))
        if field.data not in {COPY, ORIGINAL}:
            raise ValidationError(_("Choose which file you need."))


def moment(typed: str | None) -> dt.datetime | None:
    """A moment as it is typed, UTC; None if it is none."""
    try:
        return dt.datetime.strptime((typed or "").strip(), MOMENT).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
