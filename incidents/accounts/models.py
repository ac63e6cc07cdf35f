"""Accounts and organisations. Usernames are in clear: people choose pseudonyms, and the docs say so."""

from __future__ import annotations

import enum

from flask_login import UserMixin
from sqlalchemy import BigInteger, ForeignKey, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incidents.accounts.rules import MAX_USERNAME
from incidents.database import UNORDERED, Base, Id, Sealed, random_id
from incidents.keyring.passphrase import Cost
from incidents.keyring.people import PublicKey


class Role(enum.StrEnum):
    """What a person does in Tala. What they can read follows from their grants, not from this."""

    RESEARCHER = "researcher"
    FIELD_WORKER = "field_worker"
    ANALYST = "analyst"
    ADVOCATE = "advocate"
    ADMINISTRATOR = "administrator"


class Organisation(Base):
    """A network or group that documents cases."""

    __tablename__ = "organisation"
    __table_args__ = (UNORDERED,)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    #: The regional network it belongs to (codebook, regions); empty: none, or the global office.
    network: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    #: After a restore: a member's session makes index and facts anew from the cases.
    rebuild: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Erasures of which it is not sure yet that no file of the database holds their keys any more.
    unswept: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Account(Base, UserMixin):  # type: ignore[misc]
    """A person's way in. The seed opens with their passphrase, or with their recovery code, and with nothing else."""

    __tablename__ = "account"
    __table_args__ = (UNORDERED,)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    username: Mapped[str] = mapped_column(String(MAX_USERNAME), unique=True)
    role: Mapped[Role]
    disabled: Mapped[bool] = mapped_column(default=False)
    #: SHA-256 of the single-use set-up code, until it is used.
    setup_digest: Mapped[bytes | None] = mapped_column(Sealed)
    #: When that code ends, in seconds since 1970.
    setup_until: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    salt: Mapped[bytes | None] = mapped_column(Sealed)
    iterations: Mapped[int] = mapped_column(default=Cost().iterations)
    memory_kib: Mapped[int] = mapped_column(default=Cost().memory_kib)
    seed_by_passphrase: Mapped[bytes | None] = mapped_column(Sealed)
    seed_by_recovery: Mapped[bytes | None] = mapped_column(Sealed)
    public_key_bytes: Mapped[bytes | None] = mapped_column("public_key", Sealed)

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_active(self) -> bool:
        """Flask-Login lets nobody in whom an administrator has disabled."""
        return not self.disabled

    @property
    def cost(self) -> Cost:
        """What one guess of this passphrase costs."""
        return Cost(self.iterations, self.memory_kib)

    @property
    def public_key(self) -> PublicKey | None:
        """What others seal to; none before set-up."""
        return PublicKey(self.public_key_bytes) if self.public_key_bytes else None


class StoredSession(Base):
    """A log-in, sealed under a key that only the browser's cookie holds."""

    __tablename__ = "session"
    __table_args__ = (UNORDERED,)

    #: SHA-256 of the cookie.
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    idle_until: Mapped[int]
    absolute_until: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(Sealed)
    #: Since when and with what browser, under the person's own seed: their list of sessions shows it.
    note: Mapped[bytes | None] = mapped_column(Sealed)


class Throttle(Base):
    """How often somebody failed at one of the doors, by an opaque name of the account (or of no account) and door."""

    __tablename__ = "throttle"
    __table_args__ = (UNORDERED,)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    #: Milliseconds since 1970: when the next attempt may be made, and when the failures are forgotten.
    next_at: Mapped[int] = mapped_column(BigInteger)
    forget_at: Mapped[int] = mapped_column(BigInteger)
