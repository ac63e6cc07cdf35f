"""Checking a log for somebody who asks, and giving it away to be checked elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from incidents.accounts.models import Organisation
from incidents.audit import exporting, reading, services
from incidents.audit.acts import Act
from incidents.database import snapshot, writing
from incidents.errors import NotFound
from incidents.extensions import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.audit.services import Head
    from incidents.keyring.chain import Finding


@dataclass(frozen=True)
class Result:
    """What a check gave.

    Attributes:
        findings: What is wrong; nothing, if the log stands as it was written.
        head: Where it ends.
        genesis: The key it begins with, in hexadecimal digits.
        anchored: Whether that was compared with the organisation's roster.
        printed: Digits that were looked up; empty if none were.
        found_at: The number of the entry that they belong to; None if the log never ended there.
    """

    findings: Sequence[Finding]
    head: Head | None
    genesis: str
    anchored: bool
    printed: str = ""
    found_at: int | None = None


def check(organisation_id: str, *, genesis: str = "", printed: str = "") -> Result:
    """Verify a whole log, some 0.15 ms an entry; see services.verify().

    ``printed`` are digits from an export or a backup: a log that was rewritten or cut since then never ended there.
    """
    findings = services.verify(organisation_id, genesis)
    found_at = None
    if printed.strip():
        with snapshot(db.session):
            found_at = reading.place_of(printed, services.links(organisation_id))
    chain = services.chain_of(organisation_id)
    head = services.head(organisation_id)
    begins = chain.genesis.hex() if chain else ""
    return Result(findings, head, begins, bool(genesis), printed.strip(), found_at)


def export(organisation_id: str, *, by: str = "") -> bytes:
    """The sealed log of an organisation as a file; see exporting. The export itself is its last entry."""
    with writing(db.session):
        services.record(organisation_id, Act.AUDIT_EXPORTED, by=by)
    return "".join(exporting.export([organisation_id])).encode()


def with_logs(name: str = "") -> list[tuple[str, str]]:
    """Id and name of the organisations that have a log, by name; of one of them, by its name or id.

    Raises:
        NotFound: no organisation of this name or id has a log.
    """
    known = [head.organisation_id for head in services.heads()]
    chosen = select(Organisation.id, Organisation.name).where(Organisation.id.in_(known)).order_by(Organisation.name)
    if name:
        chosen = chosen.where(or_(Organisation.name == name, Organisation.id == name))
    rows = [(row.id, row.name) for row in db.session.execute(chosen)]
    if name and not rows:
        raise NotFound
    return rows
