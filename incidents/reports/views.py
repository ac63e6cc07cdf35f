"""Pages of publications: the list, one of them, writing one, campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from incidents.web.access import EVERYONE, access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("reports", __name__)


@blueprint.get("/reports")
@access(*EVERYONE)
def reports() -> ResponseReturnValue:
    """Everything that was published, newest first."""
    return render_template("reports/reports.html", publications=())
