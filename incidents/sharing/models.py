"""The table of shares. In clear: a random id, and the organisation that may read. Of which case stands inside."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed


class SharedCase(Base):
    """A case's data keys, sealed to the intake key of an organisation that may read it."""

    __tablename__ = "shared_case"
    __table_args__ = (Index(None, "organisation_id"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: Who may read it.
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    #: The organisation key whose intake key pair opens it.
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    wrapped: Mapped[bytes] = mapped_column(Sealed)
    sealed: Mapped[bytes] = mapped_column(Sealed)
