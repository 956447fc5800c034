"""The tree over all session logs: what waits for its place, the places, the checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

NEVER_CHANGED = ("tree_entries", "checkpoints")

SQLITE_REFUSAL = """
CREATE TRIGGER {table}_never_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END
"""
SQLITE_WAITS = """
CREATE TRIGGER session_log_waits AFTER INSERT ON session_log
BEGIN INSERT INTO tree_waiting (case_id, seq) VALUES (NEW.case_id, NEW.seq); END
"""
SQLITE_PLACE = """
CREATE TRIGGER tree_entries_continue BEFORE INSERT ON tree_entries
WHEN NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM tree_entries)
  OR NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM tree_entries WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'a place follows the last one'); END
"""
SQLITE_CHECKPOINT = """
CREATE TRIGGER checkpoints_grow BEFORE INSERT ON checkpoints
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoints)
  OR NEW.size > (SELECT coalesce(max(position) + 1, 0) FROM tree_entries)
BEGIN SELECT RAISE(ABORT, 'a checkpoint is of a larger tree'); END
"""

POSTGRES_ROWS = """
CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION heyi_refuse()
"""
POSTGRES_WHOLE = """
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION heyi_refuse()
"""
POSTGRES_WAITS = """
CREATE FUNCTION heyi_await_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tree_waiting (case_id, seq) VALUES (NEW.case_id, NEW.seq);
  RETURN NULL;
END $$
"""
POSTGRES_PLACE = """
CREATE FUNCTION heyi_continue_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM tree_entries)
    OR NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM tree_entries WHERE case_id = NEW.case_id)
  THEN
    RAISE EXCEPTION 'a place follows the last one';
  END IF;
  RETURN NEW;
END $$
"""
POSTGRES_CHECKPOINT = """
CREATE FUNCTION heyi_grow_checkpoints() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoints)
    OR NEW.size > (SELECT coalesce(max(position) + 1, 0) FROM tree_entries)
  THEN
    RAISE EXCEPTION 'a checkpoint is of a larger tree';
  END IF;
  RETURN NEW;
END $$
"""
POSTGRES_TRIGGERS = (
    """CREATE TRIGGER session_log_waits AFTER INSERT ON session_log
FOR EACH ROW EXECUTE FUNCTION heyi_await_place()""",
    """CREATE TRIGGER tree_entries_continue BEFORE INSERT ON tree_entries
FOR EACH ROW EXECUTE FUNCTION heyi_continue_tree()""",
    """CREATE TRIGGER checkpoints_grow BEFORE INSERT ON checkpoints
FOR EACH ROW EXECUTE FUNCTION heyi_grow_checkpoints()""",
)
POSTGRES_FUNCTIONS = ("heyi_await_place", "heyi_continue_tree", "heyi_grow_checkpoints")


def upgrade() -> None:
    make_tables()
    if op.get_bind().dialect.name == "sqlite":
        protect_sqlite()
    else:
        protect_postgres()
    # What was logged before there was a tree gets its place as well.
    op.execute(
        "INSERT INTO tree_waiting (case_id, seq) "
        "SELECT case_id, seq FROM session_log ORDER BY case_id, seq"
    )


def protect_sqlite() -> None:
    for table in NEVER_CHANGED:
        for act in ("update", "delete"):
            op.execute(SQLITE_REFUSAL.format(table=table, act=act))
    for trigger in (SQLITE_WAITS, SQLITE_PLACE, SQLITE_CHECKPOINT):
        op.execute(trigger)


def protect_postgres() -> None:
    for table in NEVER_CHANGED:
        op.execute(POSTGRES_ROWS.format(table=table))
        op.execute(POSTGRES_WHOLE.format(table=table))
    for made in (POSTGRES_WAITS, POSTGRES_PLACE, POSTGRES_CHECKPOINT, *POSTGRES_TRIGGERS):
        op.execute(made)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER session_log_waits ON session_log")
    else:
        op.execute("DROP TRIGGER session_log_waits")
    for table in ("checkpoints", "tree_entries", "tree_waiting"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in POSTGRES_FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")


def make_tables() -> None:
    op.create_table(
        "tree_waiting",
        sa.Column("no", LONG, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("no", name="pk_tree_waiting"),
    )
    op.create_index("ix_tree_waiting_case_id", "tree_waiting", ["case_id"], unique=False)
    op.create_table(
        "tree_entries",
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("nodes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_tree_entries"),
        sa.UniqueConstraint("case_id", "seq", name="uq_tree_entries_case_id_seq"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", LONG, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoints"),
    )
