"""Settings: one frozen, typed object, read once from the environment, that refuses to exist when it is unsafe."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MIN_PEPPER_BYTES = 32


class UnsafeSettings(RuntimeError):
    """The environment asks for something Tala will not run with; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an instance is told from outside.

    Attributes:
        instance: Folder of the instance (database, pepper), owned by the server's user alone.
        database_url: SQLAlchemy URL; SQLite in the instance folder unless TALA_DATABASE_URL says otherwise.
        bind: ``host:port`` the server listens on.
        origin: ``scheme://host[:port]`` people type; empty on a loopback demo.
        public: Whether everybody may see what two people agreed to show, at ``/public``.
        demo: True for an instance that holds invented cases and says so on every page.
    """

    instance: Path
    database_url: str = field(repr=False)
    bind: str = "127.0.0.1:8000"
    origin: str = ""
    public: bool = False
    demo: bool = False

    @classmethod
    def from_env(cls, environ: dict[str, str] | None = None) -> Settings:
        """Read ``TALA_*`` variables.

        Raises:
            UnsafeSettings: a value would put people at risk, with what to change.
        """
        env = os.environ if environ is None else environ
        instance = Path(env.get("TALA_INSTANCE", "instance")).absolute()
        settings = cls(
            instance=instance,
            database_url=env.get("TALA_DATABASE_URL") or f"sqlite:///{instance / 'tala.db'}",
            bind=env.get("TALA_BIND", cls.bind),
            origin=env.get("TALA_ORIGIN", "").rstrip("/"),
            public=env.get("TALA_PUBLIC", "") == "1",
            demo=(instance / "demo").exists(),
        )
        settings.check()
        return settings

    @property
    def over_tls(self) -> bool:
        """Whether people reach this instance over TLS."""
        return urlsplit(self.origin).scheme == "https"

    @property
    def secure_cookies(self) -> bool:
        """Cookies carry ``Secure`` and the ``__Host-`` prefix, everywhere but on a demo, which is for this machine."""
        return self.over_tls or not self.demo

    @property
    def pepper_file(self) -> Path:
        """Where the pepper of the passphrase hash lives: outside the database and its backups."""
        return self.instance / "pepper"

    def check(self) -> None:
        """Refuse plain HTTP beyond loopback, a demo in the open, and an instance that others can read."""
        if not (self.over_tls or is_loopback(self.bind)):
            raise UnsafeSettings(
                "Tala listens beyond this machine but TALA_ORIGIN is not an https:// address. "
                "Put it behind TLS and set TALA_ORIGIN, or bind it to 127.0.0.1."
            )
        if self.origin and not self.over_tls and not is_loopback(urlsplit(self.origin).netloc):
            raise UnsafeSettings("TALA_ORIGIN must begin with https:// unless it names this machine.")
        if self.demo and not is_loopback(self.bind):
            raise UnsafeSettings("A demo instance is for this machine alone: bind it to 127.0.0.1.")
        if self.instance.exists() and self.instance.stat().st_mode & 0o077:
            raise UnsafeSettings("The instance folder can be read by others: run chmod 700 on it.")
        if self.pepper_file.exists():
            self._check_pepper()

    def _check_pepper(self) -> None:
        stat = self.pepper_file.stat()
        if stat.st_mode & 0o077:
            raise UnsafeSettings("The pepper file can be read by others: run chmod 600 on it.")
        if stat.st_size < MIN_PEPPER_BYTES:
            raise UnsafeSettings("The pepper file is too short: restore it, or set TALA_INSTANCE to the right folder.")


def is_loopback(address: str) -> bool:
    """Whether ``host``, ``host:port`` or ``[host]:port`` names this machine."""
    host = urlsplit(f"//{address}").hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
