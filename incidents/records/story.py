"""The anonymised summary of a case: one researcher writes it, another checks it, consent lets it out.

Saving seals it to advocates only while every consent it needs stands; see services.update().
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from incidents.errors import TalaError
from incidents.i18n import gettext as _
from incidents.records import services
from incidents.records.errors import N_
from incidents.records.identifiers import new_id
from incidents.records.rules import verification
from incidents.records.sentences import name_of
from incidents.records.standing import why
from incidents.releases.rules import CONCERNED, CREDIBLE_OR_BETTER, PUBLICATION, STORY, Reason, decide, story_decision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

#: What gives people away, alone or together; the second reader looks for each.
SIGNS: Final[Mapping[str, str]] = {
    "names": N_("Names, nicknames, initials, or the pseudonym used in this record"),
    "dates": N_("Exact dates or times, weekdays, or days that everybody remembers"),
    "places": N_("Places smaller than a country or province, or names of buildings and services"),
    "ages": N_("Exact ages, birthdays, or years of birth"),
    "relations": N_("Relatives, partners or friends who could be recognised, or their number"),
    "jobs": N_("Jobs, ranks, offices, schools or roles in an organisation"),
    "health": N_("Health, pregnancy or treatment, unless the story turns on it and the person wants it told"),
    "bodies": N_("Looks, clothes, injuries, vehicles or belongings that others would know"),
    "words": N_("Words or quotes by which somebody could be recognised"),
    "traces": N_("Numbers of cases, phones or documents, links, or names of files"),
    "together": N_("Details that are harmless one by one and give somebody away together"),
}


class SamePerson(TalaError):
    """Whoever wrote a summary cannot be the one who checks it."""

    status = HTTPStatus.FORBIDDEN


class NothingToCheck(TalaError):
    """There is no summary that waits for a second reader."""

    status = HTTPStatus.CONFLICT


def write(keys: CaseKeys, incident_id: str, text: str, expected: int) -> int:
    """Save the text of a summary; it is a draft again, whoever had checked it before.

    Returns:
        The new revision.

    Raises:
        Conflict: somebody saved the case meanwhile.
        NotFound: no such case in this organisation.
    """
    document = services.open_account(keys, incident_id, expected).document
    changed = document.model_copy(
        update={
            "summary_id": document.summary_id or new_id(),
            "summary_text": text,
            "summary_written_by": keys.account_id,
            "summary_checked_by": "",
            "summary_state": "draft",
        }
    )
    return services.update(keys, changed, expected=expected)


def check(keys: CaseKeys, incident_id: str, expected: int) -> int:
    """Confirm that a summary gives nobody away; advocates receive it if consent stands.

    Returns:
        The new revision.

    Raises:
        SamePerson: they wrote it themselves.
        NothingToCheck: there is no draft.
        Conflict: somebody saved the case meanwhile.
        NotFound: no such case in this organisation.
    """
    document = services.open_account(keys, incident_id, expected).document
    if document.summary_state != "draft":
        raise NothingToCheck
    if document.summary_written_by == keys.account_id:
        raise SamePerson
    changed = document.model_copy(update={"summary_checked_by": keys.account_id, "summary_state": "checked"})
    return services.update(keys, changed, expected=expected)


def lacking(document: CaseDocument, today: date) -> list[str]:
    """What still stands between a checked summary and the advocates, a sentence each; empty when nothing does."""
    decision = story_decision(document, today)
    if decision:
        return []
    found = []
    if verification(document) not in CREDIBLE_OR_BETTER:
        found.append(why(Reason.NOT_VERIFIED, ""))
    if document.incident.release_level == "RL_NONE":
        found.append(why(Reason.NOT_RELEASED, ""))
    for person in document.persons:
        if CONCERNED.isdisjoint(person.roles):
            continue
        answers = [decide(document, person.id, purpose, today=today) for purpose in (STORY, PUBLICATION)]
        if not any(answers):
            found.append(why(answers[0].reason, name_of(person)))
    return found or [why(decision.reason, _("somebody the record does not name"))]
