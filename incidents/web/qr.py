"""QR codes as a path of an inline SVG: drawn in the page, fetched from nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import segno

#: Light modules that must surround a code (ISO/IEC 18004).
QUIET: Final = 4


@dataclass(frozen=True)
class Drawing:
    """A code in units of one module.

    Attributes:
        side: Width and height, the quiet zone included.
        path: The ``d`` of an SVG path that fills the dark modules.
    """

    side: int
    path: str


def draw(text: str) -> Drawing:
    """Draw a text as a QR code that can lose 15 % of itself (level M)."""
    matrix = segno.make_qr(text, error="m", boost_error=False).matrix
    runs = [
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(matrix) for x, module in enumerate(row) if module
    ]
    return Drawing(len(matrix) + 2 * QUIET, "".join(runs))
