"""Alembic's entry: migrate with the application's own engine and models."""

from __future__ import annotations

from alembic import context
from flask import current_app

from incidents.extensions import db


def run() -> None:
    """Migrate; on SQLite as one write transaction, with tables copied where ALTER cannot do it."""
    with db.engine.connect().execution_options(tala_writing=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
