"""Starting the production server in place of this process."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing import NoReturn

    from config import Settings

ROOT = Path(__file__).parent.parent.parent


#: Threads of a worker: more than may wait for the hash of a passphrase (keyring.passphrase.MAX_IN_LINE).
THREADS = 16


def command(settings: Settings, *, workers: int, threads: int) -> list[str]:
    """The server's command line. It logs no requests: Tala logs routes itself, without addresses or values."""
    address = urlsplit(f"//{settings.bind}")
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", str(address.hostname), "--port", str(address.port or 8000)),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--log-level", "warning", "--working-dir", str(ROOT), "--respawn-failed-workers"),
        # Memory that has held an opened case is given back to the system now and then.
        *("--workers-lifetime", "12h"),
        "wsgi:app",
    ]


def serve(settings: Settings, *, workers: int, threads: int) -> NoReturn:
    """Become the server. No core dump may be written: it would hold whatever is open at that moment."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    environment = os.environ | {"TALA_INSTANCE": str(settings.instance), "TALA_BIND": settings.bind}
    os.execve(sys.executable, command(settings, workers=workers, threads=threads), environment)  # noqa: S606 - ours
