"""The list of somebody's second factors: it never gets empty, and what was used is not good again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.accounts.factors import (
    MOST,
    App,
    Factors,
    LastFactor,
    SecurityKey,
    TooManyFactors,
    WrongFactor,
    factors_in,
    first,
    unseen,
    with_factors,
)
from incidents.errors import NotFound
from incidents.keyring.memory import Memory
from incidents.keyring.totp import code_of, new_secret, step_at

NOW = 1_800_000_015.0
STEP = step_at(NOW)


@pytest.fixture
def app() -> App:
    return App(name="Telephone", secret=new_secret())


@pytest.fixture
def key() -> SecurityKey:
    return SecurityKey(name="Key", credential="", counter=7)


def test_a_code_is_remembered_as_used(app: App) -> None:
    code = code_of(app.secret, STEP)
    after = Factors(all=(app,)).after_code(code, NOW)
    assert after.apps[0].last_step == STEP
    with pytest.raises(WrongFactor):
        after.after_code(code, NOW)


def test_apps_do_not_use_up_each_others_codes(app: App) -> None:
    other = App(name="Tablet", secret=new_secret())
    after = Factors(all=(app, other)).after_code(code_of(other.secret, STEP), NOW)
    assert [one.last_step for one in after.apps] == [0, STEP]
    after.after_code(code_of(app.secret, STEP), NOW)


@pytest.mark.parametrize(("counter", "good"), [(6, False), (7, False), (8, True), (0, False), (4_294_967_295, True)])
def test_a_counter_must_grow(key: SecurityKey, counter: int, good: bool) -> None:  # noqa: FBT001 - a table
    factors = Factors(all=(key,))
    if good:
        assert factors.after_use(key.id, counter).keys[0].counter == counter
    else:
        with pytest.raises(WrongFactor):
            factors.after_use(key.id, counter)


def test_a_key_that_never_counts_may_stay_at_nought() -> None:
    key = SecurityKey(name="Passkey", credential="")
    assert Factors(all=(key,)).after_use(key.id, 0).keys == [key]


def test_a_key_of_somebody_else_is_none(key: SecurityKey) -> None:
    with pytest.raises(WrongFactor):
        Factors(all=(key,)).after_use("0" * 32, 8)


def test_the_last_one_stays(app: App, key: SecurityKey) -> None:
    factors = Factors(all=(app,))
    with pytest.raises(LastFactor):
        factors.removing(app.id)
    assert factors.adding(key).removing(app.id).all == (key,)


def test_what_nobody_has_can_be_neither_renamed_nor_removed(app: App) -> None:
    for change in (lambda: Factors(all=(app,)).removing("0" * 32), lambda: Factors(all=(app,)).renaming("0" * 32, "x")):
        with pytest.raises(NotFound):
            change()


def test_renaming_changes_a_name_and_nothing_else(app: App, key: SecurityKey) -> None:
    renamed = Factors(all=(app, key)).renaming(app.id, "Old telephone")
    assert renamed.apps[0].model_copy(update={"name": app.name}) == app
    assert renamed.keys == [key]


def test_there_is_a_most(app: App) -> None:
    factors = Factors()
    for number in range(MOST):
        factors = factors.adding(App(name=str(number), secret=new_secret()))
    with pytest.raises(TooManyFactors):
        factors.adding(app)


def test_the_first_app_must_show_its_code() -> None:
    with pytest.raises(WrongFactor):
        first("Telephone", new_secret(), "000000x")
    assert unseen("Telephone").apps[0].last_step == 0


def test_a_memory_without_any_lets_nobody_in() -> None:
    assert factors_in(Memory()).all == ()
    with pytest.raises(WrongFactor):
        factors_in(Memory()).after_code("000000", NOW)


@given(st.lists(st.one_of(st.builds(App), st.builds(SecurityKey)), max_size=5, unique_by=lambda one: one.id))
def test_what_is_kept_comes_back(kept: list[App | SecurityKey]) -> None:
    factors = Factors(all=tuple(kept))
    memory = Memory.model_validate_json(with_factors(Memory(), factors).model_dump_json())
    assert factors_in(memory) == factors
