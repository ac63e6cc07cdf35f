"""Attack the log-in page of a served throw-away instance, at the real cost of the hash, and say what came of it.

``python tools/attack_login.py [PAIRS]`` asks three questions: does the time or look of an answer tell which names exist
(area under the curve, one half: it tells nothing); how many guesses of somebody who hammers reach the hash; and how
long do others wait, and how much memory is taken, while twenty people log in at once. Takes some five minutes.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import Settings
from incidents import create_app
from incidents.accounts import services as accounts
from incidents.accounts.administration import invite_by_name
from incidents.accounts.models import Account, Role, Throttle
from incidents.accounts.throttle import wait_after
from incidents.database import random_id, table_of, writing
from incidents.extensions import db
from incidents.instance.services import prepare
from incidents.instance.serving import THREADS
from tests.factories.guessing import area_under_curve
from tests.server.serving import Client, Server, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.server.serving import Answer

PASSPHRASE = "plainly fictional passphrase"  # noqa: S105 - of a folder that lives for minutes
WRONG = "a wrong plainly fictional one"
PAIRS, HAMMERING, AT_ONCE = 200, 60, 20
HOUR = 3_600_000


def people(count: int) -> None:
    """One account that was set up, and as many like it, which open with no passphrase."""
    invited = invite_by_name("name-begun", Role.ANALYST, "Fictional Network", new_organisation=True)
    accounts.set_up("name-begun", invited.code, PASSPHRASE)
    table = table_of(Account)
    row = db.session.execute(select(table)).one()._asdict()
    rows = [{**row, "id": random_id(), "username": f"name-{2 * number:05}"} for number in range(count)]
    with writing(db.session):
        db.session.execute(insert(table), rows)


def forget_failures() -> None:
    """Empty the throttle, as if an attacker had all the time in the world."""
    with writing(db.session):
        db.session.execute(delete(Throttle))


def knock(client: Client, name: str) -> tuple[float, Answer]:
    """Seconds until the answer to a wrong passphrase, and the answer."""
    client.token()
    begun = time.perf_counter()
    answer = client.post("/login", {"username": name, "passphrase": WRONG})
    return time.perf_counter() - begun, answer


def look(answer: Answer) -> tuple[object, ...]:
    """What can be seen of an answer but for the moment at which it was given."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name.lower() != "date")
    return answer.status, len(answer.text), tuple(headers)


def enumeration(port: int, pairs: int) -> None:
    """Known and unknown names in random order, one after the other."""
    names = [f"name-{number:05}" for number in range(2 * pairs)]
    random.Random(7).shuffle(names)  # noqa: S311 - an order
    client, looks = Client(port, timeout=300), set()
    times: dict[bool, list[float]] = {True: [], False: []}
    knock(client, "warming-up")
    for number, name in enumerate(names):
        if number % 40 == 0:
            forget_failures()
        seconds, answer = knock(client, name)
        times[int(name[5:]) % 2 == 0].append(seconds)
        looks.add(look(answer))
    area = area_under_curve(times[True], times[False])
    middle = sorted(times[True] + times[False])[pairs] * 1000
    print(f"{pairs} pairs: area under the curve {area:.3f}, {len(looks)} kind(s) of answer, median {middle:.0f} ms")


def hammer(port: int, name_of: Callable[[int], str]) -> tuple[int, int]:
    """Guess with four hands for a minute: how many guesses were looked at, and how many were made."""
    forget_failures()
    end, counted, lock = time.monotonic() + HAMMERING, [0, 0], threading.Lock()

    def hand(start: int) -> None:
        client, number = Client(port, timeout=300), start
        while time.monotonic() < end:
            answer = knock(client, name_of(number))[1]
            number += 4
            with lock:
                counted[0] += answer.status != 429  # noqa: PLR2004 - too many
                counted[1] += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hand, range(4)))
    return counted[0], counted[1]


def brute_force(port: int) -> None:
    """Somebody who guesses at one name, and at many."""
    looked, made = hammer(port, lambda _number: "name-00000")
    at, guesses = 0, 0
    while at <= HOUR:
        guesses += 1
        at += wait_after(guesses)
    print(f"one name, {HAMMERING} s: {looked} of {made} guesses reached the hash; in an hour, by the waits: {guesses}")
    looked, made = hammer(port, lambda number: f"name-{number:05}")
    print(
        f"many names, {HAMMERING} s: {looked} of {made} guesses reached the hash; the site's budget: 60 and 1 a second"
    )


def crowd(server: Server) -> None:
    """Twenty log-ins at once, again and again, while somebody reads pages."""
    forget_failures()
    waits, busy = [], threading.Event()
    before = memory(server)

    def read() -> None:
        while not busy.is_set():
            begun = time.perf_counter()
            Client(server.port, timeout=300).get("/login")
            waits.append(time.perf_counter() - begun)
            time.sleep(0.02)

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(
            pool.map(lambda number: knock(Client(server.port, timeout=300), f"name-{number:05}")[1], range(2 * AT_ONCE))
        )
    busy.set()
    reader.join()
    told = sum(answer.status == 429 for answer in answers)  # noqa: PLR2004 - too many
    p95 = sorted(waits)[int(len(waits) * 0.95)] * 1000
    grown = (memory(server) - before) / 1024
    print(
        f"{AT_ONCE} log-ins at once: other pages p95 {p95:.0f} ms of {len(waits)}, longest {max(waits) * 1000:.0f} ms"
    )
    print(f"of {len(answers)} log-ins {told} were asked to come back; both workers together grew by {grown:.0f} MB")


def memory(server: Server) -> int:
    """The most that the workers ever held, in kB."""
    lines = [Path(f"/proc/{worker}/status").read_text().splitlines() for worker in server.workers()]
    return sum(int(line.split()[1]) for status in lines for line in status if line.startswith("VmHWM"))


def main() -> None:
    """Run all three."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory(prefix="tala-attack-") as name:
        folder = Path(name)
        instance = folder / "instance"
        port = free_port()
        settings = Settings(
            instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}", bind=f"127.0.0.1:{port}"
        )
        app = create_app(settings)
        with app.app_context():
            prepare(settings)
            people(max(pairs, AT_ONCE))
            with running(settings, folder, THREADS) as server:
                crowd(server)
                brute_force(port)
                enumeration(port, pairs)
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    main()
