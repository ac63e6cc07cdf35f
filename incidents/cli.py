"""``flask`` commands: each domain brings its own, this module only introduces them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from flask.cli import AppGroup

from incidents.audit.commands import audit
from incidents.demo.commands import demo
from incidents.erasure.commands import group as erasure
from incidents.instance.commands import COMMANDS
from incidents.publishing.commands import publish
from incidents.recovery.commands import group as recovery
from incidents.rotation.commands import rotate

if TYPE_CHECKING:
    import click
    from flask import Flask


class ImportGroup(AppGroup):
    """``flask import``, loaded when it is called: a web worker must not pay for readers of spreadsheets."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """What can be imported."""
        return self._group().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """How it is imported."""
        return self._group().get_command(ctx, cmd_name)

    def _group(self) -> click.Group:
        group: click.Group = import_module("incidents.exchange.commands").group
        return group


def register(app: Flask) -> None:
    """Add Tala's commands."""
    for command in (
        *COMMANDS,
        recovery,
        audit,
        demo,
        publish,
        erasure,
        rotate,
        ImportGroup("import", help="Bring records in from files."),
    ):
        app.cli.add_command(command)
