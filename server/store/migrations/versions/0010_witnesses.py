"""Which checkpoint each witness took last."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "checkpoint_witnesses",
        sa.Column("witness", sa.String(length=64), nullable=False),
        sa.Column("size", LONG, nullable=False),
        sa.Column("stamped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("witness", name="pk_checkpoint_witnesses"),
    )


def downgrade() -> None:
    op.drop_table("checkpoint_witnesses")
