"""The tables: plain columns to find a row by, and a body that only the keys can read.

No plain column holds a name, identity number, telephone number, account, reason or
anything somebody wrote. `no` is a row's place in the order of arrival.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from server.store.columns import (
    HASH_LENGTH,
    ID_LENGTH,
    Long,
    body,
    hashed,
    identity,
    moment,
    text,
    version,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

keys = Table(
    "keys",
    metadata,
    identity("owner", primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    # Whose key wraps it; where none does, which KEK. Neither: as an earlier release left it.
    Column("under", String(ID_LENGTH)),
    Column("kek_id", String(16)),
)

committees = Table(
    "committees",
    metadata,
    identity("id", ForeignKey("keys.owner"), primary_key=True),
    version(),
    body(),
)

staff = Table(
    "staff",
    metadata,
    identity("id", primary_key=True),
    identity("committee_id", ForeignKey("keys.owner")),
    Column("login_term", Long, nullable=False, unique=True),
    version(),
    body(),
    Index(None, "committee_id"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(HASH_LENGTH), primary_key=True),
    identity("staff_id", ForeignKey("staff.id")),
    moment("created_at"),
    moment("seen_at"),
    moment("step_up_at", nullable=True),
    moment("revoked_at", nullable=True),
    Index(None, "staff_id"),
)

cases = Table(
    "cases",
    metadata,
    Column("no", Long, primary_key=True),
    Column("id", String(ID_LENGTH), ForeignKey("keys.owner"), nullable=False, unique=True),
    identity("committee_id"),
    Column("number_term", Long, nullable=False),
    text("state", 16),
    Column("mediator_id", String(ID_LENGTH)),
    Column("recorder_id", String(ID_LENGTH)),
    moment("created_at"),
    Column("custody", String(16), nullable=False, server_default="kept"),
    moment("closed_at", nullable=True),
    Column("kind_term", Long),
    version(),
    body(),
    UniqueConstraint("committee_id", "number_term"),
    Index(None, "committee_id", "custody", "closed_at"),
    Index(None, "committee_id", "no"),
    Index(None, "committee_id", "mediator_id", "no"),
    Index(None, "committee_id", "recorder_id", "no"),
)

case_terms = Table(
    "case_terms",
    metadata,
    Column("term", Long, primary_key=True, autoincrement=False),
    Column("no", Long, ForeignKey("cases.no"), primary_key=True, autoincrement=False),
    Column("part", SmallInteger, primary_key=True, autoincrement=False),
    Index(None, "no"),
    sqlite_with_rowid=False,
)

dues = Table(
    "dues",
    metadata,
    Column("case_id", String(ID_LENGTH), ForeignKey("keys.owner"), primary_key=True),
    identity("committee_id"),
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Index(None, "committee_id", "day"),
)

counters = Table(
    "counters",
    metadata,
    identity("committee_id", primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    identity("id", primary_key=True),
    identity("case_id", ForeignKey("keys.owner")),
    identity("committee_id"),
    identity("person_id"),
    Column("token_hash", String(HASH_LENGTH), nullable=False, unique=True),
    moment("sent_at"),
    moment("expires_at"),
    version(),
    body(),
    Index(None, "case_id"),
)

invitation_seats = Table(
    "invitation_seats",
    metadata,
    Column("seat_hash", String(HASH_LENGTH), primary_key=True),
    identity("invitation_id", ForeignKey("invitations.id"), primary_key=True),
    Index(None, "invitation_id"),
)

sessions = Table(
    "sessions",
    metadata,
    identity("id", primary_key=True),
    identity("case_id", ForeignKey("keys.owner")),
    identity("committee_id"),
    text("state", 16),
    moment("planned_at"),
    version(),
    body(),
    Index(None, "case_id"),
    Index(None, "committee_id", "planned_at"),
    Index(None, "state"),
)

agreements = Table(
    "agreements",
    metadata,
    identity("id", primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("keys.owner"), nullable=False, unique=True),
    identity("committee_id"),
    text("state", 16),
    Column("sealing", Boolean, nullable=False),
    version(),
    body(),
    Index(None, "sealing"),
)

register = Table(
    "register",
    metadata,
    Column("no", Long, primary_key=True),
    Column("id", String(ID_LENGTH), nullable=False, unique=True),
    Column("case_id", String(ID_LENGTH), nullable=False, unique=True),
    identity("committee_id", ForeignKey("keys.owner")),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("number_term", Long, nullable=False),
    Column("amount", BigInteger, nullable=False),
    moment("sealed_at"),
    Column("effective_on", Date, nullable=False),
    version(),
    body(),
    UniqueConstraint("committee_id", "serial", "year"),
    UniqueConstraint("committee_id", "number_term"),
    Index(None, "committee_id", "no"),
    Index(None, "committee_id", "effective_on"),
    Index(None, "committee_id", "amount"),
)

register_terms = Table(
    "register_terms",
    metadata,
    Column("term", Long, primary_key=True, autoincrement=False),
    Column("no", Long, ForeignKey("register.no"), primary_key=True, autoincrement=False),
    Column("part", SmallInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

openings = Table(
    "openings",
    metadata,
    identity("id", primary_key=True),
    identity("record_id", ForeignKey("register.id")),
    identity("committee_id", ForeignKey("keys.owner")),
    identity("staff_id"),
    moment("at"),
    version(),
    body(),
    Index(None, "record_id"),
)

archive_stamps = Table(
    "archive_stamps",
    metadata,
    identity("record_id", primary_key=True),
    identity("case_id"),
    identity("committee_id"),
    moment("at"),
    moment("until", nullable=True),
    moment("half", nullable=True),
    text("digest", 16),
    Column("renewals", Integer, nullable=False),
    text("trouble", 200),
    Index(None, "at"),
    Index(None, "until"),
    Index(None, "digest"),
    Index(None, "committee_id"),
)

session_log = Table(
    "session_log",
    metadata,
    identity("case_id", ForeignKey("keys.owner"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    # Of the same bytes as the hash; none where OpenSSL has none.
    Column("sm3", String(64)),
)

tree_waiting = Table(
    "tree_waiting",
    metadata,
    Column("no", Long, primary_key=True),
    identity("case_id"),
    Column("seq", Integer, nullable=False),
    Index(None, "case_id"),
)

tree_entries = Table(
    "tree_entries",
    metadata,
    Column("position", Long, primary_key=True, autoincrement=False),
    identity("case_id"),
    Column("seq", Integer, nullable=False),
    Column("nodes", LargeBinary, nullable=False),
    UniqueConstraint("case_id", "seq"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Long, primary_key=True, autoincrement=False),
    moment("at"),
    Column("text", Text, nullable=False),
)

checkpoint_stamps = Table(
    "checkpoint_stamps",
    metadata,
    Column("size", Long, primary_key=True, autoincrement=False),
    moment("at"),
    Column("token", LargeBinary, nullable=False),
)

checkpoint_witnesses = Table(
    "checkpoint_witnesses",
    metadata,
    Column("witness", String(64), primary_key=True),
    Column("size", Long, nullable=False),
    Column("stamped", Boolean, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    identity("id", primary_key=True),
    identity("committee_id", ForeignKey("keys.owner")),
    identity("case_id"),
    text("kind", 16),
    text("state", 16),
    moment("at"),
    version(),
    body(),
    Index(None, "case_id"),
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("no", Long, primary_key=True),
    hashed("subject_hash"),
    text("purpose", 64),
    hashed("code_hash"),
    moment("sent_at"),
    moment("expires_at"),
    Column("tries", Integer, nullable=False),
    moment("used_at", nullable=True),
    Index(None, "subject_hash", "sent_at"),
    Index(None, "sent_at"),
)

files = Table(
    "files",
    metadata,
    identity("id", primary_key=True),
    identity("case_id", ForeignKey("keys.owner")),
    text("kind", 64),
    moment("at"),
    version(),
    body(),
    Index(None, "case_id"),
)

file_contents = Table(
    "file_contents",
    metadata,
    identity("file_id", ForeignKey("files.id"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

calendar_years = Table(
    "calendar_years",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

replies = Table(
    "replies",
    metadata,
    Column("key_hash", String(HASH_LENGTH), primary_key=True),
    moment("at"),
    body(),
    Index(None, "at"),
)
