"""What an entitled person may count: their frame, the organisations in it, and the dashboard's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.accounts.models import Organisation
from incidents.extensions import db
from incidents.facts import services as facts
from incidents.keyring.facts_door import facts_keys
from incidents.summaries.counts import Dashboard, Query, counts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.facts.frames import Frame
    from incidents.keyring.people import Seed


@dataclass(frozen=True)
class Granted:
    """What somebody may count.

    Attributes:
        organisations: Names of those who granted them their facts; none: nothing was granted yet.
    """

    frame: Frame
    organisations: tuple[str, ...]

    def count(self, query: Query) -> Dashboard:
        """The dashboard's numbers under some filters."""
        return counts(self.frame, query)

    def present(self) -> Mapping[str, tuple[str, ...]]:
        """The codes that occur where the list of all would be long, for the filters: countries."""
        return {"country": tuple(self.frame.rows["country"].unique().to_list())}


def granted(account_id: str, seed: Seed) -> Granted:
    """Open what was granted to an account. A query an organisation when nothing was saved since the last time.

    Raises:
        Unopenable: a grant, snapshot or delta was altered or moved.
    """
    keys = facts_keys(account_id, seed)
    # names first: reading the frame ends the transaction
    names = db.session.scalars(
        select(Organisation.name)
        .where(Organisation.id.in_({key.organisation_id for key in keys}))
        .order_by(Organisation.name)
    ).all()
    return Granted(facts.frame(keys), tuple(names))
