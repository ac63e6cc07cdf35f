"""Publications: what is out is in clear. Which cases one rests on stands inside the cases."""

from __future__ import annotations

import datetime as dt
import enum

from sqlalchemy import Date, ForeignKey, LargeBinary, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incidents import clock
from incidents.accounts.models import Organisation
from incidents.database import Base, Id, random_id
from incidents.releases.models import Release


class PublicationType(enum.StrEnum):
    """Kinds of publication (data model, ``publication.type``)."""

    REPORT = "report"
    STATEMENT = "statement"
    OPEN_LETTER = "open_letter"
    REPLY = "reply"
    STORY = "story"
    SUBMISSION = "submission"
    NEWS = "news"


class Publication(Base):
    """What an organisation has published."""

    __tablename__ = "publication"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisation.id"))
    kind: Mapped[PublicationType]
    title: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(20))
    published_on: Mapped[dt.date] = mapped_column(Date, index=True)
    #: Codes parted by spaces.
    themes: Mapped[str] = mapped_column(String(200), default="")
    countries: Mapped[str] = mapped_column(String(1000), default="")
    campaign: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    #: Who signed it, one a line.
    signatories: Mapped[str] = mapped_column(Text, default="", server_default=sql("''"))
    #: What was demanded.
    demands: Mapped[str] = mapped_column(Text, default="", server_default=sql("''"))
    #: Taken back: the page says so, and shows nothing of what was published; the row is emptied.
    withdrawn_on: Mapped[dt.date | None] = mapped_column(Date)
    #: Of a story: the random id of the summary that it was told from. When that is taken back, so is this.
    summary_id: Mapped[str | None] = mapped_column(Id)
    #: Of a story: the first day on which the consent that it rests on no longer holds; None: no such day.
    ends_on: Mapped[dt.date | None] = mapped_column(Date)
    response_to_id: Mapped[str | None] = mapped_column(Id, ForeignKey("publication.id"))
    release_id: Mapped[str | None] = mapped_column(Id, ForeignKey("release.id"))

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    release: Mapped[Release | None] = relationship()
    files: Mapped[list[PublicationFile]] = relationship(cascade="all, delete-orphan", order_by="PublicationFile.name")

    @property
    def gone_since(self) -> dt.date | None:
        """The day since which nothing of it may be shown: withdrawn, or its consent has ended; None: it stands."""
        if self.withdrawn_on is not None:
            return self.withdrawn_on
        ended = self.ends_on is not None and self.ends_on <= clock.today()
        return self.ends_on if ended else None


class PublicationFile(Base):
    """A published file, only ever sent as a download."""

    __tablename__ = "publication_file"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=random_id)
    publication_id: Mapped[str] = mapped_column(Id, ForeignKey("publication.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
