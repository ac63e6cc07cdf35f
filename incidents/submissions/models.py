"""The table of submissions: in clear, whose inbox it is and under which key; who sent it and what it says is sealed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class Submission(Base):
    """A document that was handed in and that no member has accepted yet. Nothing is counted of it."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "organisation_id"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    #: The organisation key whose intake key pair opens it.
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    #: Its data key, sealed (HPKE) to the intake key.
    wrapped: Mapped[bytes] = mapped_column(Sealed)
    sealed: Mapped[bytes] = mapped_column(Sealed)
