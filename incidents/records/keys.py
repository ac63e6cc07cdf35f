"""What a researcher holds of their organisation, and how a rotation that passes these keys is noticed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from flask import g
from flask_login import current_user
from sqlalchemy import bindparam, select

from incidents.accounts.models import Organisation
from incidents.accounts.sessions import current_seed
from incidents.errors import Forbidden, TalaError
from incidents.extensions import db
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.facts_door import FactsKey, SummariesKey
from incidents.keyring.models import Key, KeyKind
from incidents.keyring.services import member

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.people import Seed

P = ParamSpec("P")


R = TypeVar("R")


#: The epochs of an organisation's keys; its row is held until the transaction ends, against a rotation that begins.
EPOCHS = (
    select(Key.kind, Key.epoch)
    .join(Organisation, Organisation.id == Key.organisation_id)
    .where(Key.organisation_id == bindparam("organisation_id"))
    .where(Key.kind.in_([KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES]))
    .with_for_update(read=True, key_share=True, of=Organisation)
)


class StaleKeys(TalaError):
    """The organisation's keys were rotated since these were opened: nothing was written. They are opened again once."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class CaseKeys:
    """What a researcher holds of their organisation.

    Attributes:
        account_id: Whose keys these are.
        organisation: The newest organisation key; saves are sealed under it.
        by_id: Every organisation key they hold, by id: older revisions may still be under an older one.
        facts: The newest facts key.
        summaries: The newest summaries key.
        seed: What opens them again after a rotation.
    """

    account_id: str
    organisation: OrganisationKey
    by_id: dict[str, OrganisationKey]
    facts: FactsKey
    summaries: SummariesKey
    seed: Seed = field(repr=False)

    @property
    def organisation_id(self) -> str:
        """Whose cases these keys open."""
        return self.organisation.organisation_id


def keys_of(account_id: str, organisation_id: str, seed: Seed) -> CaseKeys:
    """Open the keys of a researcher. Two queries, some 0.7 ms.

    Raises:
        Forbidden: nobody has handed them their organisation's keys yet, or the keys are not to be believed.
    """
    one = member(account_id, organisation_id, seed)
    mine = [key for key in one.keys if isinstance(key, OrganisationKey)]
    facts = [key for key in one.keys if isinstance(key, FactsKey)]
    summaries = [key for key in one.keys if isinstance(key, SummariesKey)]
    if not (mine and facts and summaries):
        raise Forbidden
    return CaseKeys(account_id, one.organisation, {key.id: key for key in mine}, facts[0], summaries[0], seed)


def current_keys() -> CaseKeys:
    """The keys of the researcher of this request; opened once.

    Raises:
        Forbidden: they hold none.
    """
    if "case_keys" not in g:
        g.case_keys = keys_of(current_user.id, current_user.organisation_id, current_seed())
    keys: CaseKeys = g.case_keys
    return keys


def with_newest(work: Callable[Concatenate[CaseKeys, P], R]) -> Callable[Concatenate[CaseKeys, P], R]:
    """Run a function of a researcher's keys again if a rotation has passed them, with the keys as they are now."""

    @wraps(work)
    def run(keys: CaseKeys, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(keys, *args, **kwargs)
        except StaleKeys:
            return work(keys_of(keys.account_id, keys.organisation_id, keys.seed), *args, **kwargs)

    return run


def check_newest(keys: CaseKeys) -> bool:
    """Check, in the running transaction, that nothing newer than these keys is there; rotation waits for its end.

    Returns:
        Whether rows may still hang on older keys. One query.

    Raises:
        StaleKeys: there is; seal nothing under these.
    """
    rows = db.session.execute(EPOCHS, {"organisation_id": keys.organisation_id}).all()
    mine = {KeyKind.ORGANISATION: keys.organisation, KeyKind.FACTS: keys.facts, KeyKind.SUMMARIES: keys.summaries}
    if any(row.epoch > mine[row.kind].epoch for row in rows):
        raise StaleKeys
    return len(rows) > len(mine)
