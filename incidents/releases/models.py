"""The register of releases: every table that ever left. Only what was released stands here in clear."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incidents.accounts.models import Organisation
from incidents.database import Base, Id, Sealed, random_id


class Release(Base):
    """A protected table that left Tala, and what it was asked from. It can be rendered again from here."""

    __tablename__ = "release"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    number: Mapped[int] = mapped_column(unique=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id"))
    title: Mapped[str] = mapped_column(Text)
    #: The language of its title and files (BCP 47).
    language: Mapped[str] = mapped_column(String(20))
    released_on: Mapped[dt.date] = mapped_column(Date)
    #: The question as JSON: period, place, dimensions, filters.
    question: Mapped[str] = mapped_column(Text)
    #: The protected table as JSON (disclosure.ProtectedTable).
    table: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[str] = mapped_column(String(40))
    codebook_version: Mapped[str] = mapped_column(String(40))
    #: Counts the releases of one question by one organisation, from 1.
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    #: The number of the release that this one takes the place of.
    supersedes: Mapped[int | None] = mapped_column()
    withdrawn_on: Mapped[dt.date | None] = mapped_column(Date)
    #: Why: one of releases.register.REASONS.
    withdrawn_for: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    #: What the organisation was called when it released.
    publisher: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    #: Digits of the organisation's log before this release.
    log: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    #: The signed manifest (releases.manifest); empty for what was released before there were any.
    manifest: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))

    approval: Mapped[ReleaseApproval | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    files: Mapped[list[ReleaseFile]] = relationship(order_by="ReleaseFile.format")


class ReleaseApproval(Base):
    """That a release may stand on the public page: one person asks, a second one of the organisation agrees.

    Both answer for it by name inside the instance. What was agreed to is the manifest with this digest and no other.
    """

    __tablename__ = "release_approval"

    release_id: Mapped[str] = mapped_column(Id, ForeignKey("release.id"), primary_key=True)
    asked_by: Mapped[str] = mapped_column(Id, ForeignKey("account.id"))
    approved_by: Mapped[str | None] = mapped_column(Id, ForeignKey("account.id"))
    #: SHA-256 of the manifest that was asked about.
    digest: Mapped[str] = mapped_column(String(64))
    public_on: Mapped[dt.date | None] = mapped_column(Date)


class ReleasePersons(Base):
    """The persons whom a release counted, by cell key, sealed under the facts key of their organisation.

    Nobody needs it to render a release again; it says which releases a withdrawal touches.
    """

    __tablename__ = "release_persons"

    release_id: Mapped[str] = mapped_column(Id, ForeignKey("release.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    sealed: Mapped[bytes] = mapped_column(Sealed)


class ReleaseFile(Base):
    """A file of a release as it was first sent: a later version of a library must not change one byte."""

    __tablename__ = "release_file"

    release_id: Mapped[str] = mapped_column(Id, ForeignKey("release.id"), primary_key=True)
    format: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
