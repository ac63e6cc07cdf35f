"""Commands of erasure: finishing what pages could not finish."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from incidents.erasure import sweeping

group = AppGroup("erasure", help="Leave erased keys in no file of the database.")


@group.command("sweep")
@click.option("--patience", default=sweeping.COMMAND_PATIENCE, help="Seconds to wait for readers.", show_default=True)
def sweep(patience: float) -> None:
    """Bring erased keys out of every file of the database, check its settings, and say what stands against it."""
    waiting = sum(sweeping.pending().values())
    found = sweeping.sweep(patience=patience)
    click.echo(f"{waiting} erasures were waiting.")
    for sentence in (*found.problems, *found.elsewhere):
        click.echo(f"- {sentence}")
    if not found.done:
        raise click.ClickException("Not done: erased keys may still be in files of the database.")
    click.echo("Done: no file of this database holds an erased key.")
