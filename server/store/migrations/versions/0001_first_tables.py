"""The first tables, and the triggers that keep the session log and the register whole."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

NEVER_CHANGED = ("session_log", "register", "register_terms", "openings")

SQLITE_REFUSAL = """
CREATE TRIGGER {table}_never_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END
"""
SQLITE_CHAIN = """
CREATE TRIGGER session_log_continues BEFORE INSERT ON session_log
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM session_log WHERE case_id = NEW.case_id)
  OR NEW.prev <> coalesce(
       (SELECT hash FROM session_log WHERE case_id = NEW.case_id AND seq = NEW.seq - 1),
       printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'an entry continues its chain'); END
"""

POSTGRES_REFUSAL = """
CREATE FUNCTION heyi_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is never changed', TG_TABLE_NAME; END $$
"""
POSTGRES_ROWS = """
CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION heyi_refuse()
"""
POSTGRES_WHOLE = """
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION heyi_refuse()
"""
POSTGRES_CONTINUES = """
CREATE FUNCTION heyi_continue_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
  SELECT seq, hash INTO last FROM session_log
    WHERE case_id = NEW.case_id ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, 0) + 1 OR NEW.prev <> coalesce(last.hash, repeat('0', 64)) THEN
    RAISE EXCEPTION 'an entry continues its chain';
  END IF;
  RETURN NEW;
END $$
"""
POSTGRES_CHAIN = """
CREATE TRIGGER session_log_continues BEFORE INSERT ON session_log
FOR EACH ROW EXECUTE FUNCTION heyi_continue_chain()
"""


def upgrade() -> None:
    make_tables()
    if op.get_bind().dialect.name == "sqlite":
        protect_sqlite()
    else:
        protect_postgres()


def protect_sqlite() -> None:
    for table in NEVER_CHANGED:
        for act in ("update", "delete"):
            op.execute(SQLITE_REFUSAL.format(table=table, act=act))
    op.execute(SQLITE_CHAIN)


def protect_postgres() -> None:
    op.execute(POSTGRES_REFUSAL)
    for table in NEVER_CHANGED:
        op.execute(POSTGRES_ROWS.format(table=table))
        op.execute(POSTGRES_WHOLE.format(table=table))
    op.execute(POSTGRES_CONTINUES)
    op.execute(POSTGRES_CHAIN)


def downgrade() -> None:
    drop_tables()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION heyi_refuse()")
        op.execute("DROP FUNCTION heyi_continue_chain()")


def make_tables() -> None:
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_years"),
    )
    op.create_table(
        "counters",
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("committee_id", "kind", "year", name="pk_counters"),
    )
    op.create_table(
        "keys",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_keys"),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("no", LONG, nullable=False),
        sa.Column("subject_hash", sa.String(length=128), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=128), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("no", name="pk_one_time_codes"),
    )
    op.create_index("ix_one_time_codes_sent_at", "one_time_codes", ["sent_at"], unique=False)
    op.create_index(
        "ix_one_time_codes_subject_hash_sent_at",
        "one_time_codes",
        ["subject_hash", "sent_at"],
        unique=False,
    )
    op.create_table(
        "replies",
        sa.Column("key_hash", sa.String(length=128), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_replies"),
    )
    op.create_index("ix_replies_at", "replies", ["at"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealing", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["keys.owner"], name="fk_agreements_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.UniqueConstraint("case_id", name="uq_agreements_case_id"),
    )
    op.create_index("ix_agreements_sealing", "agreements", ["sealing"], unique=False)
    op.create_table(
        "cases",
        sa.Column("no", LONG, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("number_term", LONG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("mediator_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["keys.owner"], name="fk_cases_id"),
        sa.PrimaryKeyConstraint("no", name="pk_cases"),
        sa.UniqueConstraint(
            "committee_id", "number_term", name="uq_cases_committee_id_number_term"
        ),
        sa.UniqueConstraint("id", name="uq_cases_id"),
    )
    op.create_index(
        "ix_cases_committee_id_mediator_id_no",
        "cases",
        ["committee_id", "mediator_id", "no"],
        unique=False,
    )
    op.create_index("ix_cases_committee_id_no", "cases", ["committee_id", "no"], unique=False)
    op.create_table(
        "committees",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["keys.owner"], name="fk_committees_id"),
        sa.PrimaryKeyConstraint("id", name="pk_committees"),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["keys.owner"], name="fk_files_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_case_id", "files", ["case_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["keys.owner"], name="fk_invitations_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_index("ix_invitations_case_id", "invitations", ["case_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["keys.owner"], name="fk_outbox_committee_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"], unique=False)
    op.create_table(
        "register",
        sa.Column("no", LONG, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number_term", LONG, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["keys.owner"], name="fk_register_committee_id"),
        sa.PrimaryKeyConstraint("no", name="pk_register"),
        sa.UniqueConstraint("case_id", name="uq_register_case_id"),
        sa.UniqueConstraint(
            "committee_id", "number_term", name="uq_register_committee_id_number_term"
        ),
        sa.UniqueConstraint(
            "committee_id", "serial", "year", name="uq_register_committee_id_serial_year"
        ),
        sa.UniqueConstraint("id", name="uq_register_id"),
    )
    op.create_index(
        "ix_register_committee_id_amount", "register", ["committee_id", "amount"], unique=False
    )
    op.create_index(
        "ix_register_committee_id_effective_on",
        "register",
        ["committee_id", "effective_on"],
        unique=False,
    )
    op.create_index("ix_register_committee_id_no", "register", ["committee_id", "no"], unique=False)
    op.create_table(
        "session_log",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["keys.owner"], name="fk_session_log_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_session_log"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["keys.owner"], name="fk_sessions_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_case_id", "sessions", ["case_id"], unique=False)
    op.create_index(
        "ix_sessions_committee_id_planned_at",
        "sessions",
        ["committee_id", "planned_at"],
        unique=False,
    )
    op.create_index("ix_sessions_state", "sessions", ["state"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("login_term", LONG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["keys.owner"], name="fk_staff_committee_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login_term", name="uq_staff_login_term"),
    )
    op.create_index("ix_staff_committee_id", "staff", ["committee_id"], unique=False)
    op.create_table(
        "case_terms",
        sa.Column("term", LONG, autoincrement=False, nullable=False),
        sa.Column("no", LONG, autoincrement=False, nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["no"], ["cases.no"], name="fk_case_terms_no"),
        sa.PrimaryKeyConstraint("term", "no", "part", name="pk_case_terms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_terms_no", "case_terms", ["no"], unique=False)
    op.create_table(
        "file_contents",
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_file_contents_file_id"),
        sa.PrimaryKeyConstraint("file_id", "part", name="pk_file_contents"),
    )
    op.create_table(
        "invitation_seats",
        sa.Column("seat_hash", sa.String(length=128), nullable=False),
        sa.Column("invitation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name="fk_invitation_seats_invitation_id"
        ),
        sa.PrimaryKeyConstraint("seat_hash", "invitation_id", name="pk_invitation_seats"),
    )
    op.create_index(
        "ix_invitation_seats_invitation_id", "invitation_seats", ["invitation_id"], unique=False
    )
    op.create_table(
        "openings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("committee_id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["keys.owner"], name="fk_openings_committee_id"),
        sa.ForeignKeyConstraint(["record_id"], ["register.id"], name="fk_openings_record_id"),
        sa.PrimaryKeyConstraint("id", name="pk_openings"),
    )
    op.create_index("ix_openings_record_id", "openings", ["record_id"], unique=False)
    op.create_table(
        "register_terms",
        sa.Column("term", LONG, autoincrement=False, nullable=False),
        sa.Column("no", LONG, autoincrement=False, nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["no"], ["register.no"], name="fk_register_terms_no"),
        sa.PrimaryKeyConstraint("term", "no", "part", name="pk_register_terms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(length=128), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("step_up_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_sessions"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"], unique=False)


def drop_tables() -> None:
    op.drop_table("staff_sessions")
    op.drop_table("register_terms")
    op.drop_table("openings")
    op.drop_table("invitation_seats")
    op.drop_table("file_contents")
    op.drop_table("case_terms")
    op.drop_table("staff")
    op.drop_table("sessions")
    op.drop_table("session_log")
    op.drop_table("register")
    op.drop_table("outbox")
    op.drop_table("invitations")
    op.drop_table("files")
    op.drop_table("committees")
    op.drop_table("cases")
    op.drop_table("agreements")
    op.drop_table("replies")
    op.drop_table("one_time_codes")
    op.drop_table("keys")
    op.drop_table("counters")
    op.drop_table("calendar_years")
