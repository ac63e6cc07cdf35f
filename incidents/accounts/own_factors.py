"""Changes of one's own second factors. Each ends every other session of the account, and the log knows of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from incidents.accounts import services, webauthn
from incidents.accounts.factors import App, Factors, changing, factors_of
from incidents.accounts.invitations import hold_organisation
from incidents.accounts.sessions import end_others, tala_session
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.memory import remember
from incidents.keyring.totp import new_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.accounts.models import Account
    from incidents.keyring.people import Seed

#: Where the session keeps the secret of an app that is about to be added.
NEW_APP = "new_app"


def begin_app() -> None:
    """Make a secret for one more app; it counts once the app has shown a code."""
    tala_session()[NEW_APP] = new_secret()


def new_app() -> str | None:
    """The secret of the app that is about to be added."""
    secret: str | None = tala_session().get(NEW_APP)
    return secret


def add_app(account: Account, seed: Seed, name: str, code: str) -> None:
    """Add the app that was begun.

    Raises:
        WrongFactor: it shows another code.
        TooManyFactors: there are enough.
    """
    app = Factors(all=(App(name=name, secret=new_app() or new_secret()),)).after_code(code, time.time()).apps[0]
    _change(account, seed, Act.FACTOR_ADDED, lambda factors: factors.adding(app))
    del tala_session()[NEW_APP]


def add_key(account: Account, seed: Seed, name: str, answer: str) -> None:
    """Add a security key that has answered.

    Raises:
        WrongFactor: it is no answer to what was asked.
        TooManyFactors: there are enough.
    """
    key = webauthn.registered(services.settings().origin, tala_session(), answer, name)
    _change(account, seed, Act.FACTOR_ADDED, lambda factors: factors.adding(key))


def key_options(account: Account, seed: Seed) -> str:
    """What the browser needs to add a key; empty where none can be used (see webauthn.usable())."""
    origin = services.settings().origin
    if not webauthn.usable(origin):
        return ""
    return webauthn.registration_options(origin, tala_session(), account, factors_of(account.id, seed).keys)


def rename(account: Account, seed: Seed, factor_id: str, name: str) -> None:
    """Give one another name. No session ends: nothing that protects has changed.

    Raises:
        NotFound: there is none with this id.
    """
    with writing(db.session):
        remember(account.id, seed, changing(lambda factors: factors.renaming(factor_id, name)))


def remove(account: Account, seed: Seed, factor_id: str) -> None:
    """Take one away.

    Raises:
        NotFound: there is none with this id.
        LastFactor: there is no other.
    """
    _change(account, seed, Act.FACTOR_REMOVED, lambda factors: factors.removing(factor_id))


def _change(account: Account, seed: Seed, act: Act, change: Callable[[Factors], Factors]) -> None:
    account_id, organisation_id = account.id, account.organisation_id
    with writing(db.session):
        hold_organisation(account_id)
        remember(account_id, seed, changing(change))
        end_others(account_id)
        audit.record(organisation_id, act, by=account_id)
