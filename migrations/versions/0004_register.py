"""register of releases: versions, signed manifests, approval for the public page"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")


def upgrade() -> None:
    """Go up. What was released before has no manifest: nobody's key is at hand to sign one.

    What is compared to find overlaps has changed: a member's session makes the frames anew from the cases.
    """
    op.create_table(
        "release_approval",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_release_approval_approved_by_account")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_release_approval_asked_by_account")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_approval_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_approval")),
    )
    op.add_column("release", sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("release", sa.Column("supersedes", sa.Integer(), nullable=True))
    op.add_column("release", sa.Column("withdrawn_on", sa.Date(), nullable=True))
    op.add_column("release", sa.Column("withdrawn_for", sa.String(length=20), nullable=False, server_default=EMPTY))
    op.add_column("release", sa.Column("publisher", sa.Text(), nullable=False, server_default=EMPTY))
    op.add_column("release", sa.Column("log", sa.String(length=40), nullable=False, server_default=EMPTY))
    op.add_column("release", sa.Column("manifest", sa.Text(), nullable=False, server_default=EMPTY))
    release = sa.table("release", sa.column("publisher"), sa.column("organisation_id"))
    organisation = sa.table("organisation", sa.column("id"), sa.column("name"))
    name = sa.select(organisation.c.name).where(organisation.c.id == release.c.organisation_id).scalar_subquery()
    op.execute(release.update().values(publisher=name))
    incident = sa.table("incident", sa.column("organisation_id"))
    rebuilt = sa.table("organisation", sa.column("id"), sa.column("rebuild"))
    recorded = sa.select(incident.c.organisation_id)
    op.execute(rebuilt.update().where(rebuilt.c.id.in_(recorded)).values(rebuild=sa.true()))


def downgrade() -> None:
    """Go down: versions, withdrawals, manifests and approvals are gone; tables and files stay."""
    for name in ("manifest", "log", "publisher", "withdrawn_for", "withdrawn_on", "supersedes", "version"):
        op.drop_column("release", name)
    op.drop_table("release_approval")
