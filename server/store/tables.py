"""The tables: plain columns to find a row by, and a body that only the keys can read.

No plain column holds a name, identity number, telephone number, account, reason or
anything somebody wrote. `no` is a row's place in the order of arrival.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
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
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 64
HASH_LENGTH = 128


class Instant(TypeDecorator[datetime]):
    """An aware time; SQLite, which knows no zones, keeps it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Long = BigInteger().with_variant(Integer, "sqlite")


def _id(name: str, *links: ForeignKey, primary_key: bool = False) -> Column[str]:
    return Column(name, String(ID_LENGTH), *links, primary_key=primary_key, nullable=False)


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False)


def _hash(name: str) -> Column[str]:
    return Column(name, String(HASH_LENGTH), nullable=False)


def _at(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False)


def _body() -> Column[bytes]:
    return Column("body", LargeBinary, nullable=False)


keys = Table(
    "keys",
    metadata,
    _id("owner", primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

committees = Table(
    "committees",
    metadata,
    _id("id", ForeignKey("keys.owner"), primary_key=True),
    _version(),
    _body(),
)

staff = Table(
    "staff",
    metadata,
    _id("id", primary_key=True),
    _id("committee_id", ForeignKey("keys.owner")),
    Column("login_term", Long, nullable=False, unique=True),
    _version(),
    _body(),
    Index(None, "committee_id"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(HASH_LENGTH), primary_key=True),
    _id("staff_id", ForeignKey("staff.id")),
    _at("created_at"),
    _at("seen_at"),
    _at("step_up_at", nullable=True),
    _at("revoked_at", nullable=True),
    Index(None, "staff_id"),
)

cases = Table(
    "cases",
    metadata,
    Column("no", Long, primary_key=True),
    Column("id", String(ID_LENGTH), ForeignKey("keys.owner"), nullable=False, unique=True),
    _id("committee_id"),
    Column("number_term", Long, nullable=False),
    _text("state", 16),
    Column("mediator_id", String(ID_LENGTH)),
    Column("recorder_id", String(ID_LENGTH)),
    _at("created_at"),
    Column("custody", String(16), nullable=False, server_default="kept"),
    _at("closed_at", nullable=True),
    Column("kind_term", Long),
    _version(),
    _body(),
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
    _id("committee_id"),
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Index(None, "committee_id", "day"),
)

counters = Table(
    "counters",
    metadata,
    _id("committee_id", primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    _id("id", primary_key=True),
    _id("case_id", ForeignKey("keys.owner")),
    _id("committee_id"),
    _id("person_id"),
    Column("token_hash", String(HASH_LENGTH), nullable=False, unique=True),
    _at("sent_at"),
    _at("expires_at"),
    _version(),
    _body(),
    Index(None, "case_id"),
)

invitation_seats = Table(
    "invitation_seats",
    metadata,
    Column("seat_hash", String(HASH_LENGTH), primary_key=True),
    _id("invitation_id", ForeignKey("invitations.id"), primary_key=True),
    Index(None, "invitation_id"),
)

sessions = Table(
    "sessions",
    metadata,
    _id("id", primary_key=True),
    _id("case_id", ForeignKey("keys.owner")),
    _id("committee_id"),
    _text("state", 16),
    _at("planned_at"),
    _version(),
    _body(),
    Index(None, "case_id"),
    Index(None, "committee_id", "planned_at"),
    Index(None, "state"),
)

agreements = Table(
    "agreements",
    metadata,
    _id("id", primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("keys.owner"), nullable=False, unique=True),
    _id("committee_id"),
    _text("state", 16),
    Column("sealing", Boolean, nullable=False),
    _version(),
    _body(),
    Index(None, "sealing"),
)

register = Table(
    "register",
    metadata,
    Column("no", Long, primary_key=True),
    Column("id", String(ID_LENGTH), nullable=False, unique=True),
    Column("case_id", String(ID_LENGTH), nullable=False, unique=True),
    _id("committee_id", ForeignKey("keys.owner")),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("number_term", Long, nullable=False),
    Column("amount", BigInteger, nullable=False),
    _at("sealed_at"),
    Column("effective_on", Date, nullable=False),
    _version(),
    _body(),
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
    _id("id", primary_key=True),
    _id("record_id", ForeignKey("register.id")),
    _id("committee_id", ForeignKey("keys.owner")),
    _id("staff_id"),
    _at("at"),
    _version(),
    _body(),
    Index(None, "record_id"),
)

archive_stamps = Table(
    "archive_stamps",
    metadata,
    _id("record_id", primary_key=True),
    _id("case_id"),
    _id("committee_id"),
    _at("at"),
    _at("until", nullable=True),
    _at("half", nullable=True),
    _text("digest", 16),
    Column("renewals", Integer, nullable=False),
    _text("trouble", 200),
    Index(None, "at"),
    Index(None, "until"),
    Index(None, "digest"),
    Index(None, "committee_id"),
)

session_log = Table(
    "session_log",
    metadata,
    _id("case_id", ForeignKey("keys.owner"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

tree_waiting = Table(
    "tree_waiting",
    metadata,
    Column("no", Long, primary_key=True),
    _id("case_id"),
    Column("seq", Integer, nullable=False),
    Index(None, "case_id"),
)

tree_entries = Table(
    "tree_entries",
    metadata,
    Column("position", Long, primary_key=True, autoincrement=False),
    _id("case_id"),
    Column("seq", Integer, nullable=False),
    Column("nodes", LargeBinary, nullable=False),
    UniqueConstraint("case_id", "seq"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Long, primary_key=True, autoincrement=False),
    _at("at"),
    Column("text", Text, nullable=False),
)

checkpoint_stamps = Table(
    "checkpoint_stamps",
    metadata,
    Column("size", Long, primary_key=True, autoincrement=False),
    _at("at"),
    Column("token", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    _id("id", primary_key=True),
    _id("committee_id", ForeignKey("keys.owner")),
    _id("case_id"),
    _text("kind", 16),
    _text("state", 16),
    _at("at"),
    _version(),
    _body(),
    Index(None, "case_id"),
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("no", Long, primary_key=True),
    _hash("subject_hash"),
    _text("purpose", 64),
    _hash("code_hash"),
    _at("sent_at"),
    _at("expires_at"),
    Column("tries", Integer, nullable=False),
    _at("used_at", nullable=True),
    Index(None, "subject_hash", "sent_at"),
    Index(None, "sent_at"),
)

files = Table(
    "files",
    metadata,
    _id("id", primary_key=True),
    _id("case_id", ForeignKey("keys.owner")),
    _text("kind", 64),
    _at("at"),
    _version(),
    _body(),
    Index(None, "case_id"),
)

file_contents = Table(
    "file_contents",
    metadata,
    _id("file_id", ForeignKey("files.id"), primary_key=True),
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
    _at("at"),
    _body(),
    Index(None, "at"),
)
