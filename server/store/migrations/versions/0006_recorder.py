"""Who records a case, so that he finds it as its mediator does.

Only the encrypted body says so: what is there already is marked, and filled in when a store
is opened with the key.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "ix_cases_committee_id_recorder_id_no"


def upgrade() -> None:
    op.add_column("cases", sa.Column("recorder_id", sa.String(length=64)))
    op.execute("UPDATE cases SET recorder_id = '?'")
    op.create_index(INDEX, "cases", ["committee_id", "recorder_id", "no"])


def downgrade() -> None:
    op.drop_index(INDEX, "cases")
    op.drop_column("cases", "recorder_id")
