"""Tables from and to CSV, for whoever tests the engine on data of their own."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from incidents.disclosure.dimensions import Dimension
from incidents.disclosure.policy import BUNDLED, Policy
from incidents.disclosure.tables import HIDDEN, ProtectedTable, Table, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from incidents.disclosure.tables import Key, Mark

VALUE: Final = "count"
MARK: Final = "hidden"


class Unreadable(ValueError):
    """A file that is not as it must be; the message says where, and never what stands there."""


@dataclass(frozen=True)
class Plan:
    """What a policy file says of a table in a file.

    Attributes:
        names: The columns that are sides of the table.
        count: The column with counts; None when every row is one person.
        parents: For each side, code -> the code above it.
    """

    policy: Policy
    names: tuple[str, ...]
    count: str | None
    parents: Mapping[str, Mapping[str, str]]
    title: str
    scope: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read `[table]` and `[hierarchies.NAME]`; rules that are not in the file are the bundled ones.

        Raises `Unreadable`.
        """
        try:
            own: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            table = own["table"]
            names = tuple(table["dimensions"])
            rules = _rules(own, names)
            scope = {name: tuple(codes) for name, codes in table.get("scope", {}).items()}
            return cls(
                Policy.of(rules), names, table.get("count"), own.get("hierarchies", {}), table.get("title", ""), scope
            )
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Unreadable(f"{path.name} is not TOML: {error}") from error
        except KeyError as error:
            raise Unreadable(f"{path.name} lacks {error.args[0]}.") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"{path.name}: a rule is of the wrong kind.") from error


def _rules(own: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    rules: dict[str, Any] = tomllib.loads(BUNDLED.read_text(encoding="utf-8"))
    rules["version"] = own.get("version", f"{rules['version']}-file")
    rules["crossing"]["dimensions"] = list(names)
    for section, stated in own.items():
        if isinstance(rules.get(section), dict):
            rules[section] |= stated
    return rules


def read_table(path: Path, plan: Plan) -> Table:
    """Persons, a row each or counted, as a table. Raises `Unreadable`."""
    counts: Counter[Key] = Counter()
    seen: list[dict[str, None]] = [{} for _ in plan.names]
    needed = [*plan.names, *([plan.count] if plan.count else [])]
    for line, row in _rows(path, needed):
        key = tuple(row[name] for name in plan.names)
        for codes, code in zip(seen, key, strict=True):
            codes[code] = None
        counts[key] += _number(row[plan.count], path, line) if plan.count else 1
    sides = tuple(_side(name, list(codes), plan) for name, codes in zip(plan.names, seen, strict=True))
    try:
        return Table.from_counts(sides, counts, title=plan.title, scope=plan.scope)
    except ValueError as error:
        raise Unreadable(f"{path.name}: {error}") from error


def _side(name: str, codes: list[str], plan: Plan) -> Dimension:
    parents = dict(plan.parents.get(name, {}))
    listed = dict.fromkeys([*parents.values(), *parents, *sorted(codes)])
    try:
        return Dimension(name, name, tuple(listed), parents)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _rows(path: Path, needed: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
                raise Unreadable(f"{path.name} has no column {', '.join(missing)}.")
            for row in reader:
                if any(not row[name] for name in needed):
                    raise Unreadable(f"{path.name}, line {reader.line_num}: a cell is empty.")
                yield reader.line_num, {name: row[name] for name in needed}
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path.name} is not CSV in UTF-8.") from error


def _number(text: str, path: Path, line: int) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Unreadable(f"{path.name}, line {line}: a count is no whole number.")
    return int(text)


def lines(protected: ProtectedTable) -> Iterator[list[str]]:
    """The table as rows of CSV: each cell with its codes, sums among them as `_T`."""
    yield [*(side.name for side in protected.dimensions), VALUE]
    for key, value in protected.cells.items():
        yield [*key, MARK if value is HIDDEN else str(value)]


def read_protected(path: Path, plan: Plan) -> ProtectedTable:
    """What `lines` gives, read back with the trees of the plan. Raises `Unreadable`."""
    cells: dict[Key, int | Mark] = {}
    for line, row in _rows(path, [*plan.names, VALUE]):
        key = tuple(row[name] for name in plan.names)
        if key in cells:
            raise Unreadable(f"{path.name}, line {line}: the cell is there twice.")
        cells[key] = HIDDEN if row[VALUE] == MARK else _number(row[VALUE], path, line)
    codes = [dict.fromkeys(key[place] for key in cells if key[place] != "_T") for place in range(len(plan.names))]
    sides = tuple(_side(name, list(known), plan) for name, known in zip(plan.names, codes, strict=True))
    keys = tuple(keys_of(sides))
    if set(keys) != set(cells):
        raise Unreadable(f"{path.name} must have every cell, sums included, and no other: {len(keys)} of them.")
    return ProtectedTable(
        dimensions=sides,
        cells={key: cells[key] for key in keys},
        title=plan.title,
        measure="persons",
        scope=plan.scope,
        policy_version=plan.policy.version,
        threshold=plan.policy.threshold(Table.from_counts(sides, {}, scope=plan.scope)),
        delay_days=plan.policy.delay_days,
    )
