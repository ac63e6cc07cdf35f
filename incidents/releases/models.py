"""The register of releases: every table that ever left. Only what was released stands here in clear."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, LargeBinary, String, Text
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

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    files: Mapped[list[ReleaseFile]] = relationship(order_by="ReleaseFile.format")


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
