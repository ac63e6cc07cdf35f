"""Search of 100,000 cases: seconds to the first results and to the end, beside bare AES-256-GCM of the same bytes.

In rungs of processor time, so that it shows where it goes: reading the rows, opening them, looking at them. Then the
whole, as a session does it, and over HTTP through the production server, where an answer is read as it comes. One of
every twenty cases is told in two alphabets: its text is not plain ASCII, so that a first look at the bytes does not do.
"""

from __future__ import annotations

import os
import time
from http import HTTPStatus
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.instance import Browser, documents, served, temporary
from benchmarks.machine import describe
from incidents.keyring.case_door import parts_opener
from incidents.keyring.envelope import pad
from incidents.records import index
from incidents.records import services as records
from incidents.records.index import CaseQuery
from incidents.search import services as search
from incidents.search.reading import pages
from incidents.search.rules import may_say, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from incidents.search.reading import Stored

CASES: Final = int(os.environ.get("TALA_BENCH_CASES", "100000"))
ROUNDS: Final = int(os.environ.get("TALA_BENCH_ROUNDS", "3"))
SAVED_TOGETHER: Final = 1_000
NAME: Final = "seeker"
#: A word of one case in a thousand, and what else is asked for.
RARE: Final = "zephyrword"
ONE_IN: Final = 1_000
OTHER_ALPHABET: Final = 20
ASKED: Final = {"a rare word": RARE, "a word of no case": "absentword", "a word of very many cases": "fictional"}
NONCE: Final = bytes(12)


def told(number: int, document: CaseDocument) -> CaseDocument:
    """A case with something to find."""
    narrative = document.incident.narrative
    if number % ONE_IN == 0:
        narrative += f" A {RARE} stands here."
    if number % OTHER_ALPHABET == 0:
        narrative += " Рядом мост."
    return document.model_copy(update={"incident": document.incident.model_copy(update={"narrative": narrative})})


def spent(act: Callable[[], object]) -> float:
    """Processor seconds that a call takes: on a machine that others share, time on the wall measures them."""
    began = time.process_time()
    act()
    return time.process_time() - began


def fill(keys: CaseKeys) -> None:
    """Save so many cases."""
    models = [told(number, one) for number, one in enumerate(documents(CASES))]
    for start in range(0, CASES, SAVED_TOGETHER):
        records.create(keys, models[start : start + SAVED_TOGETHER])


def rows(keys: CaseKeys) -> Iterator[Sequence[Stored]]:
    """Every case as it is stored, by pages, as a search reads most of them."""
    return pages(keys.organisation_id, names=False)


def rungs(keys: CaseKeys, ids: Sequence[str]) -> Iterator[str]:
    """Bare decryption, then reading, opening and looking, each with what comes before it."""
    opener, wanted = parts_opener(keys.organisation, "account"), terms("absentword")

    def opened(one: Stored) -> bytes:
        incident_id, revision, _, wrapped, *blobs = one
        return opener(incident_id, revision, wrapped or b"", blobs)[0]

    plain = [opened(one) for batch in rows(keys) for one in batch]
    cipher = AESGCM(os.urandom(32))
    ciphered = [cipher.encrypt(NONCE, pad(one), None) for one in plain]
    size = sum(map(len, ciphered))
    escaped = sum(b"\\u" in one for one in plain)
    del plain
    sides = {
        "bare AES-GCM of the same bytes": lambda: [cipher.decrypt(NONCE, one, None) and None for one in ciphered],
        "reading the rows": lambda: [None for _ in rows(keys)],
        "and opening them": lambda: [opened(one) and None for batch in rows(keys) for one in batch],
        "and a first look": lambda: [may_say(opened(one), wanted) for batch in rows(keys) for one in batch],
    }
    yield f"{len(ids):,} accounts, {size / len(ids):,.0f} bytes each, {escaped:,} of them not plain ASCII"
    bare = 0.0
    for side, act in sides.items():
        seconds = median(spent(act) for _ in range(ROUNDS))
        bare = bare or seconds
        yield f"{side:32} {seconds:6.2f} s {seconds / len(ids) * 1e6:6.1f} µs a case {seconds / bare:5.1f} x bare"
    yield from whole(keys, bare)


def whole(keys: CaseKeys, bare: float) -> Iterator[str]:
    """Searches as a session does them."""
    for label, words in ASKED.items():
        firsts, ends, busy, found = [], [], [], 0
        for _ in range(ROUNDS):
            began, processor, first = time.perf_counter(), time.process_time(), 0.0
            for event in search.search(keys, CaseQuery(), terms(words)):
                if isinstance(event, search.Hit):
                    first = first or time.perf_counter() - began
                found = event.found if isinstance(event, search.End) else found
            firsts.append(first)
            ends.append(time.perf_counter() - began)
            busy.append(time.process_time() - processor)
        yield (
            f"{label:32} {median(busy):6.2f} s {median(busy) / bare:5.1f} x bare; {found:,} found; "
            f"on the wall: first {median(firsts):.2f} s, end {median(ends):.2f} s"
        )


def over_http(browser: Browser, words: str) -> tuple[float, float, float]:
    """Seconds to the first byte, to the first result and to the end of the answer."""
    began = time.perf_counter()
    body = urlencode({"csrf_token": browser.token, "words": words})
    headers = {"Cookie": browser.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    browser.connection.request("POST", "/search", body, headers)
    answer = browser.connection.getresponse()
    assert answer.status == HTTPStatus.OK
    read, byte, hit = b"", 0.0, 0.0
    while piece := answer.read1():
        byte = byte or time.perf_counter() - began
        read += piece
        if not hit and b'class="hit"' in read:
            hit = time.perf_counter() - began
    return byte, hit, time.perf_counter() - began


def run() -> Iterator[str]:
    """Fill an instance, then search it."""
    with temporary() as instance:
        yield describe(instance.folder)
        keys = instance.researcher(NAME)
        fill(keys)
        with instance.app.test_request_context():
            ids = index.matching(keys.organisation, CaseQuery())["id"].to_list()
            yield from rungs(keys, ids)
        with served(instance.folder) as server:
            browser = Browser(server.port)
            browser.log_in(NAME)
            over_http(browser, "warm")
            for label, words in ASKED.items():
                byte, hit, end = over_http(browser, words)
                yield f"over HTTP, {label:26} first byte {byte:.2f} s, first result {hit:.2f} s, end {end:.2f} s"
