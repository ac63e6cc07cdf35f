"""Protect a table in a file, or attack a protected one: `python -m incidents.disclosure`.

Ends with 0 when the table may leave, 1 when it may not, 2 when a file or an argument is wrong.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from incidents.disclosure.files import Plan, Unreadable, lines, read_protected, read_table
from incidents.disclosure.services import Refused, audit, protect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.disclosure.services import ProtectedTable

SAFE: Final = 0
NOT_SAFE: Final = 1
WRONG: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.do(asked)
    except Refused as refusal:
        sys.stderr.write(f"Refused: {refusal.reason.value}.\n")
        return NOT_SAFE
    except (Unreadable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m incidents.disclosure", description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(required=True)
    protecting = commands.add_parser("protect", help="hide what must not be told, or refuse")
    protecting.add_argument("table", type=Path, help="CSV: a row for each person, or counts")
    protecting.add_argument("--out", type=Path, help="where to write the protected table; else it is shown")
    protecting.set_defaults(do=_protect)
    auditing = commands.add_parser("audit", help="attack what protect wrote")
    auditing.add_argument("table", type=Path, help="CSV as protect writes it")
    auditing.add_argument("--truth", type=Path, help="the table that was protected, to find small counts left narrow")
    auditing.set_defaults(do=_audit)
    for command in (protecting, auditing):
        command.add_argument("--policy", type=Path, required=True, help="TOML with [table] and the trees of codes")
    return parser


def _protect(asked: argparse.Namespace) -> int:
    plan = Plan.read(asked.policy)
    protected = protect(read_table(asked.table, plan), plan.policy)
    if asked.out:
        with asked.out.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines(protected))
    else:
        csv.writer(sys.stdout).writerows(lines(protected))
    sys.stderr.write(f"{_cost(protected)}\n")
    return SAFE


def _audit(asked: argparse.Namespace) -> int:
    plan = Plan.read(asked.policy)
    truth = read_table(asked.truth, plan) if asked.truth else None
    found = audit(read_protected(asked.table, plan), truth=truth, policy=plan.policy)
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stderr.write(f"Findings: {len(found)}.\n")
    return NOT_SAFE if found else SAFE


def _cost(protected: ProtectedTable) -> str:
    persons = protected.share_of_persons_hidden
    told = "unknown" if persons is None else f"{persons:.1%}"
    return f"Hidden: {protected.share_of_cells_hidden:.1%} of the cells, {told} of the persons."


if __name__ == "__main__":
    sys.exit(main())
