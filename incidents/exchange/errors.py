"""What can be wrong with a file or a mapping, in sentences that say what to do and never quote a cell."""

from __future__ import annotations

from incidents.errors import TalaError


class ExchangeError(TalaError):
    """An import cannot go on; its text is shown on the terminal as it stands."""


class FileUnreadable(ExchangeError):
    """The file is damaged, or is not what its name or the mapping says."""


class MappingError(ExchangeError):
    """The mapping asks for something that does not exist; the text may quote the mapping, never the file."""
