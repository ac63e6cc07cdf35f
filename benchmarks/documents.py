"""Sealing and opening documents, beside bare AES-256-GCM of the very same bytes in the same run.

Ours in rungs, so that it shows what costs: the cipher alone under one key set up once; then what keeps documents apart
(a fresh key for each, that key wrapped, each part bound to its place, padding); then JSON; then the document itself,
split or checked anew. A save and an opening are the last rung. Results are dropped as they come.
"""

from __future__ import annotations

import json
import os
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.instance import documents
from benchmarks.machine import timed
from incidents.keyring.case_door import DataKey, OrganisationKey, Place, open_part, seal_part, unwrap, wrap
from incidents.keyring.envelope import pad
from incidents.records.parts import join, split
from incidents.records.services import ACCOUNT, IDENTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from incidents.records.schema import CaseDocument

COUNT: Final = 10_000
ROUNDS: Final = 5
NONCE_BYTES: Final = 12
PARTS: Final = (IDENTITY, ACCOUNT)
KEY: Final = OrganisationKey(os.urandom(32), "fictional key", "fictional organisation")


class Sealed(NamedTuple):
    """A document as the database has it."""

    place: Place
    wrapped: bytes
    parts: Sequence[bytes]


def texts(document: CaseDocument) -> list[bytes]:
    """The two parts as JSON, identity first."""
    account, identity = split(document)
    return [json.dumps(part, separators=(",", ":")).encode() for part in (identity, account)]


def seal(document_id: str, plain: Sequence[bytes]) -> Sealed:
    """Seal parts that are bytes already."""
    place, key = Place(KEY.organisation_id, document_id, 1), DataKey.random()
    parts = [seal_part(key, name, place, part) for name, part in zip(PARTS, plain, strict=True)]
    return Sealed(place, wrap(KEY, key, place), parts)


def unseal(one: Sealed) -> list[bytes]:
    """Open both parts as bytes."""
    key = unwrap(KEY, one.wrapped, one.place)
    return [open_part(key, name, one.place, part) for name, part in zip(PARTS, one.parts, strict=True)]


def read(one: Sealed) -> list[dict[str, Any]]:
    """Open both parts as values."""
    return [json.loads(part) for part in unseal(one)]


def opened(one: Sealed) -> CaseDocument:
    """Open a document, checked anew."""
    identity, account = read(one)
    return join(account, identity)


def each(act: Callable[[Any], object], things: Iterable[Any]) -> None:
    """Do it to all, keeping nothing."""
    for thing in things:
        act(thing)


def rungs(sides: Mapping[str, Callable[[], object]]) -> Iterator[str]:
    """Median times of some ways to go through all documents, in turns; the first is what the others stand beside."""
    times: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, act in sides.items():
            times[side].append(timed(act))
    base = times[next(iter(sides))]
    for side, own in times.items():
        ratio = median(one / other for one, other in zip(own, base, strict=True))
        yield f"{side:46} {COUNT / median(own):9,.0f}/s {median(own) / COUNT * 1e6:8.1f} µs {ratio:6.1f} x bare"


def run() -> Iterator[str]:
    """Measure."""
    batch = documents(COUNT)
    plain = [texts(document) for document in batch]
    ids = [document.incident.id for document in batch]
    padded = [pad(part) for parts in plain for part in parts]
    yield f"{COUNT:,} documents, two padded parts each, {sum(map(len, padded)) / COUNT:,.0f} bytes a document"
    cipher, nonce = AESGCM(os.urandom(32)), os.urandom(NONCE_BYTES)
    ciphered = [cipher.encrypt(nonce, part, None) for part in padded]
    sealed = [seal(*pair) for pair in zip(ids, plain, strict=True)]
    assert [opened(one) for one in sealed] == batch
    pairs = list(zip(ids, plain, strict=True))
    yield from rungs(
        {
            "seal: bare AES-GCM of the same bytes": lambda: each(
                lambda part: cipher.encrypt(os.urandom(NONCE_BYTES), part, None), padded
            ),
            "seal: own key, wrapped, bound, padded": lambda: each(lambda pair: seal(*pair), pairs),
            "seal: and split, and JSON (a save's sealing)": lambda: each(
                lambda document: seal(document.incident.id, texts(document)), batch
            ),
        }
    )
    yield from rungs(
        {
            "open: bare AES-GCM of the same bytes": lambda: each(
                lambda part: cipher.decrypt(nonce, part, None), ciphered
            ),
            "open: own key, wrapped, bound, padded": lambda: each(unseal, sealed),
            "open: and JSON": lambda: each(read, sealed),
            "open: and the document, checked anew": lambda: each(opened, sealed),
        }
    )
