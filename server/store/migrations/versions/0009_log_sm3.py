"""SM3 of each entry of the log, of the same bytes as its hash.

It follows from what stands in the row, so what is there already is filled in here, a
thousand entries at a time. Where OpenSSL has no SM3 it stays empty.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AT_ONCE = 1000
NEXT = sa.text(
    "SELECT case_id, seq, prev, body FROM session_log "
    "WHERE (case_id, seq) > (:case, :seq) ORDER BY case_id, seq LIMIT :limit"
)
FILL = sa.text("UPDATE session_log SET sm3 = :sm3 WHERE case_id = :case AND seq = :seq")

SQLITE_REFUSAL = """
CREATE TRIGGER session_log_never_update BEFORE update ON session_log
BEGIN SELECT RAISE(ABORT, 'session_log is never changed'); END
"""
POSTGRES_REFUSAL = "ALTER TABLE session_log {} TRIGGER session_log_never_changed"


def upgrade() -> None:
    op.add_column("session_log", sa.Column("sm3", sa.String(length=64)))
    sqlite = op.get_bind().dialect.name == "sqlite"
    # The log refuses every change; nobody else writes before this transaction ends.
    let = "DROP TRIGGER session_log_never_update" if sqlite else POSTGRES_REFUSAL.format("DISABLE")
    op.execute(let)
    fill()
    op.execute(SQLITE_REFUSAL if sqlite else POSTGRES_REFUSAL.format("ENABLE"))


def fill() -> None:
    connection = op.get_bind()
    case, seq = "", 0
    while rows := connection.execute(NEXT, {"case": case, "seq": seq, "limit": AT_ONCE}).all():
        case, seq = rows[-1].case_id, rows[-1].seq
        made = ({"case": r.case_id, "seq": r.seq, "sm3": sm3(r.prev, r.body)} for r in rows)
        connection.execute(FILL, list(made))


def sm3(prev: str, body: str) -> str | None:
    try:
        exact = b"\x00" + bytes.fromhex(prev) + body.encode()
        return hashlib.new("sm3", exact).hexdigest()
    except ValueError:
        return None


def downgrade() -> None:
    op.drop_column("session_log", "sm3")
