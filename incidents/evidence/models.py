"""The table of sealed files. In clear: a random id, and how many chunks. Whose they are stands in the cases."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from incidents.database import UNORDERED, Base, Id, Sealed


class Chunk(Base):
    """A piece of a sealed file; its key is in the document that names the file, and nowhere else."""

    __tablename__ = "evidence_chunk"
    __table_args__ = (UNORDERED,)

    blob_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
