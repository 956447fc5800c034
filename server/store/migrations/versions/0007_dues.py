"""On which days something is due for a case, so that the nearest are found without opening all.

Only encrypted bodies know the days: every case is marked, and read when a store is opened with
the key.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEX = "ix_dues_committee_id_day"


def upgrade() -> None:
    op.create_table(
        "dues",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["keys.owner"], name="fk_dues_case_id"),
        sa.PrimaryKeyConstraint("case_id", "source", "day", name="pk_dues"),
    )
    op.create_index(INDEX, "dues", ["committee_id", "day"])
    op.execute("UPDATE cases SET recorder_id = '?'")


def downgrade() -> None:
    op.drop_index(INDEX, "dues")
    op.drop_table("dues")
