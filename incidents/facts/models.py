"""Where sealed frames lie: one snapshot an organisation and kind, and the small deltas saved since."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class FrameKind(enum.StrEnum):
    """``index`` holds coded rows of all cases, for their organisation; ``facts`` what consent lets through.

    ``linkage`` holds what overlapping cases are found by, for their organisation.
    """

    INDEX = "index"
    FACTS = "facts"
    LINKAGE = "linkage"


class FrameSnapshot(Base):
    """All rows of a frame up to some save, as sealed Parquet."""

    __tablename__ = "frame_snapshot"
    __table_args__ = (UniqueConstraint("organisation_id", "kind"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    kind: Mapped[FrameKind]
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    #: The snapshot's own key, under the key above: destroying it erases the snapshot.
    wrapped: Mapped[bytes] = mapped_column(Sealed)
    sealed: Mapped[bytes] = mapped_column(Sealed)


class FrameDelta(Base):
    """The rows of the cases of one save."""

    __tablename__ = "frame_delta"
    __table_args__ = (Index(None, "organisation_id", "kind"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    kind: Mapped[FrameKind]
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    wrapped: Mapped[bytes] = mapped_column(Sealed)
    sealed: Mapped[bytes] = mapped_column(Sealed)


#: Tells numbers that stand for a person in whichever case from cell keys, which stand for them in one.
LINKED = 0x5441_4C41_4C49_4E4B


class Withdrawal(Base):
    """A consent that was taken back without a log-in. Reading subtracts it at once; a member folds it in later."""

    __tablename__ = "withdrawal"
    __table_args__ = (UNORDERED,)

    #: The person's random cell key, as 16 hexadecimal digits.
    person: Mapped[str] = mapped_column(String(16), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: Another one at each withdrawal: the answer that it becomes in the case bears it.
    id: Mapped[str] = mapped_column(Id, default=random_id)
