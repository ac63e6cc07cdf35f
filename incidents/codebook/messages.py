"""Gives labels and definitions to Babel, so that translators find them beside the program's own words."""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


def extract(
    fileobj: IO[bytes],
    keywords: Mapping[str, object],  # noqa: ARG001
    comment_tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, object],  # noqa: ARG001
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extraction interface for a vocabulary: (line, function, message, comments)."""
    reader = csv.DictReader(io.TextIOWrapper(fileobj, encoding="utf-8", newline=""))
    for row in reader:
        for column in ("label", "definition"):
            yield reader.line_num, "gettext", row[column], [f"{row['code']}: {column}"]
