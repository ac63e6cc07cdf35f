"""Import a file into a throw-away instance, and hold the facts against a count made straight from the file.

    python tools/check_import.py FILE MAPPING DATE_COLUMN [END_COLUMN]

The count from the file uses nothing of the importer: the csv or json module, and the first date found in a cell.
Prints counts only.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from flask_migrate import upgrade

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import Settings
from incidents import create_app
from incidents.accounts import invitations
from incidents.accounts import services as accounts
from incidents.accounts.models import Organisation, Role
from incidents.database import writing
from incidents.exchange.mapping import read_mapping
from incidents.exchange.services import Job, examine, run
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.passphrase import write_pepper
from incidents.records.keys import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.keyring.people import Seed
    from incidents.records.keys import CaseKeys

DATE = re.compile(r"(\d{4})-(\d\d)-\d\d")
THROW_AWAY = "only for this run"


def cells(path: Path) -> Iterator[dict[str, str]]:
    """Rows as Python's own readers give them; a row of HXL tags is left out."""
    if path.suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        yield from content if isinstance(content, list) else next(v for v in content.values() if isinstance(v, list))
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="," if path.suffix == ".csv" else "\t"):
            if not all(cell.startswith("#") for cell in row.values() if cell):
                yield row


def month(row: dict[str, str], columns: list[str]) -> int | None:
    """The month of a row as yyyymm; none when it has no date or spans several months."""
    found = {match[1] + match[2] for column in columns if (match := DATE.search(row[column]))}
    return int(found.pop()) if len(found) == 1 else None


def researcher() -> tuple[str, Seed, CaseKeys]:
    """Somebody who holds the keys of an organisation of their own."""
    with writing(db.session):
        organisation = Organisation(name="Throw-away")
        db.session.add(organisation)
    with writing(db.session):
        _, code = invitations.add_account("checker", Role.RESEARCHER, organisation)
    accounts.set_up("checker", code, THROW_AWAY)
    account, seed = accounts.open_account_seed("checker", THROW_AWAY)
    return account.id, seed, keys_of(account.id, account.organisation_id, seed)


def check(path: Path, mapping: str, columns: list[str]) -> bool:
    """Import, count, compare, print; True when every month is equal and a second run adds nothing."""
    account_id, seed, keys = researcher()
    job = Job(path, read_mapping(mapping), dt.datetime.now(tz=dt.UTC).date(), "checker")
    rows = examine(job)
    began = time.perf_counter()
    report = run(job, keys, lambda _: None)
    seconds = time.perf_counter() - began
    again = run(job, keys, lambda _: None)
    facts = frame(facts_keys(account_id, seed)).rows
    ours = dict(facts.group_by("month").agg(pl.col("case").n_unique()).iter_rows())
    theirs = Counter(month(row, columns) for row in cells(path))
    print("\n".join(report.lines()))
    print(f"{seconds:.2f} s, {report.imported / seconds:,.0f} incidents/s; second run: {again.imported} new")
    killed = "/".join(f"{facts[f'killed_{end}'].sum():,}" for end in ("low", "best", "high"))
    print(f"cases {facts['case'].n_unique():,}, facts {facts.height:,}, killed low/best/high {killed}")
    print("month   file  ours")
    for one in sorted({*ours, *theirs}, key=lambda key: key or 0):
        print(f"{one or 'none'!s:6} {theirs.get(one, 0):5} {ours.get(one, 0):5}")
    equal = ours == dict(theirs) and sum(theirs.values()) == rows and not again.imported
    print(f"sum    {sum(theirs.values()):5} {sum(ours.values()):5}  {'equal' if equal else 'NOT EQUAL'}")
    return equal


def main(path: str, mapping: str, *columns: str) -> int:
    """Run the check in an instance of its own."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        write_pepper(instance / "pepper")
        app = create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))
        with app.app_context():
            upgrade()
            equal = check(Path(path), mapping, list(columns))
            db.session.remove()
            db.engine.dispose()
    return 0 if equal else 1


if __name__ == "__main__":
    _, *given = sys.argv
    if not given[2:]:
        sys.exit(__doc__)
    sys.exit(main(*given))
