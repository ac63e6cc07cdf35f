"""``flask`` commands: each domain brings its own, this module only introduces them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.demo.commands import demo
from incidents.exchange.commands import group as import_group
from incidents.instance.commands import COMMANDS

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Add Tala's commands."""
    for command in (*COMMANDS, demo, import_group):
        app.cli.add_command(command)
