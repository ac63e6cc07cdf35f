"""The shares of a recovery key, each sealed under a code that is on its trustee's paper and nowhere else."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed


class Share(Base):
    """One trustee's parts of the recovery key."""

    __tablename__ = "share"
    __table_args__ = (UNORDERED,)

    recovery_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
    #: Year and month (``yyyymm``) in which a drill last proved it; 0 if never.
    proved: Mapped[int] = mapped_column(default=0)
