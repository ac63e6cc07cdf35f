"""``flask demo``: make it, serve it."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from incidents.accounts.services import settings
from incidents.demo import services
from incidents.errors import NotFound
from incidents.instance.services import NotEmpty
from incidents.instance.serving import THREADS
from incidents.instance.serving import serve as become_server

demo = AppGroup("demo", help="A demo instance with invented cases.")


@demo.command("make")
@click.option("--cases", default=services.CASES, show_default=True, help="Incidents for each organisation.")
def make(cases: int) -> None:
    """Make the demo, if this folder holds none yet, and say who can log in."""
    try:
        if services.is_made(settings()):
            accounts, fresh = services.read_accounts(settings()), False
        else:
            click.echo("Making a demo with invented cases. This takes some seconds.")
            accounts, fresh = services.make(settings(), cases=cases), True
    except NotEmpty as refusal:
        raise click.ClickException(str(refusal)) from None
    if not fresh:
        click.echo(f"Who can log in: {services.accounts_file(settings())}")
        return
    click.echo(f"\n{'username':10} {'role':15} {'organisation':25} passphrase")
    for account in accounts:
        click.echo(f"{account.username:10} {account.role:15} {account.organisation:25} {account.passphrase}")
    click.echo(f"\nThis is shown once; it is kept in {services.accounts_file(settings())}")
    click.echo(f"Log-in also asks for a code. Another terminal prints it:  make code NAME={accounts[0].username}")


@demo.command("code")
@click.argument("username")
def code(username: str) -> None:
    """Print the code that the authenticator app of USERNAME would show now."""
    try:
        click.echo(services.code(settings(), username))
    except FileNotFoundError:
        raise click.ClickException("There is no demo in this folder yet: make run makes one.") from None
    except NotFound:
        raise click.ClickException("The demo has nobody of this name.") from None


@demo.command("serve")
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=THREADS, show_default=True, help="Threads a worker.")
@click.pass_context
def serve(context: click.Context, workers: int, threads: int) -> None:
    """Make the demo if need be, and serve it on this machine."""
    context.invoke(make)
    click.echo(f"\nTala listens on http://{settings().bind}   (Ctrl-C ends it)")
    become_server(settings(), workers=workers, threads=threads)
