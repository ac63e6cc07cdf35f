"""Making a release: ask, gate, protect and audit, write the files, enter them in the register, then send."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from incidents import clock
from incidents.accounts.sessions import current_seed
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.codebook.services import codebook
from incidents.database import writing
from incidents.disclosure.services import Policy, ProtectedTable, Reason, Refused, protect
from incidents.errors import Forbidden, NotFound, TalaError
from incidents.extensions import db
from incidents.facts.services import frame, state
from incidents.i18n import current_locale
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.signing import CannotSign, release_signer
from incidents.releases import past, persons, register, tables, wording
from incidents.releases.edition import Edition
from incidents.releases.manifest import Made, manifest, sha256
from incidents.releases.models import Release, ReleaseFile
from incidents.releases.question import Question
from incidents.releases.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl

    from incidents.keyring.signing import ReleaseSigner
    from incidents.releases.persons import Standing

TRIES = 5
log = logging.getLogger("tala")


class Changed(TalaError):
    """The table is not the one that was shown: something was saved or withdrawn since. Look again."""

    status = HTTPStatus.CONFLICT


class TooLike(Refused):
    """The table is so like an earlier version that the difference tells of the few who came in between, or went.

    Attributes:
        numbers: The earlier releases.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(Reason.NOT_SAFE)
        self.numbers = numbers


class Withdrawn(TalaError):
    """The release was withdrawn: its files leave no more."""

    status = HTTPStatus.GONE


@dataclass(frozen=True)
class Preview:
    """What would be released, and a digest by which to release this and nothing else.

    Attributes:
        persons: Cell keys of all who are counted in it.
        snapshot: Digest of the state of the facts that was counted: equal for two releases that counted the same.
    """

    question: Question
    protected: ProtectedTable
    persons: pl.Series = field(repr=False)
    snapshot: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the protected table: of what is shown, so it tells nothing more."""
        return sha256(self.protected.to_json().encode())


def current_rows() -> pl.DataFrame:
    """The facts that whoever is logged in may count."""
    return frame(facts_keys(current_user.id, current_seed())).rows


def preview(question: Question) -> Preview:
    """The protected answer to a question, from the facts of whoever is logged in.

    Costs one pass over the facts and a few linear programmes: 10 ms to some seconds, by the number of cells.

    Raises:
        Refused: nothing may be published; the reason says what to try instead.
        TooLike: likewise, because of what was released before.
    """
    keys = facts_keys(current_user.id, current_seed())
    counted = tables.persons(frame(keys).rows, question, clock.today())
    table = tables.count(counted, question, title=wording.title(question))
    found = Preview(question, protect(table, Policy.load()), counted["person"], state(keys))
    before = register.versions_of(question, current_user.organisation_id)
    told = past.telling(question, found.protected, [ProtectedTable.from_json(one.table) for one in before])
    if told:
        raise TooLike([before[place].number for place in told])
    return found


def release(question: Question, *, shown: str) -> str:
    """Release the answer to a question, if it is still the one with the digest that was `shown`.

    Returns:
        The id of the release.

    Raises:
        Refused: nothing may be published any more.
        Changed: the answer is another now.
        Forbidden: they hold no key with which their organisation signs.
    """
    found = preview(question)
    if found.digest != shown:
        raise Changed
    for attempt in range(1, TRIES + 1):
        try:
            return _enter(found)
        except IntegrityError:
            # somebody else took the number, which stands in the files
            if attempt == TRIES:
                raise
    raise AssertionError


def _enter(found: Preview) -> str:
    """Write files, register and log in one transaction: the logs of all whose facts are counted, in one order."""
    keys = facts_keys(current_user.id, current_seed())
    counted = sorted({current_user.organisation_id, *(key.organisation_id for key in keys)})
    parts = persons.parts(keys, found.persons)
    entry = _entry(_edition(found), found.snapshot)
    with writing(db.session):
        db.session.add(entry)
        db.session.flush()
        released = entry.id
        db.session.add_all(part.row(released) for part in parts)
        for organisation_id in counted:
            audit.record(organisation_id, Act.RELEASED, by=current_user.id, about=released)
    log.info("released", extra={"count": entry.number})
    return released


def _edition(found: Preview) -> Edition:
    head = audit.head(current_user.organisation_id)
    before = next(iter(register.versions_of(found.question, current_user.organisation_id)), None)
    return Edition(
        number=(db.session.scalar(select(func.max(Release.number))) or 0) + 1,
        released_on=clock.today(),
        organisation=current_user.organisation.name,
        title=found.protected.title,
        question=found.question,
        protected=found.protected,
        log=head.short if head else "",
        version=before.version + 1 if before else 1,
        supersedes=before.number if before else None,
        language=current_locale().code,
    )


def _entry(edition: Edition, snapshot: str) -> Release:
    """The row of a release, with its files and its signed manifest."""
    made = Made(codebook().version, snapshot)
    files = [_file(edition, ending) for ending in FORMATS]
    return Release(
        number=edition.number,
        organisation_id=current_user.organisation_id,
        account_id=current_user.id,
        title=edition.title,
        language=edition.language,
        released_on=edition.released_on,
        question=edition.question.to_json(),
        table=edition.protected.to_json(),
        policy_version=edition.protected.policy_version,
        codebook_version=made.codebook_version,
        version=edition.version,
        supersedes=edition.supersedes,
        publisher=edition.organisation,
        log=edition.log,
        manifest=manifest(edition, files, made, _signer()),
        files=files,
    )


def _signer() -> ReleaseSigner:
    try:
        return release_signer(current_user.id, current_user.organisation_id, current_seed())
    except CannotSign as missing:
        raise Forbidden from missing


def _file(edition: Edition, ending: str) -> ReleaseFile:
    _media_type, write = FORMATS[ending]
    content = write(edition)
    return ReleaseFile(format=ending, name=f"{edition.name}.{ending}", sha256=sha256(content), content=content)


def entries() -> Sequence[Release]:
    """Everything that ever left, newest first."""
    return db.session.scalars(select(Release).order_by(Release.number.desc())).unique().all()


def standings(release_ids: Collection[str] | None = None) -> dict[str, Standing]:
    """How many of those whom releases counted are counted no more, for whoever holds facts; nothing for others."""
    return persons.standings(facts_keys(current_user.id, current_seed()), release_ids)


def overlapping(question: Question) -> list[Release]:
    """Releases in which some of the same persons may be counted, newest first."""
    return [entry for entry in entries() if question.overlaps(Question.from_json(entry.question))]


def get(release_id: str) -> Release:
    """A release of the register, whoever made it.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Release, release_id)
    if found is None:
        raise NotFound
    return found


def file(release_id: str, ending: str) -> ReleaseFile:
    """A file of a release with its content, the same bytes as ever.

    Raises:
        NotFound: there is no such release, or no such format.
        Withdrawn: it is given to nobody any more.
    """
    if get(release_id).withdrawn_on:
        raise Withdrawn
    found = db.session.get(ReleaseFile, (release_id, ending), options=[undefer(ReleaseFile.content)])
    if found is None:
        raise NotFound
    return found
