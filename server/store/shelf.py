"""Keeps one kind of thing, each whole in one row: plain columns beside an encrypted body."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import Field, replace
from functools import cached_property
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import Column, ColumnElement, Row, Select, Table, bindparam, insert, select, update

from server.domain.errors import NotFoundError
from server.ports.store import ConflictError
from server.store import tables
from server.store.codec import Codec
from server.store.transaction import Transaction
from server.store.vault import Place, Wrapped

Condition = ColumnElement[bool]
_AT_ONCE = 500


class Aggregate(Protocol):
    """A dataclass with an identifier and a version."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


V = TypeVar("V")
A = TypeVar("A", bound=Aggregate)


class Layout(Generic[V]):
    """How a kind is laid out: its codec, its table, and whose key encrypts it.

    `case` is the column that names the case to be locked before a row is read in order to
    write. What is asked for again and again is made here, once: that takes as long as asking.
    """

    def __init__(
        self,
        codec: Codec[V],
        table: Table,
        *,
        owner: Column[Any],
        case: Column[Any] | None = None,
    ) -> None:
        self.codec = codec
        self.table = table
        self.owner = owner
        self.case = case
        # Any: the columns differ from table to table; they are taken by name.
        self.selected: Select[Any] = select(
            table.c.id,
            table.c.version,
            table.c.body,
            owner.label("owner"),
            tables.keys.c.wrapped,
        ).select_from(table.join(tables.keys, tables.keys.c.owner == owner))
        this = table.c.id == bindparam("this")
        self.one = Question(self, this)
        self.versions = select(table.c.version).where(this)
        self.addition = insert(table).returning(*table.primary_key.columns)
        self.change = update(table).where(this, table.c.version == bindparam("expected"))


class Question:
    """Which rows of a layout are wanted, in which order.

    One that is put again and again is made once and names what differs with `bindparam`.
    """

    # Any: the layout's own type does not matter to the database.
    def __init__(
        self, layout: Layout[Any], *where: Condition, order: Sequence[ColumnElement[Any]] = ()
    ) -> None:
        self.rows = layout.selected.where(*where).order_by(*order)
        self._layout, self._where = layout, where

    @cached_property
    def case_of(self) -> Select[Any] | None:
        """Which case the row belongs to, where its lock comes before the row."""
        case = self._layout.case
        return None if case is None else select(case.label("case")).where(*self._where)


class Shelf(Generic[V]):
    """The rows of one kind within one transaction.

    `plain` gives the values of the plain columns, `id` and the owner's among them.
    """

    def __init__(
        self, tx: Transaction, layout: Layout[V], plain: Callable[[V], Mapping[str, object]]
    ) -> None:
        self._tx = tx
        self._layout = layout
        self._table = layout.table
        self._plain = plain

    async def get(self, id_: str) -> V:
        """Return the one with this identifier, or raise NotFoundError."""
        found = await self.find(self._layout.one, this=id_)
        if found is None:
            raise NotFoundError
        return found

    async def find(self, question: Question, **values: object) -> V | None:
        """Return the only one that is asked for, after taking the lock of its case."""
        await self._lock(question, values)
        row = await self._tx.first(question.rows, **values)
        if row is None:
            return None
        self._tx.know(Wrapped(row.owner, row.wrapped))
        return self.read(row)

    async def many(self, question: Question, **values: object) -> list[V]:
        """Return all that are asked for."""
        return [self.read(row) for row in await self._tx.rows(question.rows, **values)]

    def read(self, row: Row[Any]) -> V:
        """Return what a row with the layout's columns holds."""
        place = Place(table=self._table.name, id=row.id, version=row.version)
        key = Wrapped(row.owner, row.wrapped)
        return self._layout.codec.decode(self._tx.vault.decrypt(key, place, row.body))

    async def add(self, value: V, *, version: int = 0) -> Row[Any]:
        """Write a new row and return its columns. A second one raises ConflictError."""
        plain = self._plain(value)
        body = await self._encrypt(plain, version, value)
        row = await self._tx.first(self._layout.addition, **plain, version=version, body=body)
        if row is None:
            raise ConflictError
        return row

    async def replace(self, value: V, *, expected: int) -> None:
        """Write the next version over version `expected`.

        Raises ConflictError when another is stored, NotFoundError when none is.
        """
        plain = self._plain(value)
        body = await self._encrypt(plain, expected + 1, value)
        values = {**plain, "version": expected + 1, "body": body}
        changed = await self._tx.changed(
            self._layout.change, **values, this=plain["id"], expected=expected
        )
        if not changed:
            await self.version(str(plain["id"]))  # where there is none, that is what went wrong
            raise ConflictError

    async def rehash(self, *, key: Column[Any]) -> AsyncIterator[V]:
        """Write every row's plain columns again, body and version untouched, and yield each.

        `key` orders the rows and never changes.
        """
        last: object = None
        while True:
            where = [] if last is None else [key > last]
            rows = await self._tx.rows(
                self._layout.selected.where(*where)
                .add_columns(key.label("key"))
                .order_by(key)
                .limit(_AT_ONCE)
            )
            for row in rows:
                value = self.read(row)
                plain = self._plain(value)
                await self._tx.run(update(self._table).where(key == row.key).values(**plain))
                yield value
            if not rows:
                return
            last = rows[-1].key

    async def version(self, id_: str) -> int:
        """Return the stored version, or raise NotFoundError."""
        found = await self._tx.first(self._layout.versions, this=id_)
        if found is None:
            raise NotFoundError
        version: int = found.version
        return version

    async def _lock(self, question: Question, values: Mapping[str, object]) -> None:
        if not self._tx.locks_cases or question.case_of is None:
            return
        row = await self._tx.first(question.case_of, **values)
        if row is not None:
            await self._tx.hold(row.case)

    async def _encrypt(self, plain: Mapping[str, object], version: int, value: V) -> bytes:
        owner = str(plain[self._layout.owner.name])
        place = Place(table=self._table.name, id=str(plain["id"]), version=version)
        key = await self._tx.wrapped_key(owner)
        return self._tx.vault.encrypt(key, place, self._layout.codec.encode(value))


class AggregateShelf(Shelf[A]):
    """A shelf of things that carry their own version."""

    async def save(self, value: A) -> A:
        """Store the value as its next version and return that. Raises as `replace` does."""
        saved = replace(value, version=value.version + 1)
        await self.replace(saved, expected=value.version)
        return saved
