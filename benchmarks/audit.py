"""The log: appending and verifying 100,000 entries, beside as many bare Ed25519 signatures made and verified.

Appending is what an act costs: the queries for the audit key and the head, sealing (HPKE), signing, two writes; many in
a transaction, so that the disk's commits are not measured a hundred thousand times. What one entry adds to a durable
transaction is measured apart, in turns with one that has none. Seconds are processor time, except those of durable
transactions and of the verifier that stands alone, which runs as a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.instance import temporary
from benchmarks.machine import alternating, describe
from benchmarks.machine import timed as wall
from incidents.accounts.models import Organisation
from incidents.audit import exporting
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring import chain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incidents.records.keys import CaseKeys

ENTRIES: Final = int(os.environ.get("AUDIT_ENTRIES", "100000"))
TOGETHER: Final = 1000
COMMITS: Final = 300
MESSAGE: Final = bytes(200)
VERIFIER: Final = Path(__file__).parent.parent / "tools" / "verify_audit.py"


def timed(run: Callable[[], object]) -> float:
    """Seconds of this process's processor time that a call takes: what others do on the machine does not blur it."""
    began = time.process_time()
    run()
    return time.process_time() - began


def bare() -> tuple[float, float]:
    """Seconds for fresh keys and signatures, and for verifying them."""
    pairs = []

    def sign() -> None:
        for _ in range(ENTRIES):
            key = Ed25519PrivateKey.generate()
            pairs.append((key.public_key(), key.sign(MESSAGE)))

    def verify() -> None:
        for public, signature in pairs:
            public.verify(signature, MESSAGE)

    return timed(sign), timed(verify)


def chained() -> float:
    """Seconds for signing a chain, with nothing sealed and nothing stored."""
    signing_key, before = chain.new_signing_key(), chain.NOTHING_BEFORE

    def sign() -> None:
        nonlocal signing_key, before
        for number in range(ENTRIES):
            link, signing_key = chain.sign_link(signing_key, before, "0" * 32, number, "0" * 32, MESSAGE)
            before = link.digest(before)

    return timed(sign)


def append(keys: CaseKeys) -> None:
    """Append them all."""
    for _ in range(ENTRIES // TOGETHER):
        with writing(db.session):
            for _ in range(TOGETHER):
                audit.record(keys.organisation_id, Act.DRILL, by=keys.account_id, reason="to see how long it takes")


def commit(keys: CaseKeys, *, logged: bool) -> float:
    """Seconds of one durable transaction that writes a row, with an entry or without."""
    began = time.perf_counter()
    with writing(db.session):
        organisation = db.session.get_one(Organisation, keys.organisation_id)
        organisation.rebuild = not organisation.rebuild
        db.session.flush()
        if logged:
            audit.record(keys.organisation_id, Act.DRILL, by=keys.account_id)
    return time.perf_counter() - began


def commits(keys: CaseKeys) -> str:
    """What an entry adds to a transaction, in turns with one that has none."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for logged in alternating(COMMITS, *times):
        times[logged].append(commit(keys, logged=logged))
    without, with_one = (median(times[logged]) * 1000 for logged in (False, True))
    return f"a durable transaction: {without:.2f} ms, with an entry {with_one:.2f} ms"


def alone(path: Path) -> str:
    """The verifier that stands alone, on an export."""
    seconds = wall(lambda: subprocess.run([sys.executable, "-I", VERIFIER, path], check=True, capture_output=True))  # noqa: S603
    return f"verifying elsewhere: {seconds:.1f} s for a file of {path.stat().st_size / 1e6:.0f} MB"


def run() -> Iterator[str]:
    """Measure."""
    with temporary() as instance:
        yield describe(instance.folder)
        keys = instance.researcher("fictional-network")
        signing, verifying = bare()
        yield f"{ENTRIES} bare signatures, each with a fresh key: {signing:.1f} s; verifying them: {verifying:.1f} s"
        linking = chained()
        yield f"chaining alone: {linking:.1f} s, {linking / signing:.2f} x the bare signatures"
        seconds = timed(lambda: append(keys))
        yield (
            f"appending, {TOGETHER} a transaction: {seconds:.1f} s, {seconds / ENTRIES * 1e6:.0f} µs each, "
            f"{seconds / signing:.1f} x the bare signatures"
        )
        findings: list[object] = []
        seconds = timed(lambda: findings.extend(audit.verify(keys.organisation_id)))
        assert findings == []
        yield f"verifying: {seconds:.1f} s, {seconds / verifying:.2f} x the bare verifications"
        path = instance.folder / "log.jsonl"
        path.write_text("".join(exporting.export([keys.organisation_id])), encoding="utf-8")
        yield alone(path)
        yield commits(keys)
        yield describe(instance.folder)
