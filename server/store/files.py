"""Files of a case, each encrypted with a key of its own, which can be destroyed alone.

The key of the case wraps it, or of the committee whose file it is; without that it opens nothing.

In pieces, so that no single step is long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil

from sqlalchemy import delete, insert, select

from server.domain.errors import NotFoundError, UnreadableError
from server.domain.ids import CaseId, FileId
from server.ports.files import ShreddedError, StoredFile
from server.ports.pieces import in_one
from server.store import tables
from server.store.codec import Codec
from server.store.shelf import Layout, Shelf
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
            await self._tx.run(
                insert(tables.file_contents).values(file_id=file.id, part=part, content=hidden)
            )

    async def get(self, file: FileId) -> StoredFile:
        return await self._shelf.get(file)

    async def content(self, file: FileId) -> bytes:
        """Return the bytes. Raises UnreadableError when a piece is missing or was changed."""
        stored = await self._shelf.get(file)
        if stored.shredded_at is not None:
            raise ShreddedError
        key, parts = await self._key(stored), range(ceil(stored.size / ENCRYPTED_AT_ONCE))
        content = await in_one([await self._piece(stored, key, part) for part in parts])
        if len(content) != stored.size:
            raise UnreadableError(table="file_contents", id=file)
        return content

    async def _key(self, file: StoredFile) -> Wrapped:
        """Return the file's own key, or the case's as in older databases."""
        try:
            return await self._tx.wrapped_key(_own(file.id))
        except NotFoundError:
            return await self._tx.wrapped_key(file.case_id)

    async def _piece(self, file: StoredFile, key: Wrapped, part: int) -> bytes:
        mine = select(_C.content).where(_C.file_id == file.id, _C.part == part)
        row = await self._tx.first(mine)
        if row is None:
            return b""
        return self._tx.vault.decrypt(key, _place(file.id, part), row.content)

    async def shred(self, file: FileId, at: datetime) -> None:
        stored = await self._shelf.get(file)
        gone = replace(stored, name="", sha256="", salt="", shredded_at=at)
        await self._shelf.replace(gone, expected=await self._shelf.version(file))
        await self._tx.run(delete(tables.file_contents).where(_C.file_id == file))
        await self._tx.forget_key(_own(file))

    async def of_case(self, case: CaseId) -> Sequence[StoredFile]:
        return await self._shelf.many(_T.case_id == case, order=[_T.at, _T.id])


def _own(file: FileId) -> str:
    return f"{OWN}{file}"


def _place(file: FileId, part: int) -> Place:
    return Place(table="file_contents", id=file, version=part)
