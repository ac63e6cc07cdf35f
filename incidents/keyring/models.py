"""Keys are rows, grants are edges: who can read what is a question about these two tables."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class KeyKind(enum.StrEnum):
    """What a key opens."""

    ORGANISATION = "organisation"
    FACTS = "facts"
    SUMMARIES = "summaries"


class Key(Base):
    """A key of an organisation. The key itself is nowhere in the database, only sealed copies in its grants."""

    __tablename__ = "key"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "epoch"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    kind: Mapped[KeyKind]
    epoch: Mapped[int] = mapped_column(default=1)


class Grant(Base):
    """A key sealed (HPKE) to one account: the only way that account can open it."""

    __tablename__ = "grant"
    __table_args__ = (UNORDERED,)

    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
