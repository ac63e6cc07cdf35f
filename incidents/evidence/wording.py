"""Files in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.evidence.refusals import WORDS, Why
from incidents.i18n import bdi
from incidents.i18n import gettext as _
from incidents.records.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.records.schema import Evidence

#: By the first part of the MIME type.
KINDS: Final[Mapping[str, str]] = {
    "image": N_("Picture"),
    "video": N_("Film"),
    "audio": N_("Sound"),
    "application/pdf": N_("Document"),
}
#: What is done with a file, in its chain of custody and in the log.
DONE: Final[Mapping[str, str]] = {
    "received": N_("Received"),
    "hashed": N_("Its sum was taken (SHA-256)"),
    "sealed": N_("Sealed"),
    "copied": N_("Copied without hidden data"),
    "viewed": N_("Opened"),
    "redacted": N_("Parts were made unreadable"),
    "exported": N_("Taken along to hand on"),
    "transferred": N_("Handed on"),
    "erased": N_("Removed"),
    "evidence_opened": N_("Opened"),
    "evidence_exported": N_("Taken along to hand on"),
}
SHOWS: Final[Mapping[str, str]] = {
    "yes": N_("It shows who somebody is."),
    "no": N_("It shows nobody."),
    "unknown": N_("Nobody has said yet whether it shows who somebody is, so it counts as if it did."),
}
KILO: Final = 1024
#: Digits of a sum that stand together.
GROUP: Final = 8


def kind(item: Evidence) -> str:
    """What kind of file it is."""
    media_type = item.media_type
    found = KINDS.get(media_type) or KINDS.get(media_type.partition("/")[0])
    return _(found) if found else _("File of another kind")


def size(length: int | None) -> str:
    """A length in the largest unit of which there is one; not known stays so."""
    if length is None:
        return _("not known")
    if length < KILO:
        return _("%(n)s bytes", n=bdi(length))
    if length < KILO * KILO:
        return _("%(n)s kB", n=bdi(length // KILO))
    return _("%(n)s MB", n=bdi(round(length / KILO / KILO, 1)))


def in_groups(digits: str) -> str:
    """A sum in groups of eight digits, which a narrow page can break, and which a person can compare."""
    return bdi(" ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP)))


def state(item: Evidence) -> str:
    """Whether there is a copy without hidden data, or why not."""
    if item.working_blob:
        return _("There is a copy without hidden data.")
    known = item.not_cleaned in set(Why)
    return _(WORDS[Why(item.not_cleaned)]) if known else _("There is no copy without hidden data.")


def done(action: str) -> str:
    """An entry of the chain of custody."""
    return _(DONE[action]) if action in DONE else action


def which(word: str) -> str:
    """The original, or the copy."""
    return _("the original") if word == "original" else _("the copy without hidden data")
