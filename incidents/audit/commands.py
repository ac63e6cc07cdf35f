"""``flask audit``: verify the logs of this instance, or write them to a file that anybody can verify."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask.cli import AppGroup

from incidents.audit import checking, exporting
from incidents.audit.acts import Act
from incidents.audit.services import record
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.keyring.chain import Fault, Finding

audit = AppGroup("audit", help="The tamper-evident log.")

FAULTS: dict[Fault, str] = {
    Fault.ALTERED: "entry {n} is not what was signed: it was changed, or put there later",
    Fault.SWAPPED: "entry {n} stands in another's place",
    Fault.FORGED: "entry {n} was forged with the key that the server holds now",
    Fault.MISSING: "entry {n} is missing, or more from there on",
    Fault.CUT: "entries are missing at the end, from {n} on",
    Fault.HEAD: "the head does not fit the last entry ({n})",
    Fault.BEGINNING: "the log does not begin with the key that the organisation knows",
}


def told(finding: Finding) -> str:
    """A finding in words."""
    return FAULTS[finding.fault].format(n=finding.number)


def chosen(name: str) -> list[tuple[str, str]]:
    """The organisations that were asked for."""
    try:
        return checking.with_logs(name)
    except NotFound:
        raise click.ClickException(
            "No organisation of this name has a log. Spell it as the accounts page does."
        ) from None


@audit.command("verify")
@click.argument("organisation", default="")
@click.option("--printed", default="", help="Digits of the log on a file or backup: where did it end then?")
def verify(organisation: str, printed: str) -> None:
    """Verify the log of ORGANISATION (name or id), or of all. Ends with 1 if anything is wrong."""
    wrong = False
    for organisation_id, name in chosen(organisation):
        result = checking.check(organisation_id, printed=printed)
        wrong = wrong or bool(result.findings)
        click.echo(f"{name}: ends at {result.head}, begins with {result.genesis}")
        for finding in result.findings:
            click.echo(f"  WRONG: {told(finding)}. Nothing from there on is proven.")
        if not result.findings:
            click.echo("  whole: nothing was changed, moved, cut or forged.")
        if printed:
            place = f"it ended there with entry {result.found_at}" if result.found_at is not None else "it never did"
            click.echo(f"  {printed}: {place}.")
            wrong = wrong or (result.found_at is None and bool(organisation))
    raise SystemExit(int(wrong))


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--organisation", default="", help="Name or id; all without it.")
def export(file: Path, organisation: str) -> None:
    """Write the sealed log to FILE, to be verified elsewhere with tools/verify_audit.py. It opens nothing."""
    ids = [organisation_id for organisation_id, _name in chosen(organisation)]
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException("This file exists. Choose another name.") from None
    with writing(db.session):
        for organisation_id in sorted(ids):
            record(organisation_id, Act.AUDIT_EXPORTED)
    with os.fdopen(handle, "w", encoding="utf-8") as output:
        output.writelines(exporting.export(ids))
    click.echo(f"{len(ids)} logs. Verify them with: python tools/verify_audit.py {file}")
