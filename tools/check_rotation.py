"""Rotate the keys of many cases, killing it again and again while others save; then open everything.

``python tools/check_rotation.py [CASES] [KILLS]`` makes a throw-away instance, begins a rotation in a process of its
own and kills that process (SIGKILL) at random moments, resuming it each time, while another process goes on saving. At
the end every document must open under the newest key, and no row may hang on an old one.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import Settings
from incidents import create_app
from incidents.accounts import invitations
from incidents.accounts import services as accounts
from incidents.accounts.models import Organisation, Role
from incidents.database import writing
from incidents.demo.generator import Generator
from incidents.extensions import db
from incidents.instance.services import prepare
from incidents.keyring.models import Key, KeyKind
from incidents.keyring.services import member
from incidents.records import services as records
from incidents.records.keys import CaseKeys, keys_of
from incidents.records.models import Revision, RevisionKey
from incidents.rotation import services as rotation

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

ROOT = Path(__file__).parent.parent
PASSPHRASE = "plainly fictional passphrase"  # noqa: S105 - of a folder that lives for a minute
USERNAME = "keeper"
CASES, KILLS = 100_000, 20
BATCH = 1000
DISTINCT = 500
SEED = 20261125


@dataclass(frozen=True)
class Outcome:
    """What was found at the end.

    Attributes:
        documents: Revisions there are.
        opened: Those that open under the newest organisation key.
        on_old: Wrapped keys under any other.
        saved: Cases that were saved while it went on.
        kills: Processes that were killed before they had finished.
        seconds: From the first beginning to the last end.
    """

    documents: int
    opened: int
    on_old: int
    saved: int
    kills: int
    seconds: float


def instance(folder: Path) -> Settings:
    """Settings of a throw-away instance."""
    return Settings(instance=folder, database_url=f"sqlite:///{folder / 'tala.db'}")


def fill(count: int) -> None:
    """Make one organisation with its member, and cases that differ in their ids."""
    with writing(db.session):
        organisation = Organisation(name="Fictional Network")
        db.session.add(organisation)
        db.session.flush()
        code = invitations.add_account(USERNAME, Role.RESEARCHER, organisation)[1]
    accounts.set_up(USERNAME, code, PASSPHRASE)
    keys = case_keys()
    models = list(generator().documents(min(count, DISTINCT)))
    for start in range(0, count, BATCH):
        batch = [models[number % len(models)] for number in range(start, min(start + BATCH, count))]
        records.create(keys, [_another(model) for model in batch])


def generator() -> Generator:
    """Invented cases, the same at every run on the same day."""
    return Generator(random.Random(SEED), ("PH", "KE"), dt.datetime.now(tz=dt.UTC).date(), "")  # noqa: S311 - a check


def _another(model: CaseDocument) -> CaseDocument:
    fresh = {"id": secrets.token_hex(16), "cell_key": secrets.randbits(64)}
    return model.model_copy(update={"incident": model.incident.model_copy(update=fresh)})


def case_keys() -> CaseKeys:
    """The member's keys as they are now."""
    account, seed = accounts.open_account_seed(USERNAME, PASSPHRASE)
    return keys_of(account.id, account.organisation_id, seed)


def rotate_here(*, begin: bool) -> None:
    """What the process does that is killed: begin if that is asked, say so, and go on to the end."""
    account, seed = accounts.open_account_seed(USERNAME, PASSPHRASE)
    who = (account.id, account.organisation_id, seed)
    print("ready", flush=True)
    if begin:
        rotation.rotate(member(*who), seed, "a check")
    rotation.advance(member(*who), patience=float("inf"))


def save_here() -> None:
    """What the other process does until it is told to stop: open the keys, save a case, change it."""
    saved = 0
    keys = case_keys()
    model = next(iter(generator().documents(1)))
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    while running:
        case = _another(model)
        records.create(keys, [case])
        records.update(keys, case, expected=1)
        saved += 1
    print(saved, flush=True)


def attack(folder: Path, kills: int) -> tuple[int, int, float]:
    """Begin, kill, resume, kill; gives how many were killed before their end, cases saved meanwhile, and seconds."""
    saver = _start(folder, "save")
    began, killed = time.monotonic(), 0
    for _ in range(kills):
        child = _start(folder, "resume" if _begun(folder) else "begin")
        if child.stdout:
            child.stdout.readline()
        time.sleep(random.uniform(0.0, 0.3))  # noqa: S311 - moments, not secrets
        killed += child.poll() is None
        child.kill()
        child.wait()
    while not _finished(folder):
        _start(folder, "resume" if _begun(folder) else "begin").wait()
    seconds = time.monotonic() - began
    saver.send_signal(signal.SIGTERM)
    saved, _ = saver.communicate()
    return killed, int(saved), seconds


def _start(folder: Path, what: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, f"--{what}", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ)  # noqa: S603 - ours


def _begun(folder: Path) -> bool:
    with create_app(instance(folder)).app_context():
        return (db.session.scalar(select(func.max(Key.epoch))) or 1) > 1


def _finished(folder: Path) -> bool:
    with create_app(instance(folder)).app_context():
        kinds = select(Key.epoch).where(Key.kind == KeyKind.ORGANISATION)
        return list(db.session.scalars(kinds)) == [2]


def inspect(killed: int, saved: int, seconds: float) -> Outcome:
    """Open every revision with the newest key alone."""
    keys = case_keys()
    opened = 0
    rows = db.session.execute(
        select(Revision, RevisionKey).join(
            RevisionKey,
            (RevisionKey.incident_id == Revision.incident_id) & (RevisionKey.revision == Revision.revision),
        )
    ).yield_per(BATCH)
    for row, wrapped in rows:
        opened += bool(wrapped.key_id == keys.organisation.id and records.opened_parts(keys, row, wrapped))
    documents = db.session.scalar(select(func.count()).select_from(Revision)) or 0
    old = select(func.count()).select_from(RevisionKey).where(RevisionKey.key_id != keys.organisation.id)
    return Outcome(documents, opened, db.session.scalar(old) or 0, saved, killed, seconds)


def check(folder: Path, count: int, kills: int) -> Outcome:
    """The whole of it, in a folder that is empty."""
    with create_app(instance(folder)).app_context():
        prepare(instance(folder))
        fill(count)
        db.session.remove()
    killed, saved, seconds = attack(folder, kills)
    with create_app(instance(folder)).app_context():
        return inspect(killed, saved, seconds)


def main(arguments: list[str]) -> int:
    """Run as the check, or as one of its processes."""
    if arguments and arguments[0].startswith("--"):
        with create_app(instance(Path(arguments[1]))).app_context():
            save_here() if arguments[0] == "--save" else rotate_here(begin=arguments[0] == "--begin")
        return 0
    count, kills = (int(given) for given in (*arguments, *(str(one) for one in (CASES, KILLS)[len(arguments) :])))
    with tempfile.TemporaryDirectory(prefix="tala-rotation-") as name:
        outcome = check(Path(name), count, kills)
    print(
        f"{outcome.documents} documents, {outcome.opened} open under the newest key, {outcome.on_old} wraps on an old"
    )
    print(f"{outcome.kills} of {kills} processes killed at work, {outcome.saved} cases saved and changed meanwhile")
    print(f"{outcome.seconds:.1f} s from the first to the last, start of {kills} processes included")
    return 0 if outcome.documents == outcome.opened and not outcome.on_old else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
