"""casework"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up. Rules that derive index and facts have changed: a member's session makes them anew from the cases."""
    op.create_table(
        "evidence_chunk",
        sa.Column("blob_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", "number", name=op.f("pk_evidence_chunk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt_view",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_view")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shared_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["key.id"], name=op.f("fk_shared_case_key_id_key")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_shared_case_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_case")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shared_case_organisation_id"), "shared_case", ["organisation_id"], unique=False)
    op.create_table(
        "release_persons",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["key.id"], name=op.f("fk_release_persons_key_id_key")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_release_persons_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_persons_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", "organisation_id", name=op.f("pk_release_persons")),
    )
    _number_withdrawals()
    op.add_column("publication", sa.Column("signatories", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("publication", sa.Column("demands", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("publication", sa.Column("withdrawn_on", sa.Date(), nullable=True))
    op.add_column("publication", sa.Column("summary_id", sa.String(length=32), nullable=True))
    op.add_column("publication", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("network", sa.String(length=40), nullable=False, server_default=sa.text("''")))
    incident = sa.table("incident", sa.column("organisation_id"))
    organisation = sa.table("organisation", sa.column("id"), sa.column("rebuild"))
    op.execute(
        organisation.update()
        .where(organisation.c.id.in_(sa.select(incident.c.organisation_id)))
        .values(rebuild=sa.true())
    )


def _number_withdrawals() -> None:
    """Give each withdrawal a random id: a column that may not be empty has no default that is another at each row."""
    columns = [sa.Column(name, sa.String(length=16), nullable=False) for name in ("person", "purpose")]
    number = sa.Column("id", sa.String(length=32), nullable=False)
    before = op.get_bind().execute(sa.text("SELECT person, purpose FROM withdrawal")).all()
    op.drop_table("withdrawal")
    made = op.create_table(
        "withdrawal",
        *columns,
        number,
        sa.PrimaryKeyConstraint("person", "purpose", name=op.f("pk_withdrawal")),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(made, [{"person": a, "purpose": b, "id": secrets.token_hex(16)} for a, b in before])


def downgrade() -> None:
    """Go down: files, receipts and shares are gone; frames are made anew by older rules."""
    op.drop_column("organisation", "network")
    op.drop_column("withdrawal", "id")
    op.drop_column("publication", "ends_on")
    op.drop_column("publication", "summary_id")
    op.drop_column("publication", "withdrawn_on")
    op.drop_column("publication", "demands")
    op.drop_column("publication", "signatories")
    op.drop_table("release_persons")
    op.drop_index(op.f("ix_shared_case_organisation_id"), table_name="shared_case")
    op.drop_table("shared_case")
    op.drop_table("receipt_view")
    op.drop_table("evidence_chunk")
    for table in ("frame_snapshot", "frame_delta"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE kind = 'linkage'"))  # noqa: S608 - two names from above
    op.execute(sa.text("UPDATE organisation SET rebuild = true WHERE id IN (SELECT organisation_id FROM incident)"))
