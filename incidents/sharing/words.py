"""What the rules of sharing say, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.keyring.identity import NotBelieved
from incidents.records.errors import N_
from incidents.records.sentences import name_of
from incidents.records.services import Conflict
from incidents.records.standing import why
from incidents.sharing import deciding, partners, rules
from incidents.sharing.rules import Bar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from incidents.records.schema import Share
    from incidents.sharing.deciding import NotAllowed

BARS: Final[Mapping[Bar, str]] = {
    Bar.UNCHECKED: N_("Nobody has checked this case yet, or it was withdrawn. Such a case leaves to nobody."),
    Bar.NOT_RELEASED: N_("The case is set to show nothing outside. Change its release level first, if that is safe."),
    Bar.NOBODY: N_("The record does not say whom this concerns, so that there is nobody who could agree."),
}
#: Why something was refused that is not about consent.
REFUSALS: Final[Mapping[type[Exception], str]] = {
    deciding.SharedAlready: N_("The case is shared with them, or proposed to be. Take that back first."),
    deciding.TooMany: N_("The case is shared with as many organisations as it can be. Take one back first."),
    deciding.OwnProposal: N_("You have proposed this. A colleague has to confirm it."),
    partners.NotAPartner: N_("Nobody has compared a number with them yet, or not enough of you have."),
    NotBelieved: N_(
        "The keys of that organisation are not those that you compared. Nothing was shared. Ask them what happened."
    ),
    Conflict: N_("Somebody saved this case meanwhile. Look at it again, then send this once more."),
}


def objections(refused: NotAllowed) -> list[str]:
    """Each thing that stands against sharing, as a sentence."""
    whole = [_(BARS[bar]) for bar in refused.bars]
    return whole + [why(one.reason, name_of(one.person)) for one in refused.refusals]


def state(share: Share, today: dt.date, *, open_to_them: bool) -> str:
    """Where a share stands; ``open_to_them`` is whether they can open it today, if it stands at all."""
    if share.revoked_on is not None:
        return _("taken back on %(date)s", date=bdi(day(share.revoked_on)))
    if rules.waiting(share, today):
        return _("waits for a second member")
    if not rules.standing(share, today):
        return _("over")
    return _("shared") if open_to_them else _("closed by itself: a consent is missing, or their keys have changed")
