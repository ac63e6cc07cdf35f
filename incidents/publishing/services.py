"""What stands on the public page: the register's public part, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import undefer

from incidents.errors import NotFound
from incidents.extensions import db
from incidents.releases.models import Release, ReleaseApproval, ReleaseFile

if TYPE_CHECKING:
    from collections.abc import Sequence

MANIFEST: Final = "manifest.json"
MOST_IN_FEED: Final = 50


def releases() -> Sequence[Release]:
    """Approved by two, not withdrawn, and nothing in its place; newest first. One query."""
    replaced = select(Release.supersedes).where(Release.supersedes.is_not(None))
    shown = (ReleaseApproval.public_on.is_not(None), Release.withdrawn_on.is_(None), Release.number.not_in(replaced))
    wanted = select(Release).join(ReleaseApproval).where(*shown).order_by(Release.number.desc())
    return db.session.scalars(wanted).unique().all()


def release(number: int) -> Release:
    """A release of the public page by its number.

    Raises:
        NotFound: it is not on the page, or not any more.
    """
    found = next((one for one in releases() if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def file(found: Release, name: str) -> ReleaseFile:
    """A file of a release by its name, with its content.

    Raises:
        NotFound: it has none of this name.
    """
    wanted = select(ReleaseFile).where(ReleaseFile.release_id == found.id, ReleaseFile.name == name)
    kept = db.session.scalar(wanted.options(undefer(ReleaseFile.content)))
    if kept is None:
        raise NotFound
    return kept
