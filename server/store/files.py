"""Files of a case, encrypted with its key in pieces, so that no single step is long."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select

from server.domain.ids import CaseId, FileId
from server.ports.store import StoredFile
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
        wrapped = await self._tx.wrapped_key(file.case_id)
        for part, start in enumerate(range(0, len(content), PIECE)):
            piece = content[start : start + PIECE]
            hidden = self._tx.vault.encrypt(file.case_id, wrapped, _place(file.id, part), piece)
            await self._tx.run(
                insert(tables.file_contents).values(file_id=file.id, part=part, content=hidden)
            )

    async def get(self, file: FileId) -> StoredFile:
        return await self._shelf.get(file)

    async def content(self, file: FileId) -> bytes:
        """Return the bytes. Raises UnreadableError when a piece is missing or was changed."""
        stored = await self._shelf.get(file)
        wrapped = await self._tx.wrapped_key(stored.case_id)
        pieces: list[bytes] = []
        while (piece := await self._piece(stored, wrapped, len(pieces))) is not None:
            pieces.append(piece)
        content = b"".join(pieces)
        if len(content) != stored.size:
            raise UnreadableError(table="file_contents", id=file)
        return content

    async def _piece(self, file: StoredFile, wrapped: bytes, part: int) -> bytes | None:
        row = await self._tx.first(select(_C.content).where(_C.file_id == file.id, _C.part == part))
        if row is None:
            return None
        place = _place(file.id, part)
        return self._tx.vault.decrypt(file.case_id, wrapped, place, row.content)

    async def of_case(self, case: CaseId) -> Sequence[StoredFile]:
        return await self._shelf.many(_T.case_id == case, order=[_T.at, _T.id])


def _place(file: FileId, part: int) -> Place:
    return Place(table="file_contents", id=file, version=part)
