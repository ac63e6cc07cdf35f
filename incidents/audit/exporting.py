"""The log as a file that anybody can verify and nobody can read: JSON lines, entries still sealed.

Format ``tala-audit-1``, for each organisation: a line ``chain`` (its id, and the key its first entry is signed with),
a line ``entry`` for each entry in order, and a line ``head`` (where the chain ended, when this was written, signed with
the key of the entry that was not written yet). Bytes are in base 64, keys and digests in hexadecimal digits.
``tools/verify_audit.py`` reads it.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from incidents.audit import services
from incidents.audit.models import AuditHead
from incidents.database import snapshot
from incidents.extensions import db
from incidents.keyring import chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.keyring.chain import Link

FORMAT: Final = "tala-audit-1"


def export(organisation_ids: Sequence[str]) -> Iterator[str]:
    """The lines of the file, each with its end; as of one moment."""
    with snapshot(db.session):
        for organisation_id in organisation_ids:
            yield from _chain(organisation_id)


def _chain(organisation_id: str) -> Iterator[str]:
    found, row = services.chain_of(organisation_id), db.session.get(AuditHead, organisation_id)
    if found is None or row is None:
        return
    yield _line(kind="chain", format=FORMAT, organisation=organisation_id, genesis=found.genesis.hex())
    for link in services.links(organisation_id):
        yield _line(**_entry(link))
    at = services.now()
    signature = chain.sign_head(row.signing_key, found, at)
    yield _line(
        kind="head",
        organisation=organisation_id,
        number=found.number,
        digest=found.digest.hex(),
        public=found.public.hex(),
        at=at,
        signature=signature.hex(),
    )


def _entry(link: Link) -> dict[str, object]:
    return {
        "kind": "entry",
        "organisation": link.organisation_id,
        "number": link.number,
        "key": link.key_id,
        "sealed": base64.b64encode(link.sealed).decode(),
        "next": link.next_public.hex(),
        "signature": link.signature.hex(),
    }


def _line(**content: object) -> str:
    return json.dumps(content, separators=(",", ":")) + "\n"
