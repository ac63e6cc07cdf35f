"""``flask recovery``: trustees at the terminal prove their papers, or bring their organisation back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup, with_appcontext

from incidents.errors import TalaError
from incidents.keyring.envelope import Unopenable
from incidents.keyring.shares import TooFew, WrongWords
from incidents.recovery import health, printing, services
from incidents.recovery.health import Standing

if TYPE_CHECKING:
    from incidents.keyring.shares import Held
    from incidents.recovery.copies import Opened
    from incidents.recovery.services import RecoveryKey, Sheet

group = AppGroup("recovery", help="Trustees: try their papers, or bring an organisation back.")

#: What to do about each refusal.
REFUSALS = {
    services.NoTrustees: "No organisation of this name has trustees. Its members name them at /recovery.",
    services.NotTheKey: "These papers belong together, but the database has another recovery key: somebody replaced it."
    " Restore a backup from before that.",
    TooFew: "These papers do not give the recovery key.",
}
STANDINGS = {
    Standing.NONE: "no trustees; its members name them at /recovery",
    Standing.UNTRIED: "its trustees' papers were never tried: flask recovery drill",
    Standing.OVERDUE: "its trustees' papers were not tried for more than a year: flask recovery drill",
    Standing.GOOD: "its trustees' papers were tried within a year",
}
NOT_BACK = (
    "The organisation does not come back from this database: its keys, statements or roster are gone, or are not those "
    "that the trustees' papers vouch for. Somebody may have changed it. Restore an older backup and try again."
)
NOT_A_RESEARCHER = (
    "This is no researcher of the organisation who has set up their account. Add one with: flask account add; they set "
    "it up at /set-up; then try again."
)


@group.command("status")
@with_appcontext
def status() -> None:
    """Say of each organisation whether it has trustees, and when their papers were last tried."""
    for one in health.of_organisations():
        click.echo(f"{one.organisation}: {STANDINGS[one.standing]}")


@group.command("drill")
@click.argument("organisation")
@with_appcontext
def drill(organisation: str) -> None:
    """Prove that the papers of enough trustees of ORGANISATION give its recovery key. Opens nothing."""
    key = _key(organisation)
    papers = gather(key)
    try:
        services.drill(key, papers)
    except (TooFew, services.NotTheKey) as refusal:
        raise click.ClickException(REFUSALS[type(refusal)]) from None
    click.echo("These papers give the recovery key. Nothing was opened. Do this again within a year.")


@group.command("restore")
@click.argument("organisation")
@click.argument("username")
@click.option("--pages", type=click.Path(dir_okay=False, writable=True), help="Write the new papers to this new file.")
@with_appcontext
def restore(organisation: str, username: str, pages: str | None) -> None:
    """Give USERNAME every key of ORGANISATION, with the papers of enough trustees, and make new papers."""
    key = _key(organisation)
    try:
        account = services.candidate(username, key.organisation_id)
    except services.NotAResearcher:
        raise click.ClickException(NOT_A_RESEARCHER) from None
    if pages and os.path.lexists(pages):
        raise click.ClickException("This file exists. Choose another name.")
    papers = gather(key)
    try:
        opened = services.open_organisation(key, papers)
        compared = _compare(opened, username, account.id)
        sheets = services.restore(opened, list(papers), account.id, compared)
    except (TooFew, services.NotTheKey) as refusal:
        raise click.ClickException(REFUSALS[type(refusal)]) from None
    except (TalaError, Unopenable):
        raise click.ClickException(NOT_BACK) from None
    _tell(sheets, username, pages, opened.left_out)


def _key(organisation: str) -> RecoveryKey:
    try:
        return services.recovery_key(organisation)
    except services.NoTrustees as refusal:
        raise click.ClickException(REFUSALS[type(refusal)]) from None


def gather(key: RecoveryKey) -> dict[int, Held]:
    """Ask for the words of one trustee after the other, until there are enough."""
    papers: dict[int, Held] = {}
    needed = 2
    while len(papers) < needed:
        typed = click.prompt(f"The fifteen words of a trustee's paper ({len(papers)} so far)")
        try:
            number, held = services.open_paper(key, typed)
        except WrongWords as wrong:
            click.echo(_slip(wrong))
            continue
        except services.WrongPaper:
            click.echo(
                "These words open no share of this organisation: of another one, or of an older paper? Try again."
            )
            continue
        if number in papers:
            click.echo(f"This is trustee {number} again. Another one, please.")
        papers[number] = held
        needed = held.needed
    return papers


def _slip(wrong: WrongWords) -> str:
    if wrong.position:
        return f"Word {wrong.position} is not on the list. Look at it again, then type all fifteen."
    return "A word is wrong, missing or in another place: the words do not fit together. Type all fifteen again."


def _compare(opened: Opened, username: str, account_id: str) -> str:
    """Let them see whose account gets the keys: somebody may have swapped its public key in the database."""
    number = services.comparison_of(opened, account_id)
    click.echo(f"\n{username} reads from their page “Your account”. The number must be:\n\n  {number}\n")
    click.confirm("Is every sign the same", abort=True)
    return number


def _tell(sheets: list[Sheet], username: str, pages: str | None, left_out: int) -> None:
    click.echo(
        f"{username} holds every key of {sheets[0].organisation}. The papers that were used are worth nothing now."
    )
    if left_out:
        click.echo(f"{left_out} keys did not open, or were not signed by the organisation: they are left out.")
    if pages:
        printing.write(pages, sheets)
        click.echo(f"The trustees' new papers are in {pages}. Print it, give each their own, and destroy the file.")
        return
    click.echo("The trustees' new papers, shown once. Let each write down their own, and clear the screen:")
    for sheet in sheets:
        click.echo(f"\nTrustee {sheet.paper.number}, {sheet.name}:\n  {' '.join(sheet.paper.words)}")
