"""Keys are rows, grants are edges: who can read what is a question about these two tables."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class KeyKind(enum.StrEnum):
    """What a key opens."""

    ORGANISATION = "organisation"
    FACTS = "facts"
    SUMMARIES = "summaries"
    AUDIT = "audit"
    RECOVERY = "recovery"


class Key(Base):
    """A key of an organisation. The key itself is nowhere in the database, only sealed copies in its grants.

    Audit and recovery keys are seeds of key pairs: what is sealed to them needs only their public half.
    """

    __tablename__ = "key"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "epoch"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    kind: Mapped[KeyKind]
    epoch: Mapped[int] = mapped_column(default=1)
    #: Of a key pair: what anyone seals to, and the organisation's signature that it is hers.
    public: Mapped[bytes | None] = mapped_column(LargeBinary)
    endorsement: Mapped[bytes | None] = mapped_column(LargeBinary)


class Grant(Base):
    """A key sealed (HPKE) to one account: the only way that account can open it.

    Anybody can seal to a public key. The organisation's signature is how the account tells a key of hers from one that
    was slipped in.
    """

    __tablename__ = "grant"
    __table_args__ = (UNORDERED,)

    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
    signature: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("''"))


class RecoveryCopy(Base):
    """A key sealed (HPKE) to the organisation's recovery key, whose private half is with the trustees, in shares."""

    __tablename__ = "recovery_copy"
    __table_args__ = (UNORDERED,)

    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id", ondelete="CASCADE"), primary_key=True)
    recovery_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)


class Statement(Base):
    """What an organisation says of itself in public at one epoch of its key: with what it signs, to what one submits.

    Each is endorsed by the one before, so that whoever trusts one can follow it to the newest.
    """

    __tablename__ = "statement"
    __table_args__ = (UNORDERED,)

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    #: Ed25519 public key.
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    #: HPKE public key that submissions are sealed to.
    intake: Mapped[bytes] = mapped_column(LargeBinary)
    #: By this identity, and by that of the epoch before.
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    endorsement: Mapped[bytes] = mapped_column(LargeBinary)


class StoredRoster(Base):
    """Who belongs, with which public keys, vouched for by whom, under what policy: sealed under the organisation key.

    One row an organisation. Whoever lacks the key can delete it or put an older one back, and neither is believed.
    """

    __tablename__ = "roster"
    __table_args__ = (UNORDERED,)

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(Sealed)


class StoredMemory(Base):
    """What an account keeps for itself under its own seed: whom it trusts, its second factors, its receipts."""

    __tablename__ = "memory"
    __table_args__ = (UNORDERED,)

    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
