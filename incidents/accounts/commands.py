"""``flask account``: ``add``, ``list``, ``role``, ``withdraw``, ``reset``, ``disable``, ``enable``, as on the pages.

Whoever may run them may write the database anyway: like the pages, they reveal nothing and grant nobody a key.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TextIO

import click
from flask.cli import AppGroup

from incidents.accounts import administration, adoption, services
from incidents.accounts.invitations import NameTaken, UnusableName, find
from incidents.accounts.models import Role
from incidents.accounts.sessions import WrongCredentials
from incidents.errors import NotFound

if TYPE_CHECKING:
    from incidents.accounts.models import Account

BAD_NAME = "A username has no blanks, at most 100 letters, and nothing that does not show."
STATES = {
    "disabled": "disabled",
    "set_up": "set up",
    "invited": "code not used yet, until {until}",
    "ended": "code too old since {until}",
    "withdrawn": "invitation taken back",
}
ROLES = click.Choice([role.value for role in Role])
group = AppGroup("account", help="Accounts of this instance.")


def tell(username: str, role: Role, code: str) -> None:
    """Print a set-up code for its owner."""
    click.echo(f"  {username:20} {role:15} {code}")


@group.command("add")
@click.argument("username")
@click.argument("role", type=ROLES)
@click.argument("organisation")
@click.option("--new-organisation", is_flag=True, help="Make the organisation: this account is its first.")
def add(username: str, role: str, organisation: str, *, new_organisation: bool) -> None:
    """Add an account and print its set-up code. Members then vouch for the person at /members."""
    try:
        invited = administration.invite_by_name(username, Role(role), organisation, new_organisation=new_organisation)
    except NotFound:
        raise click.ClickException(
            "No organisation has this name. Spell it as the accounts page does, or add --new-organisation."
        ) from None
    except UnusableName:
        raise click.ClickException(BAD_NAME) from None
    except NameTaken:
        raise click.ClickException("This username is taken. Choose another.") from None
    tell(invited.account.username, invited.account.role, invited.code)


@group.command("list")
def list_all() -> None:
    """Who has an account, and how far they have come."""
    for account in services.accounts():
        until = dt.datetime.fromtimestamp(account.setup_until, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
        state = STATES[administration.state(account)].format(until=until)
        click.echo(f"  {account.username:20} {account.role:15} {account.organisation.name}: {state}")


@group.command("withdraw")
@click.argument("username")
def withdraw(username: str) -> None:
    """Void the code of an invitation."""
    try:
        administration.withdraw(named(username).id)
    except NotFound:
        raise click.ClickException("There is no code to take back: it was used, or taken back before.") from None
    click.echo("The code works no more.")


@group.command("role")
@click.argument("username")
@click.argument("role", type=ROLES)
def change_role(username: str, role: str) -> None:
    """Change the role of somebody who has not set up their account; reset changes it afterwards."""
    try:
        administration.change_role(named(username).id, Role(role))
    except administration.AlreadySetUp:
        raise click.ClickException(
            "They have made their keys, and what was compared names their role. Use: flask account reset --role"
        ) from None
    click.echo("The code stays good.")


@group.command("reset")
@click.argument("username")
@click.option("--role", type=ROLES, help="Change the role at the same time.")
@click.option("--even-last", is_flag=True, help="Even if nobody else holds the organisation's key.")
def reset(username: str, role: str | None, *, even_last: bool) -> None:
    """Begin an account anew: keys, grants, sessions and drafts go, a new code is printed. It opens nothing."""
    account = named(username)
    try:
        invited = administration.reset(account.id, Role(role) if role else None, even_last=even_last)
    except administration.LastHolder:
        raise click.ClickException(
            "Nobody else holds this organisation's key: without this account only its trustees could open its cases. "
            "If the person has lost passphrase and recovery code, add --even-last, then let the trustees recover it."
        ) from None
    tell(invited.account.username, invited.account.role, invited.code)


@group.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Let somebody in no more; their sessions end at once."""
    services.set_disabled(named(username).id, disabled=True)
    click.echo("Disabled. It takes no key away: tell the members, who renew the organisation's keys.")


@group.command("enable")
@click.argument("username")
def enable(username: str) -> None:
    """Let a disabled account log in again."""
    services.set_disabled(named(username).id, disabled=False)
    click.echo("Enabled.")


def named(username: str) -> Account:
    """The account of a name, or words that say what to do."""
    account = find(username)
    if account is None:
        raise click.ClickException("Nobody has this username. See: flask account list")
    return account


@group.command("adopt")
@click.argument("username")
@click.option("--passphrase-file", type=click.File(), help="Read the passphrase from here (- for standard input).")
def adopt(username: str, passphrase_file: TextIO | None) -> None:
    """Once, after updating from a version whose grants were not signed: a member makes them credible again.

    USERNAME stays the only member; everybody else is reset and vouched for anew.
    """
    if passphrase_file is None:
        passphrase = click.prompt(f"Passphrase of {username}", hide_input=True, err=True)
    else:
        passphrase = passphrase_file.readline().rstrip("\r\n")
    try:
        others = adoption.adopt(username, passphrase)
    except WrongCredentials:
        raise click.ClickException("This username and passphrase do not fit together. Check both.") from None
    except adoption.NothingToAdopt:
        raise click.ClickException(
            "There is nothing to adopt: the organisation's grants are signed, or this account holds none."
        ) from None
    click.echo(
        "Done. Nobody has a second factor yet: go to /recover with your recovery code, choose a passphrase, and say "
        "that you have lost your second factor; a new one is added there. Then let an administrator reset, and vouch "
        "for:"
    )
    for name in others:
        click.echo(f"  {name}")
