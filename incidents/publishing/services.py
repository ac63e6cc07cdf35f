"""What stands on the public page: the register's public part, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import undefer

from incidents.errors import NotFound
from incidents.extensions import db
from incidents.releases.manifest import sha256, stated_in
from incidents.releases.models import Release, ReleaseApproval, ReleaseFile

if TYPE_CHECKING:
    from collections.abc import Sequence

MANIFEST: Final = "manifest.json"
MOST_IN_FEED: Final = 50
SHOWN: Final = (ReleaseApproval.public_on.is_not(None), Release.withdrawn_on.is_(None))


def releases() -> Sequence[Release]:
    """Approved by two, not withdrawn, as it was agreed to, and without a newer one beside it; newest first. One query.

    A newer version takes the place of an older one here when it is agreed to as well.
    """
    wanted = select(Release).join(ReleaseApproval).where(*SHOWN).order_by(Release.number.desc())
    newest: dict[tuple[str, str], Release] = {}
    for one in db.session.scalars(wanted).unique():
        newest.setdefault((one.organisation_id, one.question), one)
    return [one for one in newest.values() if as_agreed(one)]


def release(number: int) -> Release:
    """A release of the public page by its number.

    Raises:
        NotFound: it is not on the page, or not any more.
    """
    found = next((one for one in releases() if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def as_agreed(found: Release) -> bool:
    """Whether a release is what two people agreed to: its manifest is that one, and signed, and states this table.

    Whoever can write the database could sign another with a key of their own: readers compare the key's digits.
    """
    stated = stated_in(found.manifest)
    return (
        stated is not None
        and found.approval is not None
        and found.approval.digest == sha256(found.manifest.encode())
        and stated["table_sha256"] == sha256(found.table.encode())
    )


def file(found: Release, name: str) -> ReleaseFile:
    """A file of a release by its name, with its content.

    Raises:
        NotFound: it has none of this name, or it is not the one that the manifest states.
    """
    wanted = select(ReleaseFile).where(ReleaseFile.release_id == found.id, ReleaseFile.name == name)
    kept = db.session.scalar(wanted.options(undefer(ReleaseFile.content)))
    stated = stated_in(found.manifest) or {"files": {}}
    if kept is None or stated["files"].get(name, {}).get("sha256") != sha256(kept.content):
        raise NotFound
    return kept
