"""What is asked when something is due: why it is erased, or why and how long it is kept."""

from __future__ import annotations

from typing import Final

from wtforms import HiddenField, RadioField

from incidents.erasure.forms import WhyForm
from incidents.i18n import lazy_gettext, ngettext

#: Two forms stand on one page: the names of the second begin with this.
KEEP: Final = "keep-"
#: For how many months a case can be kept longer at a time.
TERMS: Final = (6, 12, 24)


class EraseForm(WhyForm):
    """Why, and what the member has read: the rule, and the revision of the case."""

    rule = HiddenField()
    expected = HiddenField()


class KeepForm(WhyForm):
    """For how long, and why."""

    months = RadioField(
        lazy_gettext("Keep it for another"),
        choices=lambda: [(str(one), ngettext("%(num)s month", "%(num)s months", one)) for one in TERMS],
    )
    expected = HiddenField()
