"""Security keys: what a key signed is good once, here, for this site and this person, and for nobody else."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.accounts.factors import Factors, WrongFactor
from incidents.accounts.models import Account
from incidents.accounts.sessions import TalaSession, Times, new_cookie
from incidents.accounts.webauthn import (
    assertion_options,
    plain_origin,
    registered,
    registration_options,
    signed,
    usable,
)
from tests.factories.authenticator import ORIGIN, Authenticator

if TYPE_CHECKING:
    from incidents.accounts.factors import SecurityKey

ACCOUNT = Account(id="a" * 32, username="ana")


def session() -> TalaSession:
    return TalaSession({}, cookie=new_cookie(), presented=True, stored=True, times=Times())


def added(key: Authenticator, here: TalaSession) -> SecurityKey:
    return registered(ORIGIN, here, key.create(registration_options(ORIGIN, here, ACCOUNT, [])), "Key")


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


@pytest.fixture
def here() -> TalaSession:
    return session()


@pytest.mark.parametrize(
    ("origin", "can"),
    [
        ("https://tala.example", True),
        ("https://tala.example:8443", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("https://192.0.2.1", False),
        ("https://[2001:db8::1]", False),
        ("http://tala.example", False),
        ("", False),
    ],
)
def test_keys_are_offered_where_they_can_sign(origin: str, can: bool) -> None:  # noqa: FBT001 - a table
    assert usable(origin) is can


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("HTTPS://Tala.Example", "https://tala.example"),
        ("https://tala.example:443", "https://tala.example"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://tala.example/", "https://tala.example"),
    ],
)
def test_an_address_is_compared_as_browsers_write_it(typed: str, plain: str) -> None:
    assert plain_origin(typed) == plain


def test_a_key_that_was_added_signs(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    assert signed(ORIGIN, here, [kept], key.get(assertion_options(ORIGIN, here, [kept]))) == (kept.id, 1)


def test_the_browser_is_told_which_keys_are_known(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    asked = json.loads(assertion_options(ORIGIN, here, [kept]))
    assert base64.urlsafe_b64decode(asked["allowCredentials"][0]["id"] + "==") == key.credential_id
    assert asked["rpId"] == "tala.example"
    assert asked["userVerification"] == "preferred"
    again = json.loads(registration_options(ORIGIN, here, ACCOUNT, [kept]))
    assert again["excludeCredentials"] == asked["allowCredentials"]


def test_showing_a_page_twice_asks_the_same_and_writes_nothing(here: TalaSession) -> None:
    assert registration_options(ORIGIN, here, ACCOUNT, []) == registration_options(ORIGIN, here, ACCOUNT, [])
    assert not here.modified


def test_an_answer_is_good_once(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    answer = key.get(assertion_options(ORIGIN, here, [kept]))
    signed(ORIGIN, here, [kept], answer)
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], answer)


def test_a_wrong_answer_uses_the_question_up(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    answer = key.get(assertion_options(ORIGIN, here, [kept]))
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], "{}")
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], answer)


def test_an_answer_from_another_session_is_none(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    answer = key.get(assertion_options(ORIGIN, here, [kept]))
    with pytest.raises(WrongFactor):
        signed(ORIGIN, session(), [kept], answer)


@pytest.mark.parametrize(
    "origin",
    [
        *("https://tala.example.evil.example", "https://evil.example", "http://tala.example"),
        *("https://www.tala.example", "https://tala.example:8443", "https://tala.example/", ""),
    ],
)
def test_what_was_signed_for_another_address_is_refused(here: TalaSession, origin: str) -> None:
    """A copy of the site that passes the question on gets an answer that names the copy."""
    honest = Authenticator()
    kept = added(honest, here)
    honest.origin = origin
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], honest.get(assertion_options(ORIGIN, here, [kept])))
    with pytest.raises(WrongFactor):
        added(Authenticator(origin=origin), here)


def test_what_was_signed_for_another_site_is_refused(here: TalaSession) -> None:
    key = Authenticator()
    kept = added(key, here)
    key.rp_id = "example"
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], key.get(assertion_options(ORIGIN, here, [kept])))


def test_the_key_of_somebody_else_is_refused(key: Authenticator, here: TalaSession) -> None:
    mine, theirs = added(key, here), Authenticator()
    added(theirs, here)
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [mine], theirs.get(assertion_options(ORIGIN, here, [mine])))


def test_another_key_under_the_same_id_is_refused(key: Authenticator, here: TalaSession) -> None:
    kept, forged = added(key, here), Authenticator(credential_id=key.credential_id)
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], forged.get(assertion_options(ORIGIN, here, [kept])))


def test_nobody_at_the_key_is_refused(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    key.flags = type(key.flags)(0)
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], key.get(assertion_options(ORIGIN, here, [kept])))


def test_the_two_ceremonies_are_not_taken_for_each_other(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], key.create(assertion_options(ORIGIN, here, [kept])))
    with pytest.raises(WrongFactor):
        registered(ORIGIN, here, key.get(registration_options(ORIGIN, here, ACCOUNT, [])), "Key")


def test_a_counter_that_went_back_betrays_a_copy(key: Authenticator, here: TalaSession) -> None:
    factors = Factors(all=(added(key, here),))
    copy = Authenticator(private=key.private, credential_id=key.credential_id, counter=key.counter)
    for _ in range(3):
        options = assertion_options(ORIGIN, here, factors.keys)
        factors = factors.after_use(*signed(ORIGIN, here, factors.keys, key.get(options)))
    used = signed(ORIGIN, here, factors.keys, copy.get(assertion_options(ORIGIN, here, factors.keys)))
    with pytest.raises(WrongFactor):
        factors.after_use(*used)


def test_every_changed_bit_of_a_signature_is_refused(key: Authenticator, here: TalaSession) -> None:
    kept = added(key, here)
    for place in range(64):
        answer = json.loads(key.get(assertion_options(ORIGIN, here, [kept])))
        raw = bytearray(base64.urlsafe_b64decode(answer["response"]["signature"] + "=="))
        raw[place] ^= 1 << place % 8
        answer["response"]["signature"] = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        with pytest.raises(WrongFactor):
            signed(ORIGIN, here, [kept], json.dumps(answer))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
)
shaped = st.fixed_dictionaries(
    {"id": st.text(max_size=9), "rawId": st.text(max_size=9), "type": st.just("public-key"), "response": anything}
)
RESPONSE = {
    name: st.binary(max_size=90).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))
    for name in ("clientDataJSON", "attestationObject", "authenticatorData", "signature")
}
half_right = st.fixed_dictionaries(
    {"id": st.just("AAAA"), "rawId": st.just("AAAA"), "response": st.fixed_dictionaries(RESPONSE)}
)


@given(st.one_of(anything.map(json.dumps), shaped.map(json.dumps), half_right.map(json.dumps), st.text(max_size=80)))
def test_whatever_else_is_sent_is_refused_and_breaks_nothing(sent: str) -> None:
    here = session()
    kept = added(Authenticator(), here)
    with pytest.raises(WrongFactor):
        signed(ORIGIN, here, [kept], sent)
    with pytest.raises(WrongFactor):
        registered(ORIGIN, here, sent, "Key")


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_nesting_breaks_nothing(here: TalaSession, depth: int) -> None:
    for sent in ("[" * depth + "]" * depth, json.dumps({"response": {"attestationObject": "gYGB" * depth}})):
        with pytest.raises(WrongFactor):
            registered(ORIGIN, here, sent, "Key")
