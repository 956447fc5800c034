"""Whether a case's file is kept, held back or destroyed, so that the list of them is quick."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.Column("custody", sa.String(length=16), nullable=False, server_default="kept")
    op.add_column("cases", kept)
    op.create_index("ix_cases_committee_id_custody", "cases", ["committee_id", "custody"])


def downgrade() -> None:
    op.drop_index("ix_cases_committee_id_custody", "cases")
    op.drop_column("cases", "custody")
