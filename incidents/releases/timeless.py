"""Archives that are the same bytes whenever they are written."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The earliest moment a zip archive can tell: no file says when it was written.
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def timeless(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive of files by name, in this order, without the moment it was written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()
