"""The trustees' papers as pages to print: words, and a QR code of them for who would rather not type."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, render_template

from incidents.web.qr import Drawing, draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.keyring.shares import Paper
    from incidents.recovery.services import Sheet

STYLES = Path(__file__).parent.parent / "static" / "app.css"


def drawing(paper: Paper) -> Drawing:
    """The QR code of a paper's words."""
    return draw(" ".join(paper.words))


def write(path: str, sheets: Sequence[Sheet]) -> None:
    """Write the papers to a new file that only the server's user can read; it needs nothing beside it.

    Raises:
        FileExistsError: choose another name.
    """
    styles = base64.b64encode(STYLES.read_bytes()).decode()
    with current_app.test_request_context():
        page = render_template("recovery/file.html", sheets=sheets, drawing=drawing, styles=styles)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(page)
