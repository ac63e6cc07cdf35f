"""Forms of the pages on which people work on a case together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from wtforms import RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import ValidationError

from incidents.casework.rules import DECISIONS
from incidents.i18n import bdi, lazy_gettext
from incidents.i18n import gettext as _
from incidents.records.answers import label_of, word
from incidents.records.forms import checked_reason, checked_text
from incidents.records.schema_sources import ClaimField
from incidents.records.text import NOTE_LIMIT, clean_note
from incidents.records.verification import CORE_FACTS, sources_carry, verification_floor
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.casework.rules import Said
    from incidents.records.schema import CaseDocument, Comment, Source

FACTS: Final[tuple[ClaimField, ...]] = get_args(ClaimField)
WORDS: Final = checked_text(clean_note)


def listed(form: BaseForm, field: SelectField) -> None:
    """Refuse what is not on the list; the message does not repeat it."""
    del form
    given = field.data if isinstance(field.data, list) else [field.data]
    if not {choice.value for choice in field.iter_choices()}.issuperset(given):
        raise ValidationError(_("Choose from the list."))


class ReasonedForm(BaseForm):
    """A form whose decision is given with a reason, which is sealed with the case."""

    reason = TextAreaField(
        lazy_gettext("Why?"),
        [checked_reason],
        description=lazy_gettext("Kept with the case, sealed. Write no names here."),
    )
    limit = NOTE_LIMIT


class DecisionForm(ReasonedForm):
    """What the first reviewer decides."""

    status = RadioField(lazy_gettext("Your decision"), [listed], validate_choice=False)

    def offer(self, document: CaseDocument) -> None:
        """List what may be decided, and remember what the sources of the document give."""
        self.document = document
        floor = label_of("verification_status", verification_floor(document))
        first = _("What the sources give: %(status)s", status=floor)
        rest = [(code, label_of("verification_status", code)) for code in DECISIONS if code]
        self.status.choices = [("", first), *rest]

    def validate_status(self, field: RadioField) -> None:
        """No decision makes up for a source."""
        if field.data in DECISIONS and not sources_carry(self.document, field.data):
            raise ValidationError(
                _("The sources do not carry this status, whoever signs it. Add sources first, or choose another.")
            )


class SignForm(ReasonedForm):
    """The second reviewer's signature; who that is comes from the session, and from nowhere else."""


class ClaimForm(BaseForm):
    """What one source says about one fact."""

    fact = SelectField(lazy_gettext("About which fact?"), [listed], validate_choice=False)
    source = SelectField(lazy_gettext("Which source says so?"), [listed], validate_choice=False)
    value = TextAreaField(
        lazy_gettext("What does it say?"),
        [WORDS],
        description=lazy_gettext("In a few words, as close to its own as you can. Write no names here."),
    )
    limit = NOTE_LIMIT

    def offer(self, sources: list[Source]) -> None:
        """List facts and the sources of the case."""
        self.fact.choices = [(name, fact_name(name)) for name in FACTS]
        self.source.choices = [(one.id, source_name(one, number)) for number, one in enumerate(sources, start=1)]

    def validate_value(self, field: TextAreaField) -> None:
        """Nothing said is no claim."""
        if not field.data:
            raise ValidationError(_("Write down what this source says."))


class WeighForm(ReasonedForm):
    """Which of the claims on a fact stand."""

    stand = SelectMultipleField(
        lazy_gettext("What stands?"),
        [listed],
        validate_choice=False,
        description=lazy_gettext("Tick several if they do not contradict each other, none if all are doubtful."),
    )

    def offer(self, said: Said) -> None:
        """List what the sources say about this fact."""
        self.stand.choices = [(claim.id, bdi(claim.value)) for claim in said.claims]


class TextForm(BaseForm):
    """Something that colleagues tell each other about a case."""

    text = TextAreaField(
        lazy_gettext("Comment"),
        [WORDS],
        description=lazy_gettext("Sealed like the case; every researcher of your organisation can read it."),
    )
    limit = NOTE_LIMIT

    def validate_text(self, field: TextAreaField) -> None:
        """Nothing written is no comment."""
        if not field.data:
            raise ValidationError(_("Write something."))


class QuestionForm(TextForm):
    """What the recorder is asked when a case goes back to them."""

    text = TextAreaField(lazy_gettext("What should the recorder find out or correct?"), [WORDS])


class AnswerForm(TextForm):
    """The answer to one of the open questions."""

    question = RadioField(lazy_gettext("Which question do you answer?"), [listed], validate_choice=False)
    text = TextAreaField(lazy_gettext("Your answer"), [WORDS])

    def offer(self, questions: list[Comment]) -> None:
        """List the open questions; the only one is chosen already."""
        self.question.choices = [(one.id, bdi(one.text)) for one in questions]
        if len(questions) == 1 and not self.question.data:
            self.question.data = questions[0].id


class AssignForm(BaseForm):
    """Who takes care of a case."""

    account = SelectField(lazy_gettext("Who takes care of it?"), [listed], validate_choice=False)

    def offer(self, colleagues: Mapping[str, str], me: str) -> None:
        """List the members, oneself first."""
        others = sorted((name, one) for one, name in colleagues.items() if one != me)
        mine = [(me, _("Me"))] if me in colleagues else []
        self.account.choices = [*mine, *((one, name) for name, one in others)]


def fact_name(field: str) -> str:
    """What a fact is called, with a mark on those that decide whether a case is contested."""
    name = word(field)
    return _("%(fact)s (a core fact)", fact=name) if field in CORE_FACTS else name


def source_name(source: Source, number: int) -> str:
    """What a page calls a source, which has no name outside the identity part."""
    form = label_of("sources", source.source_type) or _("form not known")
    return _("Source %(number)s: %(form)s", number=number, form=form)
