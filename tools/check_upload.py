"""Measure what an upload of 30 MB costs: memory of each of two workers, and what of it is on the disk meanwhile.

    python tools/check_upload.py [--size MB] [--database sqlite|postgresql]

Starts a production server with two workers on an instance in a temporary folder, sends a file that says the same word
over and over, piece by piece, and looks for the word in every file of the instance, of the temporary folders and of
shared memory after each piece. Prints the highest memory of the workers (VmHWM) before and after.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.server.uploading import MEGABYTE, Measured, hosted_here, measured


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=30, help="megabytes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tala-upload-") as folder, hosted_here(Path(folder)) as hosted:
        print_out(measured(hosted, asked.size * MEGABYTE))


def print_out(found: Measured) -> None:
    """The figures."""
    print(f"file: {found.size / MEGABYTE:.0f} MB, sent in {found.seconds:.1f} s, answered {found.status}")
    for worker, (before, after) in found.memory.items():
        print(f"worker {worker}: highest memory {before / 1024:.0f} MB before, {after / 1024:.0f} MB after")
    print(f"most of a worker, on top: {found.most / 1024:.0f} MB, {found.most * 1024 / found.size:.1f} times the file")
    print(f"looked through {found.looked} files in {found.sweeps} sweeps meanwhile: {len(found.hits)} with the word")


if __name__ == "__main__":
    main()
