"""The codebook of this process, and all that other domains use of it."""

from __future__ import annotations

import functools
from pathlib import Path

from incidents.codebook.loader import CodebookError, read_codebook
from incidents.codebook.models import (
    Change,
    Code,
    Codebook,
    UnknownCode,
    UnknownVocabulary,
    Vocabulary,
)
from incidents.codebook.subdivisions import Subdivision, is_subdivision, subdivisions

__all__ = [
    "Change",
    "Code",
    "Codebook",
    "CodebookError",
    "Subdivision",
    "UnknownCode",
    "UnknownVocabulary",
    "Vocabulary",
    "codebook",
    "is_subdivision",
    "subdivisions",
]

DATA = Path(__file__).with_name("data")


@functools.cache
def codebook() -> Codebook:
    """The codebook shipped with this program, read once per process and never changed afterwards."""
    return read_codebook(DATA)
