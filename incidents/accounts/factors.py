"""Second factors: authenticator apps and security keys, several of each, kept in the account's memory.

They lie sealed under the seed, in one piece with the rest of the memory: whoever edits the database can take none away,
and a memory never lacks one, because it is begun with one. What they do not protect is said in docs/threat-model.md.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from incidents import clock
from incidents.database import random_id
from incidents.errors import Forbidden, NotFound
from incidents.keyring.envelope import Unopenable
from incidents.keyring.memory import Memory, recall
from incidents.keyring.totp import accepted_step, new_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.people import Seed

SECTION: Final = "factors"
MOST: Final = 10
LONGEST_NAME: Final = 60


class WrongFactor(Forbidden):
    """The code or the key's answer is not right, or was used before."""


class MemoryLost(Forbidden):
    """What the account keeps for itself is missing or was altered: without it nobody is let in."""


class LastFactor(Forbidden):
    """The last second factor cannot be taken away, only replaced."""


class TooManyFactors(Forbidden):
    """Nobody needs so many; the memory is read at each request."""


class Factor(BaseModel):
    """What every second factor has.

    Attributes:
        id: Random.
        name: What the person calls it.
        added: The day.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=random_id)
    name: str
    added: dt.date = Field(default_factory=clock.today)


class App(Factor):
    """An authenticator app.

    Attributes:
        secret: Base 32.
        last_step: The last step of which a code was accepted.
    """

    kind: Literal["app"] = "app"
    secret: str
    last_step: int = 0


class SecurityKey(Factor):
    """A security key or passkey.

    Attributes:
        credential: Attested credential data (WebAuthn, section 6.5.2) in base 64: id and public key.
        counter: The signature counter when it was last used; 0 for those that do not count.
    """

    kind: Literal["key"] = "key"
    credential: str
    counter: int = 0


class Factors(BaseModel):
    """The second factors of an account, oldest first."""

    model_config = ConfigDict(frozen=True)

    all: tuple[Annotated[App | SecurityKey, Field(discriminator="kind")], ...] = ()

    @property
    def apps(self) -> list[App]:
        """Those that show codes."""
        return [factor for factor in self.all if isinstance(factor, App)]

    @property
    def keys(self) -> list[SecurityKey]:
        """Those that sign."""
        return [factor for factor in self.all if isinstance(factor, SecurityKey)]

    def after_code(self, typed: str, now: float) -> Factors:
        """The same after a code was accepted.

        Raises:
            WrongFactor: no app shows this code now, or it was used.
        """
        for app in self.apps:
            step = accepted_step(app.secret, typed, after=app.last_step, now=now)
            if step is not None:
                return self._with(app.model_copy(update={"last_step": step}))
        raise WrongFactor

    def after_use(self, key_id: str, counter: int) -> Factors:
        """The same after a security key has signed.

        Raises:
            WrongFactor: there is no such key, or its counter did not grow: somebody has copied it, or sends an old
                answer again.
        """
        for key in self.keys:
            if key.id == key_id and (counter > key.counter or counter == key.counter == 0):
                return self._with(key.model_copy(update={"counter": counter}))
        raise WrongFactor

    def adding(self, factor: App | SecurityKey) -> Factors:
        """The same with one more.

        Raises:
            TooManyFactors: there are enough.
        """
        if len(self.all) >= MOST:
            raise TooManyFactors
        return self._with(factor)

    def renaming(self, factor_id: str, name: str) -> Factors:
        """The same with another name for one.

        Raises:
            NotFound: there is none with this id.
        """
        return self._with(self.get(factor_id).model_copy(update={"name": name}))

    def removing(self, factor_id: str) -> Factors:
        """The same without one.

        Raises:
            NotFound: there is none with this id.
            LastFactor: there is no other.
        """
        gone = self.get(factor_id)
        if len(self.all) == 1:
            raise LastFactor
        return Factors(all=tuple(factor for factor in self.all if factor is not gone))

    def get(self, factor_id: str) -> App | SecurityKey:
        """One of them.

        Raises:
            NotFound: there is none with this id.
        """
        for factor in self.all:
            if factor.id == factor_id:
                return factor
        raise NotFound

    def _with(self, changed: App | SecurityKey) -> Factors:
        """The same with one in the place of the one that has its id, or at the end."""
        return Factors(all=tuple(({factor.id: factor for factor in self.all} | {changed.id: changed}).values()))


def first(name: str, secret: str, typed: str) -> Factors:
    """What an account begins with: one app whose code was typed.

    Raises:
        WrongFactor: the app shows another.
    """
    return Factors(all=(App(name=name, secret=secret),)).after_code(typed, time.time())


def unseen(name: str) -> Factors:
    """The same for an account that is made by a command or a test: a fresh secret, no code used yet."""
    return Factors(all=(App(name=name, secret=new_secret()),))


def factors_in(memory: Memory) -> Factors:
    """The second factors in a memory; none in one that was never given any, and then nobody gets in."""
    return Factors.model_validate(memory.sections.get(SECTION, {}))


def factors_of(account_id: str, seed: Seed) -> Factors:
    """The second factors of an account. One query.

    Raises:
        MemoryLost: the memory is missing or was altered.
    """
    try:
        return factors_in(recall(account_id, seed))
    except Unopenable:
        raise MemoryLost from None


def changing(change: Callable[[Factors], Factors]) -> Callable[[Memory], Memory]:
    """A change of the second factors as a change of the memory that holds them, for keyring.memory.remember()."""

    def changed(memory: Memory) -> Memory:
        return with_factors(memory, change(factors_in(memory)))

    return changed


def with_factors(memory: Memory, factors: Factors) -> Memory:
    """A memory with these second factors."""
    return memory.with_section(SECTION, factors.model_dump(mode="json"))
