"""Pages of what leaves: the register, a new release, its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from incidents.accounts.models import Role
from incidents.web.access import EVERYONE, access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("releases", __name__)


@blueprint.get("/releases")
@access(*EVERYONE)
def releases() -> ResponseReturnValue:
    """Everything that was released, newest first."""
    return render_template("releases/releases.html", releases=())


@blueprint.get("/releases/new")
@access(Role.ADVOCATE)
def new() -> ResponseReturnValue:
    """Choose a question."""
    return render_template("releases/releases.html", releases=())
