"""From words to a key: the pepper, the salt and the cost all count; recovery codes need none of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from incidents.keyring import passphrase
from incidents.keyring.passphrase import (
    Cost,
    PepperMissing,
    new_recovery_code,
    passphrase_key,
    read_pepper,
    recovery_key,
    write_pepper,
)

if TYPE_CHECKING:
    from pathlib import Path

CHEAP = Cost(iterations=1, memory_kib=64)
SALT, PEPPER = b"s" * 16, b"p" * 32


def key(words: str = "plainly fictional", salt: bytes = SALT, pepper: bytes = PEPPER, cost: Cost = CHEAP) -> bytes:
    return passphrase_key(words, salt=salt, cost=cost, pepper=pepper).raw


def test_the_same_words_give_the_same_key() -> None:
    assert key() == key()


def test_words_salt_pepper_and_cost_all_count() -> None:
    others = {
        key("plainly Fictional"),
        key(salt=b"t" * 16),
        key(pepper=b"q" * 32),
        key(cost=Cost(iterations=2, memory_kib=64)),
    }
    assert len(others | {key()}) == 5


def test_the_default_cost_is_at_least_what_the_threat_model_promises() -> None:
    assert (Cost().iterations, Cost().memory_kib, Cost().lanes) == (3, 131072, 1)


def test_one_spelling_of_unicode_is_as_good_as_another() -> None:
    assert key("café ﬁction") == key("cafe\u0301 fiction")


def test_a_pepper_is_made_once_for_the_servers_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    write_pepper(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_pepper(path)) == 32
    with pytest.raises(FileExistsError):
        write_pepper(path)


def test_a_missing_pepper_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PepperMissing, match="recovery codes"):
        read_pepper(tmp_path / "pepper")


def test_hashes_run_one_at_a_time() -> None:
    running = threading.Thread(target=key)
    with passphrase._one_hash_at_a_time:
        running.start()
        running.join(timeout=0.2)
        assert running.is_alive()
    running.join(timeout=5)
    assert not running.is_alive()


def test_recovery_codes_are_random_and_long() -> None:
    codes = {new_recovery_code() for _ in range(50)}
    assert len(codes) == 50
    assert {len(code.replace("-", "")) for code in codes} == {32}


def test_a_recovery_code_is_the_same_however_it_is_typed() -> None:
    code = new_recovery_code()
    assert recovery_key(code) == recovery_key(f" {code.lower().replace('-', ' ')}\n")
    assert recovery_key(code) != recovery_key(new_recovery_code())
