"""A case, and somebody who adds files to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from incidents.evidence.models import Chunk
from incidents.extensions import db
from incidents.records import services
from incidents.records.keys import keys_of
from tests.factories import documents

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument, Evidence
    from tests.factories.world import Browser, Team, World

REASON = "to see what a court would be given"
ITEM = re.compile(r"/files/([0-9a-f]{32})$")


def multipart(fields: dict[str, str], content: bytes, name: str) -> dict[str, Any]:
    """A form with a file as a browser sends it; the test client would keep a long one in a temporary file."""
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [f"{head.format(key)}\r\n\r\n{value}".encode() for key, value in fields.items()]
    quoted = name.replace("\\", "\\\\")
    parts.append(f'{head.format("file")}; filename="{quoted}"\r\n\r\n'.encode() + content)
    body = b"".join(b"--fictional\r\n" + part + b"\r\n" for part in parts) + b"--fictional--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=fictional"}


@dataclass
class Desk:
    """A researcher at a case."""

    team: Team
    keys: CaseKeys
    case: str
    browser: Browser

    @property
    def files(self) -> str:
        """Address below which its files are."""
        return f"/cases/{self.case}/files"

    def send(self, content: bytes, name: str = "fictional.jpg", **fields: str) -> TestResponse:
        """Send the form with a file."""
        data = {"csrf_token": self.browser.token(), "identifies_person": "unknown", **fields}
        return self.browser.client.post(f"{self.files}/new", **multipart(data, content, name))

    def add(self, content: bytes, name: str = "fictional.jpg", **fields: str) -> str:
        """Add a file; its id."""
        answer = self.send(content, name, **fields)
        assert answer.status_code == 303, answer.status_code
        found = ITEM.search(answer.location)
        assert found
        return found[1]

    def take(self, item: str, which: str = "original", purpose: str = "view", reason: str = REASON) -> TestResponse:
        """Open a file."""
        data = {"csrf_token": self.browser.token(), "which": which, "purpose": purpose, "reason": reason}
        return self.browser.client.post(f"{self.files}/{item}", data=data)

    def account(self) -> CaseDocument:
        """The case without its identity part."""
        return services.open_account(self.keys, self.case).document

    def identity(self) -> CaseDocument:
        """The case as a whole."""
        return services.open_identity(self.keys, self.case, "to look inside").document

    def item(self, item: str) -> Evidence:
        """A file as the whole case has it."""
        return next(one for one in self.identity().evidence if one.id == item)


def chunks(blob_id: str | None = None) -> int:
    """How many chunks are stored, of a file or of all."""
    asked = select(func.count()).select_from(Chunk)
    found = db.session.scalar(asked if blob_id is None else asked.where(Chunk.blob_id == blob_id))
    db.session.rollback()
    return found or 0


@pytest.fixture
def desk(world: World) -> Desk:
    """A case with nothing in it."""
    team = world.team()
    researcher = team.researcher
    keys = keys_of(researcher.id, team.organisation_id, researcher.seed)
    document = documents.document()
    services.create(keys, [document])
    return Desk(team, keys, document.incident.id, researcher.browser())
