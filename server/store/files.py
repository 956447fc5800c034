"""Files of a case, each encrypted with a key of its own, which can be destroyed alone.

In pieces, so that no single step is long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, insert, select

from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, FileId
from server.ports.store import ShreddedError, StoredFile
from server.store import tables
from server.store.codec import Codec
from server.store.errors import UnreadableError
from server.store.shelf import Layout, Shelf
from server.store.transaction import Transaction
from server.store.vault import Place

_T = tables.files.c
_C = tables.file_contents.c
PIECE = 1 << 20
"""Bytes encrypted at once: well under a millisecond of the event loop."""


def _plain(file: StoredFile) -> Mapping[str, object]:
    return {"id": file.id, "case_id": file.case_id, "kind": file.kind, "at": file.at}


_LAYOUT = Layout(Codec(StoredFile), tables.files, owner=_T.case_id, plain=_plain)


class SqlFiles:
    """Encrypted blobs. `case_id` may also be a committee's, for its seal image."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._shelf = Shelf(tx, _LAYOUT)

    async def add(self, file: StoredFile, content: bytes) -> None:
        await self._shelf.add(file)
        owner = _own(file.id)
        await self._tx.give_key(owner)
        wrapped = await self._tx.wrapped_key(owner)
        for part, start in enumerate(range(0, len(content), PIECE)):
            piece = content[start : start + PIECE]
            hidden = self._tx.vault.encrypt(owner, wrapped, _place(file.id, part), piece)
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
        owner = await self._owner(stored)
        wrapped = await self._tx.wrapped_key(owner)
        pieces: list[bytes] = []
        while (piece := await self._piece(file, owner, wrapped, len(pieces))) is not None:
            pieces.append(piece)
        content = b"".join(pieces)
        if len(content) != stored.size:
            raise UnreadableError(table="file_contents", id=file)
        return content

    async def _owner(self, file: StoredFile) -> str:
        """Return whose key encrypts it: its own, or the case's as in older databases."""
        try:
            await self._tx.wrapped_key(_own(file.id))
        except NotFoundError:
            return file.case_id
        return _own(file.id)

    async def _piece(self, file: FileId, owner: str, wrapped: bytes, part: int) -> bytes | None:
        row = await self._tx.first(select(_C.content).where(_C.file_id == file, _C.part == part))
        if row is None:
            return None
        return self._tx.vault.decrypt(owner, wrapped, _place(file, part), row.content)

    async def shred(self, file: FileId, at: datetime) -> None:
        stored = await self._shelf.get(file)
        gone = replace(stored, name="", sha256="", salt="", shredded_at=at)
        await self._shelf.replace(gone, expected=await self._shelf.version(file))
        await self._tx.run(delete(tables.file_contents).where(_C.file_id == file))
        await self._tx.forget_key(_own(file))

    async def of_case(self, case: CaseId) -> Sequence[StoredFile]:
        return await self._shelf.many(_T.case_id == case, order=[_T.at, _T.id])


def _own(file: FileId) -> str:
    return f"file:{file}"


def _place(file: FileId, part: int) -> Place:
    return Place(table="file_contents", id=file, version=part)
