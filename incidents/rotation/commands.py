"""``flask rotate``: fresh keys for an organisation, by one of its members at the terminal."""

from __future__ import annotations

from typing import TextIO

import click
from flask.cli import with_appcontext

from incidents.accounts.services import open_account_seed
from incidents.accounts.sessions import WrongCredentials
from incidents.errors import Forbidden
from incidents.keyring.services import member
from incidents.rotation import services


@click.command("rotate")
@click.option("--as", "username", required=True, help="Member of the organisation whose keys are rotated.")
@click.option("--reason", default="", help="Why, for the log.")
@click.option("--resume", is_flag=True, help="Only carry on with a rotation that has begun.")
@click.option("--passphrase-file", type=click.File(), help="Read the passphrase from here (- for standard input).")
@with_appcontext
def rotate(username: str, reason: str, passphrase_file: TextIO | None, *, resume: bool) -> None:
    """Make fresh keys for an organisation and put everything under them. It may be stopped at any moment."""
    if passphrase_file is None:
        passphrase = click.prompt(f"Passphrase of {username}", hide_input=True, err=True)
    else:
        passphrase = passphrase_file.readline().rstrip("\r\n")
    try:
        account, seed = open_account_seed(username, passphrase)
        account_id, organisation_id = account.id, account.organisation_id
        if not resume:
            services.rotate(member(account_id, organisation_id, seed), seed, reason)
        done = services.advance(member(account_id, organisation_id, seed), patience=float("inf"))
    except WrongCredentials:
        raise click.ClickException("This username and passphrase do not fit together. Check both.") from None
    except Forbidden:
        raise click.ClickException("This account does not hold its organisation's keys.") from None
    if not done:
        raise click.ClickException(
            "Some rows do not open and keep an old key: they were altered. Everything else is done."
        )
    click.echo("Done: nothing is left under an old key.")
