"""Keeping and finding publications."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import extract, select, update
from sqlalchemy.orm import undefer

from incidents import clock
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.codebook.services import codebook
from incidents.database import random_id, writing
from incidents.errors import Forbidden, NotFound, TalaError
from incidents.extensions import db
from incidents.reports import campaigns, withdrawing
from incidents.reports.files import media_type, safe_name
from incidents.reports.models import Publication, PublicationFile, PublicationType
from incidents.reports.withdrawing import Gone

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement

    from incidents.reports.campaigns import Window
    from incidents.reports.told import Frame

#: Emptying a publication whose consent was taken back, in the running transaction.
withdraw = withdrawing.withdraw


class ConsentIsForItsText(TalaError):
    """A story is told as somebody agreed to it: its text cannot be changed, only taken back."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a publication says of itself. Codes are parted by spaces where there may be several."""

    kind: PublicationType
    title: str
    language: str
    published_on: date
    themes: str = ""
    countries: str = ""
    campaign: str = ""
    text: str = ""
    signatories: str = ""
    demands: str = ""
    response_to_id: str | None = None
    release_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of publications is narrowed to; None or "" is everything."""

    kind: PublicationType | None = None
    year: int | None = None
    theme: str = ""
    country: str = ""
    language: str = ""
    campaign: str = ""


@dataclass(frozen=True)
class Upload:
    """A file as it arrived: nothing in it is trusted."""

    name: str
    content: bytes


def publications(filters: Filters | None = None) -> Sequence[Publication]:
    """Publications of all organisations, newest first; one that was withdrawn fits by kind and year alone."""
    wanted = _conditions(filters or Filters())
    newest = select(Publication).where(*wanted).order_by(Publication.published_on.desc(), Publication.id)
    return db.session.scalars(newest).unique().all()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.kind:
        found.append(Publication.kind == filters.kind)
    if filters.year:
        found.append(extract("year", Publication.published_on) == filters.year)
    if filters.language:
        found.append(Publication.language == filters.language)
    if filters.campaign:
        found.append(Publication.campaign.in_(_within(filters.campaign)))
    for column, code in ((Publication.themes, filters.theme), (Publication.countries, filters.country)):
        if code:
            found.append((" " + column + " ").contains(f" {code} ", autoescape=True))
    if filters.language or filters.campaign or filters.theme or filters.country:
        found.append(_shown())
    return found


def _shown() -> ColumnElement[bool]:
    """Not withdrawn, and no consent that it rests on has ended: what may be told of it beside that it was."""
    ended = Publication.ends_on <= clock.today()
    return Publication.withdrawn_on.is_(None) & (Publication.ends_on.is_(None) | ~ended)


def _within(campaign: str) -> list[str]:
    known = codebook().vocabulary("campaigns")
    return [code.code for code in known if campaign in known and known.within(code.code, campaign)]


def in_window(window: Window) -> list[Publication]:
    """What was published during a campaign and belongs to it, by its own mark or by a theme."""
    during = Publication.published_on.between(window.first, window.last)
    listed = select(Publication).where(during, _shown()).order_by(Publication.published_on, Publication.id)
    found = db.session.scalars(listed).unique()
    marked, themes = set(_within(window.campaign)), set(campaigns.themes(window.campaign))
    return [one for one in found if one.campaign in marked or themes.intersection(one.themes.split())]


def choices() -> list[tuple[str, str]]:
    """Id and title of every publication that stands, newest first: what a case may be linked to."""
    titles = select(Publication.id, Publication.title).where(_shown())
    newest = titles.order_by(Publication.published_on.desc(), Publication.id)
    return [(publication_id, title) for publication_id, title in db.session.execute(newest)]


def get(publication_id: str) -> Publication:
    """A publication, whoever published it.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Publication, publication_id)
    if found is None:
        raise NotFound
    return found


def own(publication_id: str, organisation_id: str) -> Publication:
    """A publication of an organisation, for changing it.

    Raises:
        NotFound: there is none.
        Forbidden: it is another organisation's.
    """
    found = get(publication_id)
    if found.organisation_id != organisation_id:
        raise Forbidden
    return found


def changeable(publication_id: str, organisation_id: str) -> Publication:
    """A publication of an organisation that still says something.

    Raises:
        NotFound, Forbidden: as own().
        Gone: it was withdrawn.
    """
    found = own(publication_id, organisation_id)
    if found.gone_since:
        raise Gone
    return found


def reply_days(letter_ids: Collection[str]) -> dict[str, list[date]]:
    """The days of all replies to some letters. One query."""
    found: dict[str, list[date]] = {one: [] for one in letter_ids}
    answering = select(Publication.response_to_id, Publication.published_on)
    for letter_id, day in db.session.execute(answering.where(Publication.response_to_id.in_(found), _shown())):
        found[letter_id or ""].append(day)
    return found


def replies(publication_id: str) -> Sequence[Publication]:
    """The replies to a publication, in order."""
    answering = select(Publication).where(Publication.response_to_id == publication_id)
    return db.session.scalars(answering.order_by(Publication.published_on)).unique().all()


def add(organisation_id: str, content: Content, upload: Upload | None = None, *, by: str = "") -> str:
    """Publish something, with a file if there is one; returns its id. ``by`` is the account id of who does.

    Raises:
        FileRefused: the file may not be published; nothing was saved.
    """
    published = random_id()
    entry = Publication(id=published, organisation_id=organisation_id, **vars(content), files=_files(upload))
    with writing(db.session):
        withdrawing.withdraw_ended(clock.today())
        db.session.add(entry)
        db.session.flush()
        audit.record(organisation_id, Act.PUBLISHED, by=by, about=published)
    return published


def change(publication_id: str, organisation_id: str, content: Content, upload: Upload | None = None) -> None:
    """Say something else of a publication, and add a file if there is one.

    Raises:
        NotFound, Forbidden, Gone: as changeable().
        FileRefused: the file may not be published; nothing was saved.
        ConsentIsForItsText: it is a story.
    """
    added = _files(upload)
    with writing(db.session):
        found = changeable(publication_id, organisation_id)
        if found.summary_id:
            raise ConsentIsForItsText
        for name, value in vars(content).items():
            setattr(found, name, value)
        found.files.extend(added)


def reframe(publication_id: str, organisation_id: str, frame: Frame) -> None:
    """Put something else around a story; its text stays as it was agreed to.

    Raises:
        NotFound, Forbidden, Gone: as changeable().
    """
    with writing(db.session):
        found = changeable(publication_id, organisation_id)
        for name, value in vars(frame).items():
            setattr(found, name, value)


def remove(publication_id: str, organisation_id: str, *, by: str = "") -> None:
    """Take a publication back, with its files. Replies to it stay, and point at nothing.

    Raises:
        NotFound, Forbidden: as own().
    """
    with writing(db.session):
        found = own(publication_id, organisation_id)
        answering = update(Publication).where(Publication.response_to_id == publication_id)
        db.session.execute(answering.values(response_to_id=None))
        db.session.delete(found)
        db.session.flush()
        audit.record(organisation_id, Act.RETRACTED, by=by, about=publication_id)


def file(publication_id: str, file_id: str) -> PublicationFile:
    """A file of a publication, with its content.

    Raises:
        NotFound: there is none, or it is another publication's.
        Gone: the publication was withdrawn.
    """
    if get(publication_id).gone_since:
        raise Gone
    found = db.session.get(PublicationFile, file_id, options=[undefer(PublicationFile.content)])
    if found is None or found.publication_id != publication_id:
        raise NotFound
    return found


def remove_file(publication_id: str, file_id: str, organisation_id: str) -> None:
    """Take one file of a publication back.

    Raises:
        NotFound, Forbidden: as own() and file().
    """
    with writing(db.session):
        own(publication_id, organisation_id)
        db.session.delete(file(publication_id, file_id))


def _files(upload: Upload | None) -> list[PublicationFile]:
    if upload is None:
        return []
    kind = media_type(upload.name, upload.content)
    digest = hashlib.sha256(upload.content).hexdigest()
    return [PublicationFile(name=safe_name(upload.name), media_type=kind, sha256=digest, content=upload.content)]
