"""people and keys"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table('throttle',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.BigInteger(), nullable=False),
    sa.Column('forget_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_throttle')),
    sqlite_with_rowid=False
    )
    op.create_table('audit_head',
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('genesis', sa.LargeBinary(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('signing_key', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_audit_head_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_audit_head')),
    sqlite_with_rowid=False
    )
    op.create_table('statement',
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('identity', sa.LargeBinary(), nullable=False),
    sa.Column('intake', sa.LargeBinary(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.Column('endorsement', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_statement_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', 'epoch', name=op.f('pk_statement')),
    sqlite_with_rowid=False
    )
    op.create_table('audit_entry',
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('next_public', sa.LargeBinary(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['key.id'], name=op.f('fk_audit_entry_key_id_key')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_audit_entry_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', 'number', name=op.f('pk_audit_entry')),
    sqlite_with_rowid=False
    )
    op.create_table('memory',
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_memory_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_memory')),
    sqlite_with_rowid=False
    )
    op.create_table('recovery_copy',
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('recovery_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['key.id'], name=op.f('fk_recovery_copy_key_id_key'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recovery_id'], ['key.id'], name=op.f('fk_recovery_copy_recovery_id_key')),
    sa.PrimaryKeyConstraint('key_id', 'recovery_id', name=op.f('pk_recovery_copy')),
    sqlite_with_rowid=False
    )
    op.create_table('roster',
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['key.id'], name=op.f('fk_roster_key_id_key')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_roster_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_roster')),
    sqlite_with_rowid=False
    )
    op.create_table('share',
    sa.Column('recovery_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('proved', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['recovery_id'], ['key.id'], name=op.f('fk_share_recovery_id_key'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recovery_id', 'number', name=op.f('pk_share')),
    sqlite_with_rowid=False
    )
    op.create_table('submission',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['key.id'], name=op.f('fk_submission_key_id_key')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_submission_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_submission_organisation_id'), ['organisation_id'], unique=False)

    # With defaults that stay: SQLite would copy whole tables to change a column, and copying deletes what refers to them.
    op.add_column("account", sa.Column("setup_until", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("grant", sa.Column("signature", sa.LargeBinary(), server_default=sa.text("''"), nullable=False))
    op.add_column("key", sa.Column("public", sa.LargeBinary(), nullable=True))
    op.add_column("key", sa.Column("endorsement", sa.LargeBinary(), nullable=True))
    op.add_column("organisation", sa.Column("rebuild", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("organisation", sa.Column("unswept", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("session", sa.Column("note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Go down."""
    for table, column in (
        ("session", "note"),
        ("organisation", "rebuild"),
        ("organisation", "unswept"),
        ("key", "endorsement"),
        ("key", "public"),
        ("grant", "signature"),
        ("account", "setup_until"),
    ):
        op.drop_column(table, column)
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_submission_organisation_id'))

    op.drop_table('submission')
    op.drop_table('share')
    op.drop_table('roster')
    op.drop_table('recovery_copy')
    op.drop_table('memory')
    op.drop_table('audit_entry')
    op.drop_table('statement')
    op.drop_table('audit_head')
    op.drop_table('throttle')
