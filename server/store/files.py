"""Files of a case, each encrypted with a key of its own, which can be destroyed alone.

The key of the case wraps it, or of the committee whose file it is; without that it opens nothing.

In pieces, so that no single step is long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, literal, select

from server.domain.errors import NotFoundError, UnreadableError
from server.domain.ids import CaseId, FileId
from server.ports.files import ShreddedError, StoredFile
from server.ports.pieces import in_one
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import Layout, Question, Shelf
from server.store.transaction import Transaction
from server.store.vault import Place, Wrapped

_T = tables.files.c
_C = tables.file_contents.c
ENCRYPTED_AT_ONCE = 1 << 20
"""Bytes encrypted at once: well under a millisecond of the event loop."""
OWN = "file:"
"""Before a file's id, the owner of its key."""


def _plain(file: StoredFile) -> Mapping[str, object]:
    return {"id": file.id, "case_id": file.case_id, "kind": file.kind, "at": file.at}


_LAYOUT = Layout(Codec(StoredFile), tables.files, owner=_T.case_id)
_OF_CASE = Question(_LAYOUT, _T.case_id == bindparam("case"), order=[_T.at, _T.id])
_OWN_KEYS = tables.keys.alias("own_keys")
_OPENED = (
    _LAYOUT.one.rows.add_columns(_OWN_KEYS.c.wrapped.label("own"), _OWN_KEYS.c.under, _C.content)
    .outerjoin(_OWN_KEYS, _OWN_KEYS.c.owner == literal(OWN) + _T.id)
    .outerjoin(tables.file_contents, (_C.file_id == _T.id) & (_C.part == 0))
)
"""A file with its own key, if it has one, and its first piece, most often the only one."""
_PIECE = select(_C.content).where(_C.file_id == bindparam("file"), _C.part == bindparam("number"))
_ADDED = insert(tables.file_contents)


class SqlFiles:
    """Encrypted blobs. `case_id` may also be a committee's, for its seal image."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = Shelf(tx, _LAYOUT, _plain)

    async def add(self, file: StoredFile, content: bytes) -> None:
        await self._shelf.add(file)
        key = await self._tx.give_key(_own(file.id), under=file.case_id)
        for part, start in enumerate(range(0, len(content), ENCRYPTED_AT_ONCE)):
            piece = content[start : start + ENCRYPTED_AT_ONCE]
            hidden = self._tx.vault.encrypt(key, _place(file.id, part), piece)
            await self._tx.run(_ADDED, file_id=file.id, part=part, content=hidden)

    async def get(self, file: FileId) -> StoredFile:
        return await self._shelf.get(file)

    async def content(self, file: FileId) -> bytes:
        """Return the bytes. Raises UnreadableError when a piece is missing or was changed."""
        row = await self._tx.first(_OPENED, this=file)
        if row is None:
            raise NotFoundError
        stored = self._shelf.read(row)
        if stored.shredded_at is not None:
            raise ShreddedError
        key, following = _key(row), range(1, ceil(stored.size / ENCRYPTED_AT_ONCE))
        pieces = [self._piece(key, file, 0, row.content)] if row.content else []
        pieces += [await self._following(key, file, part) for part in following]
        content = await in_one(pieces)
        if len(content) != stored.size:
            raise UnreadableError(table="file_contents", id=file)
        return content

    async def _following(self, key: Wrapped, file: FileId, part: int) -> bytes:
        row = await self._tx.first(_PIECE, file=file, number=part)
        return b"" if row is None else self._piece(key, file, part, row.content)

    def _piece(self, key: Wrapped, file: FileId, part: int, hidden: bytes) -> bytes:
        return self._tx.vault.decrypt(key, _place(file, part), hidden)

    async def shred(self, file: FileId, at: datetime) -> None:
        stored = await self._shelf.get(file)
        gone = replace(stored, name="", sha256="", salt="", shredded_at=at)
        await self._shelf.replace(gone, expected=await self._shelf.version(file))
        await self._tx.run(delete(tables.file_contents).where(_C.file_id == file))
        await self._tx.forget_key(_own(file))

    async def of_case(self, case: CaseId) -> Sequence[StoredFile]:
        return await self._shelf.many(_OF_CASE, case=case)


# Any: the columns of a statement are known where it is written.
def _key(row: Row[Any]) -> Wrapped:
    """Return the file's own key, or the case's as in older databases."""
    case = Wrapped(row.owner, row.wrapped)
    if row.own is None:
        return case
    return Wrapped(_own(row.id), row.own, None if row.under is None else case)


def _own(file: FileId) -> str:
    return f"{OWN}{file}"


def _place(file: FileId, part: int) -> Place:
    return Place(table="file_contents", id=file, version=part)
