"""What the machine was like while a figure was measured, and the statistics every figure uses."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PAGE_BYTES = 4096
PROBES = 200
KIB = 1024

T = TypeVar("T")


def sync_milliseconds(folder: Path) -> float:
    """The median time of writing 4 KiB and calling fdatasync: what a durable commit costs at least."""
    path = folder / "probe"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(PROBES):
            file.write(b"\0" * PAGE_BYTES)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    path.unlink()
    return statistics.median(times) * 1000


def describe(folder: Path) -> str:
    """A line on disk and load, for the head of a benchmark's output."""
    load = os.getloadavg()[0]
    return f"machine: {os.cpu_count()} cores, load {load:.1f}, fdatasync {sync_milliseconds(folder):.2f} ms"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def timed(run: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def alternating(rounds: int, *sides: T) -> Iterator[T]:
    """Sides in turn (A B A B), so that a change of the machine's mood meets all of them."""
    for _ in range(rounds):
        yield from sides


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in tree(int(child)))]


def memory_mib(pid: int) -> float:
    """What a process and all below it occupy; pages that they share count once (PSS)."""
    total = 0
    for one in tree(pid):
        lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / KIB


def processor_seconds(pid: int) -> float:
    """Processor time that a process and all below it have used so far."""
    ticks = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
