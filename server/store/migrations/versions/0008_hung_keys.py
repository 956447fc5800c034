"""Which key wraps a key: that of its case, or else which KEK.

There is no KEK here, so keys stay as they are, with neither told, and are wrapped again when a
store is opened with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HUNG = "SELECT count(*) FROM keys WHERE under IS NOT NULL"


def upgrade() -> None:
    op.add_column("keys", sa.Column("under", sa.String(length=64)))
    op.add_column("keys", sa.Column("kek_id", sa.String(length=16)))


def downgrade() -> None:
    # The way back would need the KEK: without these columns such keys would open nothing.
    if op.get_bind().execute(sa.text(HUNG)).scalar():
        raise RuntimeError("files' keys are wrapped by their cases' keys")
    op.drop_column("keys", "kek_id")
    op.drop_column("keys", "under")
