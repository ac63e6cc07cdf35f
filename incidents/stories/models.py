"""The table of anonymised summaries: in clear, whose it is and under which key; the text is sealed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed, random_id


class Summary(Base):
    """An anonymised summary that two researchers and the person approved, sealed for advocates.

    Which case it is of stands inside the case, not here.
    """

    __tablename__ = "summary"
    __table_args__ = (Index(None, "organisation_id"), UNORDERED)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    key_id: Mapped[str] = mapped_column(Id, ForeignKey("key.id"))
    sealed: Mapped[bytes] = mapped_column(Sealed)
