"""Run all benchmarks, or those named: ``python -m benchmarks [NAME ...]``.

A benchmark is a module of this package with a function ``run()`` that yields lines to print.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sys
from pathlib import Path


def names() -> list[str]:
    """The modules of this package that are benchmarks."""
    found = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__"]
    return [name for name in found if hasattr(importlib.import_module(f"benchmarks.{name}"), "run")]


def main(wanted: list[str]) -> None:
    """Run and print."""
    busy = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {busy:.1f} before")
    for name in wanted or names():
        print(f"\n{name}")
        for line in importlib.import_module(f"benchmarks.{name}").run():
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
