"""Take the README's pictures: a case page and the dashboard of a fresh demo, in a real browser.

Run by ``make pictures``. Needs Chromium (Debian: ``apt-get install chromium``).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from incidents.keyring.totp import code_of, step_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
BIND = "127.0.0.1:8765"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def serve(instance: Path) -> Iterator[None]:
    """A demo on loopback, ended afterwards."""
    environment = os.environ | {"TALA_INSTANCE": str(instance), "TALA_BIND": BIND}
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "serve", "--workers", "1"]
    server = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://{BIND}/healthz", timeout=1).close()
                break
            except (urllib.error.URLError, TimeoutError):
                time.sleep(0.5)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def log_in(page: Page, accounts: dict[str, dict[str, str]], username: str) -> None:
    """Log in as one of the demo's people."""
    page.goto(f"http://{BIND}/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=passphrase]", accounts[username]["passphrase"])
    page.click("main button")
    page.fill("input[name=code]", code_of(accounts[username]["totp_secret"], step_at(time.time())))
    page.click("main button")


def take(instance: Path) -> None:
    """Both pictures."""
    accounts = {line["username"]: line for line in json.loads((instance / "demo-accounts.json").read_text())}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for username, name, path in (("amihan", "case", "/cases"), ("casey", "dashboard", "/summaries")):
            page = browser.new_context(viewport={"width": 1100, "height": 900}, color_scheme="light").new_page()
            log_in(page, accounts, username)
            page.goto(f"http://{BIND}{path}")
            if name == "case":
                page.click("main table tbody a")
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


def main() -> None:
    """Make a demo, photograph it, throw it away."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        for _ in serve(instance):
            take(instance)
    print(*sorted(path.name for path in PICTURES.glob("*.png")))


if __name__ == "__main__":
    main()
