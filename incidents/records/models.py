"""The tables of cases. In clear: a random id, whose it is, the revision, the key's epoch. Everything else is sealed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class Incident(Base):
    """A case, by its random id. ``revision`` is what optimistic locking compares."""

    __tablename__ = "incident"
    __table_args__ = (UNORDERED,)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    revision: Mapped[int]


class Revision(Base):
    """What was known of a case when it was saved: two sealed parts of one document."""

    __tablename__ = "revision"
    __table_args__ = (UNORDERED,)

    incident_id: Mapped[str] = mapped_column(Id, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    #: Names, contacts, exact place, source identities: opened apart, with a reason.
    identity: Mapped[bytes] = mapped_column(Sealed)
    #: The rest of the document.
    account: Mapped[bytes] = mapped_column(Sealed)


class RevisionKey(Base):
    """The data key of a revision, wrapped under a key of an organisation that may read it.

    Kept apart from what it opens: destroying this row erases the revision.
    """

    __tablename__ = "revision_key"
    __table_args__ = (
        ForeignKeyConstraint(
            ["incident_id", "revision"], ["revision.incident_id", "revision.revision"], ondelete="CASCADE"
        ),
        UNORDERED,
    )

    incident_id: Mapped[str] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(Sealed)


class LogEntry(Base):
    """Who opened which identities, when and why: sealed under the organisation key, read by its researchers."""

    __tablename__ = "log_entry"
    __table_args__ = (Index(None, "organisation_id"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    sealed: Mapped[bytes] = mapped_column(Sealed)
