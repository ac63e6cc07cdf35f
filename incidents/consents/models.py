"""The table of receipts' views. In clear: a random id. Which case one is of stands in the case, and in the view."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed


class ReceiptView(Base):
    """What a person sees with their receipt, sealed to a key that only its code and word give."""

    __tablename__ = "receipt_view"
    __table_args__ = (UNORDERED,)

    #: Follows from the code and the word; says nothing of the case.
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
