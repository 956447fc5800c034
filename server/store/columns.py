"""The kinds of column that the tables are made of."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
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


Long = BigInteger().with_variant(Integer, "sqlite")


def identity(name: str, *links: ForeignKey, primary_key: bool = False) -> Column[str]:
    """Return a column that holds an id."""
    return Column(name, String(ID_LENGTH), *links, primary_key=primary_key, nullable=False)


def text(name: str, length: int) -> Column[str]:
    """Return a column of so many signs at most."""
    return Column(name, String(length), nullable=False)


def hashed(name: str) -> Column[str]:
    """Return a column that holds a keyed hash."""
    return Column(name, String(HASH_LENGTH), nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    """Return a column that holds a time."""
    return Column(name, Instant, nullable=nullable)


def version() -> Column[int]:
    """Return the column that `save` compares."""
    return Column("version", Integer, nullable=False)


def body() -> Column[bytes]:
    """Return the column that only the keys can read."""
    return Column("body", LargeBinary, nullable=False)
