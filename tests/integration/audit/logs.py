"""Logs with something in them, and the stand-alone verifier as a third party runs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.audit import exporting
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry, AuditHead
from incidents.database import writing
from incidents.extensions import db

if TYPE_CHECKING:
    from tests.factories.world import Team

VERIFIER = Path(__file__).parents[3] / "tools" / "verify_audit.py"


def write(team: Team, acts: int) -> None:
    """Append some acts."""
    for number in range(acts):
        with writing(db.session):
            audit.record(team.organisation_id, Act.DRILL, by=team.researcher.id, reason=f"to have {number} of them")


def entry(team: Team, number: int) -> AuditEntry:
    """An entry as it is stored."""
    return db.session.get_one(AuditEntry, (team.organisation_id, number))


def head(team: Team) -> AuditHead:
    """The head as it is stored."""
    return db.session.get_one(AuditHead, team.organisation_id)


def rows(team: Team) -> list[AuditEntry]:
    """Every entry in order."""
    chosen = select(AuditEntry).where(AuditEntry.organisation_id == team.organisation_id)
    return list(db.session.scalars(chosen.order_by(AuditEntry.number)))


def exported(team: Team, folder: Path) -> Path:
    """The log as a file."""
    path = folder / "log.jsonl"
    path.write_text("".join(exporting.export([team.organisation_id])), encoding="utf-8")
    return path


def verify_elsewhere(path: Path, *options: str) -> tuple[int, str]:
    """Run the verifier alone: in a folder without Tala, and without what the environment says of Python."""
    alone = path.parent / "verifier.py"
    shutil.copy(VERIFIER, alone)
    command = [sys.executable, "-I", str(alone), str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent, env={})  # noqa: S603
    return done.returncode, done.stdout + done.stderr
