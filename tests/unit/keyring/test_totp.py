"""Codes of an app: those of the standard, each once, none that is older than one that was used."""

from __future__ import annotations

import base64

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring import totp
from incidents.keyring.totp import accepted_step, address, code_of, grouped, new_secret, step_at

#: RFC 6238, appendix B, SHA-1; the standard shows eight digits, apps the last six.
STANDARD = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
NOW = 1_800_000_015.0
STEP = step_at(NOW)
secrets = st.binary(min_size=20, max_size=20).map(lambda raw: base64.b32encode(raw).decode())


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_of(STANDARD, step_at(seconds)) == code[-6:]


@given(secrets, st.integers(0, 2**37))
def test_codes_are_those_that_another_program_makes(secret: str, seconds: int) -> None:
    assert code_of(secret, step_at(seconds)) == pyotp.TOTP(secret).at(seconds)


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_wrong(ahead: int) -> None:
    assert accepted_step(STANDARD, code_of(STANDARD, STEP + ahead), after=0, now=NOW) == STEP + ahead


@pytest.mark.parametrize("ahead", [-100, -3, -2, 2, 3, 100])
def test_and_no_more(ahead: int) -> None:
    assert accepted_step(STANDARD, code_of(STANDARD, STEP + ahead), after=0, now=NOW) is None


@given(secrets, st.integers(-1, 1), st.integers(-1, 1))
def test_a_code_is_refused_after_itself_and_after_every_later_one(secret: str, used: int, typed: int) -> None:
    after = accepted_step(secret, code_of(secret, STEP + used), after=0, now=NOW)
    assert after is not None
    again = accepted_step(secret, code_of(secret, STEP + typed), after=after, now=NOW)
    assert (again is not None) == (code_of(secret, STEP + typed) in _later_codes(secret, after))


def _later_codes(secret: str, after: int) -> set[str]:
    return {code_of(secret, step) for step in (STEP - 1, STEP, STEP + 1) if step > after}


@pytest.mark.parametrize("shape", ["{} {}", "{}-{}", " {}{} ", "{}\u202f{}"])
def test_a_code_may_be_typed_in_groups(shape: str) -> None:
    code = code_of(STANDARD, STEP)
    assert accepted_step(STANDARD, shape.format(code[:3], code[3:]), after=0, now=NOW) == STEP


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966", "\uff10", "\u09e6"])
def test_a_code_may_be_typed_in_any_script(zero: str) -> None:
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code_of(STANDARD, STEP))
    assert accepted_step(STANDARD, typed, after=0, now=NOW) == STEP


@given(st.text(max_size=60).filter(lambda typed: sum(sign.isdecimal() for sign in typed) != totp.DIGITS))
def test_nothing_else_is_a_code(typed: str) -> None:
    assert accepted_step(STANDARD, typed, after=0, now=NOW) is None


def test_one_sign_too_many_is_no_code() -> None:
    code = code_of(STANDARD, STEP)
    for typed in (code + "0", "0" + code, code[:-1], code + "a", "²" + code[1:]):
        assert accepted_step(STANDARD, typed, after=0, now=NOW) is None


def test_a_secret_is_160_random_bits() -> None:
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()


def test_an_app_is_told_who_and_what() -> None:
    assert pyotp.parse_uri(address(STANDARD, "ana maría")).name == "ana maría"
    assert pyotp.parse_uri(address(STANDARD, "ana maría")).issuer == "Tala"
    assert pyotp.parse_uri(address(STANDARD, "ana")).secret == STANDARD  # type: ignore[attr-defined]


def test_the_secret_can_be_typed_by_hand() -> None:
    assert grouped(STANDARD).split() == [STANDARD[i : i + 4] for i in range(0, 32, 4)]
