"""The page on which advocates read the anonymised summaries that were given to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from flask_login import current_user

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.stories import services
from incidents.web.access import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("stories", __name__)


@blueprint.get("/stories")
@access(Role.ADVOCATE, Role.RESEARCHER)
def stories() -> ResponseReturnValue:
    """Every summary that this person's keys open."""
    today = clock.today()
    received = services.received(current_user.id, current_seed(), today)
    published = services.published([story.id for story in received])
    return render_template("stories/stories.html", stories=received, published=published)
