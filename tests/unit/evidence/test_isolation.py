"""The process that decodes: what it may not do, and what becomes of a file that breaks it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from incidents.evidence import cleaning, isolation, sealing
from incidents.evidence.isolation import Cleaned, clean
from incidents.evidence.refusals import Why
from incidents.evidence.sealing import Sealing
from tests.factories import files

if TYPE_CHECKING:
    from incidents.evidence.sealing import SealedFile

#: The cleaner up to its limits, and then something it may not do.
CONFINED = f"""
import runpy
space = runpy.run_path({isolation.COMMAND[-1]!r})
from incidents.evidence import cleaning, papers, pictures
import os, resource, socket, sys
pictures.prepare(); papers.prepare(); cleaning.confine()
"""


def sealed(data: bytes) -> SealedFile:
    sealing = Sealing()
    sealing.feed(data)
    return sealing.finish()


def whole(file: SealedFile | None) -> bytes:
    assert file is not None
    return b"".join(file.content())


@pytest.mark.parametrize("kind", files.KINDS)
def test_the_process_gives_what_the_code_gives(kind: str) -> None:
    original = files.KINDS[kind]()[0]
    copy, preview = cleaning.clean(kind, original)
    found = clean(sealed(original))
    assert found.why is None
    assert whole(found.copy) == copy
    assert (whole(found.preview) if preview else b"") == preview


def test_what_comes_back_is_sealed_like_any_file() -> None:
    found = clean(sealed(files.png()[0]))
    assert found.copy is not None
    assert found.copy.media.type == "image/png"
    assert found.copy.size == len(whole(found.copy))
    assert b"IHDR" not in b"".join(found.copy.chunks)


def test_a_kind_that_is_not_cleaned_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_started", None)
    assert clean(sealed(b"<svg/>")) == Cleaned(why=Why.KIND)


@pytest.mark.parametrize(("data", "why"), [(b"\x89PNG\r\n\x1a\nnothing", Why.DAMAGED), (b"%PDF-1.7 no", Why.DAMAGED)])
def test_a_file_that_is_no_such_file_gives_a_reason(data: bytes, why: Why) -> None:
    assert clean(sealed(data)) == Cleaned(why=why)


@pytest.mark.parametrize(
    "program",
    [
        "import sys; sys.exit(1)",
        "import sys; sys.stdin.buffer.read(); print('5 5'); print('less')",
        "import sys; sys.stdin.buffer.read(); print('0 4'); print('copy', end=''); sys.stdout.flush(); sys.exit(3)",
        "import os; os.kill(os.getpid(), 9)",
        "import sys; sys.stdin.buffer.read(); print('0 99999999999999')",
        "import sys; sys.stdin.buffer.read(); print('-1 x y')",
        "import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write(b'\\xff' * 1000)",
    ],
)
def test_whatever_breaks_off_or_says_nonsense_is_no_copy(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "COMMAND", (sys.executable, "-I", "-c", program))
    assert clean(sealed(files.png()[0] * 50)) == Cleaned(why=Why.FAILED)


def test_a_process_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "COMMAND", (sys.executable, "-I", "-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(isolation, "PATIENCE", 0.5)
    assert clean(sealed(files.png()[0])) == Cleaned(why=Why.FAILED)


@pytest.mark.parametrize(
    "act",
    [
        "open('/etc/hostname')",
        "open('/tmp/fictional', 'w')",
        "socket.socket()",
        "os.pipe()",
        "os.listdir('/')",
        "bytearray(2 * 1024 ** 3)",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))",
    ],
)
def test_the_process_can_open_nothing_and_take_no_more(act: str) -> None:
    tried = textwrap.dedent(f"""
        try:
            {act}
        except (OSError, ValueError, MemoryError):
            sys.exit(7)
    """)
    command = [*isolation.COMMAND[:-1], "-c", CONFINED + tried]
    assert subprocess.run(command, check=False, cwd="/", env={}).returncode == 7  # noqa: S603 - our own


def test_the_process_knows_neither_the_instance_nor_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALA_INSTANCE", "/fictional")
    told = "import os, sys; sys.stdin.buffer.read(); print(os.environ.get('TALA_INSTANCE', 'kind'), end='')"
    monkeypatch.setattr(isolation, "COMMAND", (sys.executable, "-I", "-c", told))
    assert clean(sealed(files.png()[0])) == Cleaned(why=Why.KIND)


def test_the_application_is_not_loaded_there() -> None:
    command = [
        *isolation.COMMAND[:-1],
        "-c",
        CONFINED + "print(any(n in sys.modules for n in ('flask', 'sqlalchemy')))",
    ]
    assert subprocess.run(command, check=True, cwd="/", env={}, capture_output=True).stdout == b"False\n"  # noqa: S603


def test_an_upload_takes_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_BYTES", 100)
    upload = sealing.Upload()
    assert upload.write(bytes(100)) == 100
    with pytest.raises(sealing.RequestEntityTooLarge):
        upload.write(b"x")
