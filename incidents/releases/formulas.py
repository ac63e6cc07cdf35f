"""Text for spreadsheets that none of them takes for a formula."""

from __future__ import annotations

import re
from typing import Final

#: What spreadsheets may take for the start of a formula, full-width forms included.
FORMULA: Final = re.compile(r"^\s*[=+\-@\t\r\n\x00＝＋－＠]")
#: Signs that XML, and so a workbook, cannot hold.
FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def neutral(value: str) -> str:
    """A text that no spreadsheet reads as a formula: a leading apostrophe marks it as text."""
    clean = FORBIDDEN.sub("", value)
    return f"'{clean}" if FORMULA.match(value) or FORMULA.match(clean) else clean
