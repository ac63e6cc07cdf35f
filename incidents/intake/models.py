"""Drafts: what someone is writing, sealed under their own key."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class Draft(Base):
    """An unfinished record; only its writer opens it. ``version`` counts saves, so that two tabs do not overwrite."""

    __tablename__ = "draft"
    __table_args__ = (Index(None, "account_id"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes] = mapped_column(Sealed)
