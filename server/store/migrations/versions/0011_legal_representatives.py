"""By the name of an organisation's legal representative its case is found, too.

Only the encrypted body holds it: every case is marked, and hashed again when a store is opened
with the key.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE cases SET recorder_id = '?'")


def downgrade() -> None:
    """Leave the hashes: an earlier release finds a case by them, and takes them out with it."""
