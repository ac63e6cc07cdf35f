"""A researcher who works on cases over HTTP, and writes a canary into every box that casework has."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from PIL import Image

from tests.contracts.walking import Page, forms
from tests.server.recording import MARK, TYPED, Recorder, wrong_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.contracts.walking import Form
    from tests.server.recording import Values
    from tests.server.serving import Answer, Client

#: Pages of a case, below its address, on which colleagues write.
PAGES: Final = ("review", "verification", "responses/new", "consent", "share")
#: Forms that end what the sweep is about to look for, and the one whose cookie is no secret: the language.
NOT_PRESSED: Final = re.compile(r"/(remove|revoke|undo|end|discard|erase|logout|language)\Z")
LINKED: Final = r'href="({case}/(?:consent|files|responses)/[0-9a-f]{{32}}(?:/edit|/receipt)?)"'
PAPER: Final = re.compile(r'<li lang="en">([a-z]+)</li>')
TRIES: Final = 4


@dataclass
class Colleague:
    """Somebody at the pages of a case.

    Attributes:
        recorder: Whose browser and canaries these are.
        papers: The words of each paper that was printed on the way, and the one that is not on it.
    """

    recorder: Recorder
    papers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def client(self) -> Client:
        """Their browser."""
        return self.recorder.client

    def work_on(self, case: str, other: str) -> None:
        """Write into every form of a case's pages, add a file, and compare it with another case."""
        self.add_file(case)
        for page in PAGES:
            self.every_form(f"{case}/{page}")
        for page in self._linked(case):
            self.every_form(page)
        self.every_form(f"{case}/overlaps/{other.rpartition('/')[2]}", {"decision": "related"})
        self.search()

    def search(self) -> None:
        """Look for a canary in every case, and among names with a reason that is another."""
        assert MARK in self.client.post("/search", {"words": MARK}).text
        self.every_form("/search")

    def add_file(self, case: str) -> None:
        """A picture whose bytes, name and description are canaries."""
        page = f"{case}/files/new"
        form = next(one for one in self._forms(page) if one.action == page)
        file = ("file", f"{self.recorder.canary()}.jpg", picture(self.recorder.canary()))
        self.recorder.boxes.add("file")
        sent = self._send(form, {}, lambda action, values: self.client.upload(action, values, file))
        assert sent.status == HTTPStatus.SEE_OTHER, sent.status

    def every_form(self, path: str, given: Mapping[str, str] | None = None) -> None:
        """Fill and send each form of a page, but those that take something away."""
        for form in self._forms(path):
            if form.method == "post" and not NOT_PRESSED.search(form.action):
                self._send(form, given or {})

    def speak_by_receipt(self, stranger: Client) -> None:
        """Somebody who holds a paper says that something is wrong, and takes everything back."""
        words, spoken = self.papers[-1]
        said = {"words": words, "word": spoken}
        assert stranger.post("/note", said | {"do": "tell", "text": self.recorder.canary()}).status == HTTPStatus.OK
        self.recorder.boxes.add("receipt")
        assert stranger.post("/note", said | {"do": "all"}).status == HTTPStatus.OK

    def _forms(self, path: str) -> list[Form]:
        shown = self.client.get(path)
        assert shown.status == 200, (path, shown.status)
        return list(forms(Page(path, 200, "text/html", shown.text)))

    def _linked(self, case: str) -> list[str]:
        pages = [self.client.get(page).text for page in (case, f"{case}/consent")]
        return sorted({link for text in pages for link in re.findall(LINKED.format(case=case), text)})

    def _values(self, form: Form, given: Mapping[str, str]) -> dict[str, str | list[str]]:
        values: dict[str, str | list[str]] = {
            name: list(one) for name, one in form.values().items() if name != "csrf_token"
        }
        for box in form.fields:
            if box.tag in TYPED and box.name not in given:
                values[box.name] = self.recorder.canary()
                self.recorder.boxes.add(box.name)
        return values | given

    def _send(
        self, form: Form, given: Mapping[str, str], post: Callable[[str, Values], Answer] | None = None
    ) -> Answer:
        """Send a form; what must be put right is left empty then."""
        values = self._values(form, given)
        for _ in range(TRIES):
            answer = (post or self.client.post)(form.action, values)
            assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, (form.action, answer.status)
            if printed := PAPER.findall(answer.text):
                self.papers.append((" ".join(printed), str(values["word"])))
            if answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                break
            wrong = {name.partition("-")[0] for name in wrong_names(answer.text)}
            values = {name: one for name, one in values.items() if name.partition("-")[0] not in wrong or name in given}
        return answer


def picture(canary: str) -> bytes:
    """A small photograph with a canary in its comment."""
    file = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(file, "JPEG", comment=canary.encode())
    return file.getvalue()
