"""How long each record's archive time stamp lasts, and the time stamps of checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

SQLITE_REFUSAL = """
CREATE TRIGGER checkpoint_stamps_never_{act} BEFORE {act} ON checkpoint_stamps
BEGIN SELECT RAISE(ABORT, 'checkpoint_stamps is never changed'); END
"""
POSTGRES_REFUSALS = (
    """CREATE TRIGGER checkpoint_stamps_never_changed BEFORE UPDATE OR DELETE ON checkpoint_stamps
FOR EACH ROW EXECUTE FUNCTION heyi_refuse()""",
    """CREATE TRIGGER checkpoint_stamps_never_emptied BEFORE TRUNCATE ON checkpoint_stamps
FOR EACH STATEMENT EXECUTE FUNCTION heyi_refuse()""",
)


def upgrade() -> None:
    make_tables()
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(SQLITE_REFUSAL.format(act=act))
    else:
        for refusal in POSTGRES_REFUSALS:
            op.execute(refusal)
    # Until when the stamps of earlier records last, the first night looks up.
    op.execute(
        "INSERT INTO archive_stamps "
        "(record_id, case_id, committee_id, at, digest, renewals, trouble) "
        "SELECT id, case_id, committee_id, sealed_at, 'sha256', 0, '' FROM register"
    )


def make_tables() -> None:
    op.create_table(
        "archive_stamps",
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("half", INSTANT, nullable=True),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_archive_stamps"),
    )
    for column in ("at", "until", "digest", "committee_id"):
        op.create_index(f"ix_archive_stamps_{column}", "archive_stamps", [column])
    op.create_table(
        "checkpoint_stamps",
        sa.Column("size", LONG, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint_stamps"),
    )


def downgrade() -> None:
    op.drop_table("checkpoint_stamps")
    op.drop_table("archive_stamps")
