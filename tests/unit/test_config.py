"""Settings: what is read, what follows from it, and everything that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import MIN_PEPPER_BYTES, Settings, UnsafeSettings, is_loopback

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """A folder as Tala makes it."""
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    return folder


def read(instance: Path, **variables: str) -> Settings:
    given = {f"TALA_{name}": text for name, text in variables.items()}
    return Settings.from_env({"TALA_INSTANCE": str(instance), **given})


def test_without_variables_it_is_sqlite_in_a_folder_here_on_this_machine_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({})
    assert settings.instance == tmp_path / "instance"
    assert settings.database_url == f"sqlite:///{tmp_path / 'instance' / 'tala.db'}"
    assert (settings.bind, settings.origin, settings.demo) == ("127.0.0.1:8000", "", False)
    assert settings.pepper_file == tmp_path / "instance" / "pepper"


def test_the_process_environment_is_read_when_nothing_else_is_given(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALA_INSTANCE", str(instance))
    monkeypatch.setenv("TALA_BIND", "127.0.0.1:9000")
    assert Settings.from_env().bind == "127.0.0.1:9000"


def test_every_variable_is_taken_over(instance: Path) -> None:
    settings = read(
        instance, DATABASE_URL="postgresql+psycopg://db/tala", BIND="0.0.0.0:80", ORIGIN="https://tala.example/"
    )
    assert settings.database_url == "postgresql+psycopg://db/tala"
    assert settings.bind == "0.0.0.0:80"
    assert settings.origin == "https://tala.example"


def test_an_empty_database_variable_means_the_default(instance: Path) -> None:
    assert read(instance, DATABASE_URL="").database_url.startswith("sqlite:///")


def test_a_mark_in_the_folder_makes_it_a_demo(instance: Path) -> None:
    assert not read(instance).demo
    (instance / "demo").touch()
    assert read(instance).demo


@pytest.mark.parametrize(
    ("origin", "demo", "secure"),
    [
        ("", False, True),
        ("", True, False),
        ("http://127.0.0.1:8000", True, False),
        ("https://tala.example", False, True),
        ("https://tala.example", True, True),
    ],
)
def test_cookies_are_secure_everywhere_but_on_a_demo_of_this_machine(
    instance: Path, origin: str, *, demo: bool, secure: bool
) -> None:
    settings = Settings(instance=instance, database_url="", origin=origin, demo=demo)
    assert settings.secure_cookies is secure
    assert settings.over_tls is origin.startswith("https")


@pytest.mark.parametrize("bind", ["0.0.0.0:8000", "192.0.2.1:80", "[::]:80", "tala.example:80", ":80", ""])
def test_listening_beyond_this_machine_without_tls_is_refused(instance: Path, bind: str) -> None:
    with pytest.raises(UnsafeSettings, match="TALA_ORIGIN"):
        read(instance, BIND=bind)


def test_listening_beyond_this_machine_behind_tls_is_allowed(instance: Path) -> None:
    assert read(instance, BIND="0.0.0.0:8000", ORIGIN="https://tala.example").secure_cookies


@pytest.mark.parametrize("origin", ["http://tala.example", "tala.example", "ftp://tala.example", "http://10.0.0.1"])
def test_an_origin_without_tls_elsewhere_is_refused(instance: Path, origin: str) -> None:
    with pytest.raises(UnsafeSettings, match="https://"):
        read(instance, ORIGIN=origin)


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"])
def test_an_origin_on_this_machine_needs_no_tls(instance: Path, origin: str) -> None:
    assert read(instance, ORIGIN=origin).origin == origin


def test_a_demo_in_the_open_is_refused_even_behind_tls(instance: Path) -> None:
    (instance / "demo").touch()
    with pytest.raises(UnsafeSettings, match="demo"):
        read(instance, BIND="0.0.0.0:8000", ORIGIN="https://tala.example")


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701, 0o770, 0o704])
def test_a_folder_that_others_can_read_is_refused(instance: Path, mode: int) -> None:
    instance.chmod(mode)
    with pytest.raises(UnsafeSettings, match="chmod 700"):
        read(instance)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_pepper_that_others_can_read_is_refused(instance: Path, mode: int) -> None:
    (instance / "pepper").write_bytes(bytes(MIN_PEPPER_BYTES))
    (instance / "pepper").chmod(mode)
    with pytest.raises(UnsafeSettings, match="chmod 600"):
        read(instance)


@pytest.mark.parametrize("size", [0, 1, MIN_PEPPER_BYTES - 1])
def test_a_pepper_that_is_too_short_is_refused(instance: Path, size: int) -> None:
    (instance / "pepper").write_bytes(bytes(size))
    (instance / "pepper").chmod(0o600)
    with pytest.raises(UnsafeSettings, match="too short"):
        read(instance)


def test_a_good_pepper_in_a_good_folder_is_accepted(instance: Path) -> None:
    (instance / "pepper").write_bytes(bytes(MIN_PEPPER_BYTES))
    (instance / "pepper").chmod(0o600)
    assert read(instance).pepper_file.exists()


def test_a_refusal_names_no_value_of_the_environment(instance: Path) -> None:
    with pytest.raises(UnsafeSettings) as refusal:
        read(instance, BIND="0.0.0.0:8000", DATABASE_URL="postgresql://tala:hunter2@db/tala")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("address", ["localhost", "localhost:80", "127.0.0.1", "127.8.9.1:80", "[::1]:80", "[::1]"])
def test_addresses_of_this_machine_are_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address", ["", ":80", "0.0.0.1", "[::]", "localhost.example", "127.0.0.1.example", "128.0.0.1"]
)
def test_other_addresses_are_not(address: str) -> None:
    assert not is_loopback(address)


@given(st.ip_addresses(v=4), st.integers(1, 65535))
def test_of_all_addresses_only_the_loopback_network_is_this_machine(address: object, port: int) -> None:
    assert is_loopback(f"{address}:{port}") is str(address).startswith("127.")
