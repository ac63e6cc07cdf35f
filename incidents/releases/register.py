"""What becomes of a release after it left: superseded, withdrawn, shown to the public, checked, written again."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.disclosure.services import ProtectedTable
from incidents.errors import Forbidden, NotFound, TalaError
from incidents.extensions import db
from incidents.i18n import speaking
from incidents.keyring.facts_door import facts_keys
from incidents.releases.edition import Edition
from incidents.releases.manifest import sha256, stated_in
from incidents.releases.models import Release, ReleaseApproval, ReleaseFile
from incidents.releases.question import Question
from incidents.releases.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Why a release is withdrawn.
CONSENT: Final = "consent"
ERROR: Final = "error"
RISK: Final = "risk"
REASONS: Final = (CONSENT, ERROR, RISK)
ANSWERABLE: Final = frozenset({Role.ADVOCATE, Role.RESEARCHER})


class NotPossible(TalaError):
    """A release is not in the state that this takes: somebody did something meanwhile, or did it already."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Check:
    """What is found when a release is looked at again.

    Attributes:
        signed: Whether the key that its manifest names signed it, and it states the table that is here.
        altered: Names of files that are not what the manifest states.
        different: Names of files that today's program does not write the same: a newer version may word or pack
            differently. What counts is what was sent.
    """

    signed: bool
    altered: tuple[str, ...]
    different: tuple[str, ...]


def whole(release_id: str) -> Release:
    """A release with the content of its files.

    Raises:
        NotFound: there is none.
    """
    wanted = (
        select(Release).where(Release.id == release_id).options(joinedload(Release.files).undefer(ReleaseFile.content))
    )
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def edition_of(found: Release) -> Edition:
    """All that the files of a release say, from the register alone: no fact is needed any more."""
    return Edition(
        number=found.number,
        released_on=found.released_on,
        organisation=found.publisher,
        title=found.title,
        question=Question.from_json(found.question),
        protected=ProtectedTable.from_json(found.table),
        log=found.log,
        version=found.version,
        supersedes=found.supersedes,
        language=found.language,
    )


def written_again(found: Release, ending: str) -> bytes:
    """A file of a release, made anew from the register in its language."""
    with speaking(found.language):
        return FORMATS[ending][1](edition_of(found))


def check(found: Release) -> Check:
    """Compare a release with its manifest, and with what would be written today. Costs the writing of its files."""
    stated = stated_in(found.manifest)
    listed = {name: entry["sha256"] for name, entry in stated["files"].items()} if stated else {}
    signed = stated is not None and stated["table_sha256"] == sha256(found.table.encode())
    altered = tuple(one.name for one in found.files if listed.get(one.name) != sha256(one.content))
    different = tuple(one.name for one in found.files if written_again(found, one.format) != one.content)
    return Check(signed, altered, different)


def versions_of(question: Question, organisation_id: str) -> Sequence[Release]:
    """The releases of the same question by an organisation, newest first, withdrawn ones too: they have left."""
    rows = db.session.scalars(
        select(Release)
        .where(Release.organisation_id == organisation_id, Release.question == question.to_json())
        .order_by(Release.number.desc())
    )
    return rows.unique().all()


def superseded() -> dict[int, Release]:
    """The number of each release that has another in its place -> that other; one that was withdrawn is in no place."""
    replacing = select(Release).where(Release.supersedes.is_not(None), Release.withdrawn_on.is_(None))
    rows = db.session.scalars(replacing).unique()
    return {one.supersedes: one for one in rows if one.supersedes is not None}


def withdraw(release_id: str, reason: str) -> None:
    """Withdraw a release: its files are given to nobody any more, and it leaves the public page.

    What was withdrawn stays in the register with its digests, so that a copy elsewhere can be recognised.

    Raises:
        NotFound: there is none.
        Forbidden: another organisation answers for it.
        NotPossible: it was withdrawn already.
    """
    with writing(db.session):
        found = answered_for(release_id)
        if found.withdrawn_on:
            raise NotPossible
        found.withdrawn_on, found.withdrawn_for = clock.today(), reason
        audit.record(found.organisation_id, Act.RELEASE_WITHDRAWN, by=current_user.id, about=found.id)


def ask_public(release_id: str) -> None:
    """Ask that a release may stand on the public page. A second person has to agree.

    Raises:
        NotFound, Forbidden: see withdraw().
        NotPossible: it was withdrawn, has no manifest, or somebody asked already.
    """
    with writing(db.session):
        found = answered_for(release_id)
        if found.withdrawn_on or found.approval or not found.manifest:
            raise NotPossible
        found.approval = ReleaseApproval(asked_by=current_user.id, digest=sha256(found.manifest.encode()))
        audit.record(found.organisation_id, Act.PUBLIC_ASKED, by=current_user.id, about=found.id)


def approve_public(release_id: str, digest: str) -> None:
    """Agree that a release may stand on the public page; to the manifest with this digest, and to no other.

    Raises:
        NotFound, Forbidden: see withdraw().
        NotPossible: nobody asked, or they did themselves; it was withdrawn, or the manifest is another.
    """
    with writing(db.session):
        found = answered_for(release_id)
        approval = found.approval
        if approval is None or approval.approved_by or found.withdrawn_on:
            raise NotPossible
        if approval.asked_by == current_user.id:
            raise NotPossible
        if not digest == approval.digest == sha256(found.manifest.encode()):
            raise NotPossible
        approval.approved_by, approval.public_on = current_user.id, clock.today()
        audit.record(found.organisation_id, Act.PUBLIC_APPROVED, by=current_user.id, about=found.id)


def end_public(release_id: str) -> None:
    """Take a release off the public page, or take back that somebody asked.

    Raises:
        NotFound, Forbidden: see withdraw().
        NotPossible: nobody asked.
    """
    with writing(db.session):
        found = answered_for(release_id)
        if found.approval is None:
            raise NotPossible
        db.session.delete(found.approval)
        audit.record(found.organisation_id, Act.PUBLIC_ENDED, by=current_user.id, about=found.id)


def answers_for(found: Release) -> bool:
    """Whether whoever is logged in answers for a release."""
    return found.organisation_id in _granting() & {current_user.organisation_id}


def answered_for(release_id: str) -> Release:
    """A release that whoever is logged in answers for: of their own organisation, whose facts they were granted.

    Raises:
        NotFound: there is none.
        Forbidden: it is another's, or nobody has granted them anything yet.
    """
    found = db.session.get(Release, release_id, populate_existing=True)
    if found is None:
        raise NotFound
    if not answers_for(found):
        raise Forbidden
    return found


def _granting() -> set[str]:
    """The organisations that granted facts to whoever is logged in, if their role lets them answer for releases.

    An account that an administrator has just made holds nothing, and agrees to nothing.
    """
    if current_user.role not in ANSWERABLE:
        return set()
    return {key.organisation_id for key in facts_keys(current_user.id, current_seed())}
