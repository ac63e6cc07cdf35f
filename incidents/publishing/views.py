"""Pages for everybody: releases that two people agreed to show, their files, the method, and a feed.

Off unless the instance says so (TALA_PUBLIC). Nothing here opens a key, and the import graph shows it: what is read
stands in clear in the register. No page sets a cookie.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

from flask import Blueprint, Response, current_app, render_template, request

from incidents.codebook.services import codebook
from incidents.disclosure.services import ProtectedTable
from incidents.errors import NotFound
from incidents.publishing import services
from incidents.releases import method
from incidents.releases.layout import whole
from incidents.releases.question import Question
from incidents.releases.wording import FORMATS as FORMATS_IN_WORDS
from incidents.releases.writers import FORMATS
from incidents.web.access import public
from incidents.web.downloads import attachment

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("publishing", __name__, url_prefix="/public")
View = TypeVar("View", bound="Callable[..., object]")


def shown(view: View) -> View:
    """Mark a view for everybody, on instances that have a public page."""

    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> object:
        if not current_app.extensions["tala-settings"].public:
            raise NotFound
        return view(*args, **kwargs)

    return public(cast("View", guarded))


@blueprint.get("")
@shown
def index() -> ResponseReturnValue:
    """Everything that is shown, newest first."""
    return render_template("publishing/index.html", releases=services.releases())


@blueprint.get("/method")
@shown
def method_page() -> ResponseReturnValue:
    """What is counted, how numbers are protected, and what every code means."""
    vocabularies = [codebook().vocabulary(name) for name in ("violation_types", "perpetrator_types")]
    return render_template(
        "publishing/method.html", limits=method.LIMITS, vocabularies=vocabularies, version=codebook().version
    )


@blueprint.get("/feed.xml")
@shown
def feed() -> ResponseReturnValue:
    """The newest releases as a feed (Atom, RFC 4287)."""
    entries = services.releases()[: services.MOST_IN_FEED]
    text = render_template("publishing/feed.xml", releases=entries, root=request.url_root.rstrip("/"))
    return Response(text, content_type="application/atom+xml; charset=utf-8")


@blueprint.get("/releases/<int:number>")
@shown
def release(number: int) -> ResponseReturnValue:
    """A table with its method and its files."""
    found = services.release(number)
    protected = ProtectedTable.from_json(found.table)
    return render_template(
        "publishing/release.html",
        release=found,
        grid=whole(protected),
        note=method.note(Question.from_json(found.question), protected, found.codebook_version),
        cost=method.cost(protected),
        formats=FORMATS_IN_WORDS,
    )


@blueprint.get("/releases/<int:number>/<name>")
@shown
def file(number: int, name: str) -> ResponseReturnValue:
    """A file of a release, or its signed manifest, by the name that the manifest states."""
    found = services.release(number)
    if name == services.MANIFEST:
        return attachment(found.manifest.encode(), name, "application/jsonl")
    kept = services.file(found, name)
    return attachment(kept.content, kept.name, FORMATS[kept.format][0])
