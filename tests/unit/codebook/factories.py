"""Makes vocabulary files and codebook folders that are plainly fictional."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.codebook.loader import COLUMNS, read_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from incidents.codebook.models import Vocabulary

HEADER = ",".join(COLUMNS)
HEAD = 'version = "2031.05"\ndate = 2031-05-01\n\n[[changes]]\nversion = "2031.05"\nsummary = "Fruit."\n'


def row(code: str, **cells: str) -> str:
    """One line of a vocabulary file; what is not given is filled in acceptably."""
    given = {
        "code": code,
        "label": f"Label {code}",
        "definition": f"About {code}.",
        "source": "made up",
    } | cells
    return ",".join(given.get(column, "") for column in COLUMNS)


def vocabulary_file(folder: Path, *rows: str, name: str = "fruit", header: str = HEADER) -> Path:
    """Write a vocabulary file and return where it is."""
    path = folder / f"{name}.csv"
    path.write_bytes("".join(f"{line}\n" for line in (header, *rows)).encode())
    return path


def vocabulary(folder: Path, *rows: str) -> Vocabulary:
    """A vocabulary read from such rows."""
    return read_vocabulary(vocabulary_file(folder, *rows))


def codebook_folder(folder: Path, head: str = HEAD) -> Path:
    """A folder with a head and one vocabulary."""
    (folder / "codebook.toml").write_text(head, encoding="utf-8")
    vocabulary_file(folder, row("APPLE"))
    return folder
