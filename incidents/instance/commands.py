"""``flask init``, ``account``, ``serve``, ``pepper``, ``backup``, ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from incidents.accounts.commands import BAD_NAME, tell
from incidents.accounts.commands import group as accounts
from incidents.accounts.invitations import NameTaken, UnusableName
from incidents.accounts.networks import codes
from incidents.accounts.services import organisation_names, settings
from incidents.instance import backup as backups
from incidents.instance import restoring, services
from incidents.instance.reading import BrokenBackup
from incidents.instance.serving import THREADS
from incidents.instance.serving import serve as become_server

if TYPE_CHECKING:
    from collections.abc import Mapping

EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)
COME_IN = "Everyone comes in once with their recovery code, at /recover."


@click.command("init")
@click.option("--organisation", prompt="Name of the first organisation")
@click.option("--administrator", prompt="Username of the administrator")
@click.option("--network", default="", help="Code of the regional network that it belongs to, such as NET_ANPUD.")
@click.option("--founder", "founders", multiple=True, help="Username of a founding researcher; give two.")
@with_appcontext
def init(organisation: str, administrator: str, network: str, founders: tuple[str, ...]) -> None:
    """Make a real instance: an organisation, an administrator, two founding researchers."""
    if network and network not in codes():
        raise click.ClickException(f"No network has this code. There are: {', '.join(codes())}.")
    names = list(founders)
    while len(names) < 2:  # noqa: PLR2004 - two founders
        names.append(click.prompt(f"Username of founding researcher {len(names) + 1}"))
    try:
        invitations = services.begin(settings(), organisation, administrator, names[:2], network=network)
    except services.NotEmpty as refusal:
        raise click.ClickException(str(refusal)) from None
    except NameTaken:
        raise click.ClickException("Each person needs a username of their own.") from None
    except UnusableName:
        raise click.ClickException(BAD_NAME) from None
    click.echo("\nGive each person their own set-up code, on paper or aloud. It works once, at /set-up:\n")
    for invitation in invitations:
        tell(invitation.username, invitation.role, invitation.code)
    click.echo(
        "\nEach chooses a passphrase and gets a recovery code there. The first founder's session makes the "
        "organisation's keys; at /members they compare numbers with the second founder and vouch for them."
        f"\n\nCopy {settings().pepper_file} to a safe place apart from the backups."
    )


@click.command("serve")
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=THREADS, show_default=True, help="Threads a worker.")
@with_appcontext
def serve(workers: int, threads: int) -> None:
    """Serve this instance with the production server."""
    if not settings().pepper_file.exists():
        raise click.ClickException(
            f"The pepper is missing: {settings().pepper_file}. Put its copy back; or, if it is lost, run flask pepper "
            "and let everyone come in with their recovery code. A new instance begins with: flask init"
        )
    become_server(settings(), workers=workers, threads=threads)


@click.command("pepper")
@with_appcontext
def pepper() -> None:
    """Make a new pepper where the old one is lost."""
    try:
        services.renew_pepper(settings())
    except services.NotEmpty as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"A new pepper is in {settings().pepper_file}; keep a copy apart from the backups. {COME_IN}")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep-keys", type=click.IntRange(min=1), help="Days after which older key backups are destroyed.")
@with_appcontext
def backup(folder: Path, keep_keys: int | None) -> None:
    """Write a backup of this moment to FOLDER: the data, and the keys. The pepper is in neither: keep that apart."""
    try:
        written = backups.back_up(folder, settings(), keep_keys=keep_keys)
    except FileExistsError:
        raise click.ClickException("There is a backup of this second already. Try again.") from None
    click.echo(f"{written.data}: {written.rows} rows. Keep it as long as you want.")
    click.echo(f"{written.keys}: keep it for some days only; what is erased comes back with an older one.")
    for path in written.removed:
        click.echo(f"{path}: overwritten and deleted.")
    tell_heads("Where each log ends now", written.heads)
    click.echo(f"The pepper is in neither file; keep a copy of it apart: {settings().pepper_file}")


def tell_heads(when: str, heads: Mapping[str, str]) -> None:
    """Print where the logs end, to be compared with paper."""
    names = organisation_names()
    for organisation_id, head in heads.items():
        click.echo(f"{when}: {names.get(organisation_id, organisation_id)} {head}")


@click.command("restore")
@click.argument("data", type=EXISTING)
@click.argument("keys", type=EXISTING)
@click.option("--pepper", "kept_apart", type=EXISTING, help="The pepper kept apart.")
@with_appcontext
def restore(data: Path, keys: Path, kept_apart: Path | None) -> None:
    """Fill an empty instance from the two files of a backup: DATA, and KEYS of the same moment or newer."""
    had_pepper = kept_apart is not None or settings().pepper_file.exists()
    try:
        restored = restoring.restore(data, keys, settings(), kept_apart)
    except (BrokenBackup, restoring.WrongPepper, services.NotEmpty) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{restored.rows} rows.")
    if restored.cases_left_out:
        click.echo(f"{restored.cases_left_out} cases have no key any more: erased or changed since. They are left out.")
    if restored.rebuilding:
        click.echo("Lists and numbers are made anew when a researcher of the organisation opens their list of cases.")
    tell_heads("Where each log ended when the data were written", restored.heads)
    if not had_pepper:
        click.echo(f"There was no pepper: a new one is made. {COME_IN}")


COMMANDS = (init, accounts, serve, pepper, backup, restore)
