"""The register of releases: every table that ever left. Only what was released stands here in clear."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import Base, Id, random_id


class Release(Base):
    """A protected table that left Tala, and what it was asked from. It can be rendered again from here."""

    __tablename__ = "release"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    number: Mapped[int] = mapped_column(unique=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id"))
    title: Mapped[str] = mapped_column(String(300))
    released_on: Mapped[dt.date] = mapped_column(Date)
    #: The question as JSON: period, place, dimensions, filters.
    question: Mapped[str] = mapped_column(Text)
    #: The protected table as JSON (disclosure.ProtectedTable).
    table: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[str] = mapped_column(String(40))
    codebook_version: Mapped[str] = mapped_column(String(40))
    #: SHA-256 of each file, as JSON by format.
    checksums: Mapped[str] = mapped_column(Text)
