"""The log of an organisation: sealed entries in a chain of signatures, and the chain's end."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed


class AuditEntry(Base):
    """One act, sealed to the auditors, signed by a key that is destroyed by signing the next."""

    __tablename__ = "audit_entry"
    __table_args__ = (UNORDERED,)

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    #: The audit key it is sealed to.
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    sealed: Mapped[bytes] = mapped_column(Sealed)
    #: Ed25519 public key that verifies the next entry.
    next_public: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """Where the chain of an organisation ends, and the key that signs its next entry, once."""

    __tablename__ = "audit_head"
    __table_args__ = (UNORDERED,)

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"), primary_key=True)
    #: Ed25519 public key that verifies the first entry; members know it from their roster.
    genesis: Mapped[bytes] = mapped_column(LargeBinary)
    #: Of the last entry.
    number: Mapped[int]
    #: SHA-256 of the last entry.
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    signing_key: Mapped[bytes] = mapped_column(LargeBinary)
