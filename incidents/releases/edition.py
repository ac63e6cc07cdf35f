"""All that the files of a release say: what writers are given, before a table leaves and from the register after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.i18n import gettext as _
from incidents.releases.question import Series

if TYPE_CHECKING:
    from datetime import date

    from incidents.disclosure.services import ProtectedTable
    from incidents.releases.question import Question


@dataclass(frozen=True)
class Edition:
    """All that the files of a release say.

    ``log`` are digits of the organisation's log as it was then, without the number of its entry, which would tell the
    world how much is done here: a log that is rewritten later never ended there.
    """

    number: int
    released_on: date
    organisation: str
    title: str
    question: Question
    protected: ProtectedTable
    log: str = ""
    version: int = 1
    supersedes: int | None = None
    language: str = "en"

    @property
    def name(self) -> str:
        """The name of its files, without the ending; press reports are called so there too."""
        series = "" if self.question.series is Series.CREDIBLE else f"-{self.question.series.value}"
        return f"tala-release-{self.number}{series}"

    @property
    def citation(self) -> str:
        """How to cite it."""
        return _(
            "%(organisation)s: %(title)s. Tala release %(number)s, %(day)s.",
            organisation=self.organisation,
            title=self.title,
            number=self.number,
            day=self.released_on.isoformat(),
        )
