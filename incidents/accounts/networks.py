"""The regional network that an organisation belongs to. It opens nothing; lists are sorted by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Of a territory that no network serves; an organisation without a network says nothing instead.
NO_NETWORK: Final = "NET_NONE"


def codes() -> list[str]:
    """The networks of the codebook."""
    return [code.code for code in codebook().vocabulary("regions").roots if code.code != NO_NETWORK]


def choices() -> list[tuple[str, str]]:
    """Code and name of each, for a form; empty is none."""
    return [("", name_of("")), *((code, name_of(code)) for code in codes())]


def name_of(code: str) -> str:
    """What a network is called; an unknown code is shown as it stands."""
    if not code:
        return _("None, or the global office")
    listed = codebook().vocabulary("regions")
    return _(listed[code].label) if code in listed else code


def near_first(organisations: Sequence[tuple[str, str]], network: str) -> list[str]:
    """Ids of organisations, those of one's network first, then those of none, such as the global office.

    Args:
        organisations: Id and network of each; their order stays within these groups.
        network: One's own.
    """
    order = {"": 1, network: 0}
    return [one for one, _network in sorted(organisations, key=lambda pair: order.get(pair[1], 2))]
