"""A brief: what a release says, its figure, table and method, as PDF that assistive programs read (PDF/UA-1).

Set by typst (https://typst.app, Apache-2.0), which tags what it sets and refuses what PDF/UA forbids. What is set comes
in as data: no text of a release is ever read as markup. The fonts are typst's own, so that the same release gives the
same bytes on every machine.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from incidents.disclosure.services import HIDDEN
from incidents.i18n import current_locale
from incidents.i18n import gettext as _
from incidents.releases import method, wording
from incidents.releases.findings import finding, parts
from incidents.releases.layout import lay_out

if TYPE_CHECKING:
    from incidents.releases.edition import Edition

TEMPLATE: Final = Path(__file__).with_name("brief.typ")
STANDARD: Final = "ua-1"
#: Rows of the table in a brief; the whole one is in the other files.
MOST_ROWS: Final = 60


def pdf_file(edition: Edition) -> bytes:
    """The brief of a release. Some 0.2 s."""
    # loaded here and not above: it is large, and a web worker that never sets a page must not pay for it
    compile_ = import_module("typst").compile
    made: bytes = compile_(
        str(TEMPLATE),
        ignore_system_fonts=True,
        font_paths=[],
        pdf_standards=[STANDARD],
        timestamp=0,
        sys_inputs={"about": json.dumps(about(edition))},
    )
    return made


def about(edition: Edition) -> dict[str, Any]:
    """All that the template shows."""
    grid = lay_out(edition.protected)
    filled = [row for row in grid.rows if any(cell != 0 for cell in row.cells)]
    rows = [
        [*row.labels, *(str(wording.SUPPRESSED) if cell is HIDDEN else str(cell) for cell in row.cells)]
        for row in filled[:MOST_ROWS]
    ]
    found = parts(edition.protected)
    note = method.note(edition.question, edition.protected)
    if len(grid.rows) > len(rows):
        left = _(
            "%(count)s of %(all)s rows: rows in which nobody stands are left out here. All are in the other files.",
            count=len(rows),
            all=len(grid.rows),
        )
        note = [(_("Table"), left), *note]
    return {
        "title": edition.title,
        "organisation": edition.organisation,
        "language": current_locale().code.partition("-")[0],
        "rtl": current_locale().direction == "rtl",
        "keywords": [_("Documented cases, not prevalence.")],
        "citation": edition.citation,
        "finding": finding(edition.protected),
        "note": _("Documented cases, not prevalence."),
        "caption": _(
            "Persons by %(side)s. %(note)s",
            side=str(wording.DIMENSIONS[edition.protected.dimensions[0].name]).lower(),
            note=_("Documented cases, not prevalence."),
        ),
        "hidden": _("not shown"),
        "parts": [part._asdict() for part in found],
        "alt": "; ".join(f"{part.words}: {_('not shown') if part.value is None else part.value}" for part in found),
        "heads": len(grid.heads),
        "columns": [*grid.heads, *grid.columns],
        "rows": rows,
        "method": note,
        "words": {"table": _("Table"), "method": _("Method")},
    }
