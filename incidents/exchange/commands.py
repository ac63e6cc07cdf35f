"""``flask import``: bringing records in from files."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from flask.cli import AppGroup

from incidents import clock
from incidents.accounts.services import open_account_seed
from incidents.accounts.sessions import WrongCredentials
from incidents.errors import Forbidden
from incidents.exchange import services
from incidents.exchange.errors import ExchangeError
from incidents.exchange.mapping import read_mapping
from incidents.keyring.passphrase import PepperMissing
from incidents.records.keys import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incidents.records.keys import CaseKeys

group = AppGroup("import", help="Bring records in from files.")


@group.command("incidents")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", "mapping_name", required=True, help="A .toml file, or the name of a mapping that comes with Tala."
)
@click.option("--as", "username", help="Researcher whose keys seal the records. Not needed for a dry run.")
@click.option("--passphrase-file", type=click.File(), help="Read the passphrase from here (- for standard input).")
@click.option("--dry-run", is_flag=True, help="Check everything, count everything, write nothing.")
def import_incidents(
    file: Path, mapping_name: str, username: str | None, passphrase_file: TextIO | None, *, dry_run: bool
) -> None:
    """Import FILE (CSV, TSV, XLSX or JSON), one incident a row.

    A second run adds nothing, and a run that broke off is continued by starting it again. What finds no field is kept
    aside, sealed in its record; this terminal shows counts and row numbers, never a value.
    """
    if not (username or dry_run):
        raise click.UsageError("Say who imports: --as USERNAME.")
    with _plainly():
        mapping = read_mapping(mapping_name)
        job = services.Job(file, mapping, clock.today(), username or "")
        rows = services.examine(job)
        keys = _keys(username, passphrase_file) if username else None
        with _bar(rows) as advance:
            if keys is None or dry_run:
                report = services.preview(job, keys, advance)
            else:
                report = services.run(job, keys, advance)
    for line in report.lines(dry_run=dry_run):
        click.echo(line)


def _keys(username: str, passphrase_file: TextIO | None) -> CaseKeys:
    if passphrase_file is None:
        passphrase = click.prompt(f"Passphrase of {username}", hide_input=True, err=True)
    else:
        passphrase = passphrase_file.readline().rstrip("\r\n")
    account, seed = open_account_seed(username, passphrase)
    return keys_of(account.id, account.organisation_id, seed)


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn what a person can mend into a sentence and an exit code of 1."""
    try:
        yield
    except ExchangeError as wrong:
        raise click.ClickException(str(wrong)) from None
    except WrongCredentials:
        raise click.ClickException("This username and passphrase do not fit together. Check both.") from None
    except Forbidden:
        raise click.ClickException(
            "This account holds no keys of an organisation's cases. Import as a researcher who was admitted."
        ) from None
    except PepperMissing:
        raise click.ClickException("The instance has lost its pepper file. Restore it from its own backup.") from None


@contextmanager
def _bar(rows: int) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=rows, label="Rows", file=sys.stderr) as bar:
        yield bar.update
