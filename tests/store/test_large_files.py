"""A large file is put together in a thread: the loop goes on meanwhile."""

import pytest

from server.domain.ids import FileId
from server.store.files import ENCRYPTED_AT_ONCE
from server.store.store import SqlStore
from tests.store import examples
from tests.store.examples import Story


@pytest.mark.parametrize(
    ("size", "threads"), [(ENCRYPTED_AT_ONCE, 0), (3 * ENCRYPTED_AT_ONCE + 1, 1)]
)
async def test_pieces_are_joined_in_a_thread_where_there_are_many(
    sqlite_store: SqlStore, moved: list[object], size: int, threads: int
) -> None:
    content = (bytes(range(251)) * (size // 251 + 1))[:size]
    async with sqlite_store.write() as uow:
        await Story(uow).begin()
        await uow.files.add(examples.file(size=size), content)
    moved.clear()
    async with sqlite_store.read() as uow:
        assert await uow.files.content(FileId("file-1")) == content
    assert moved.count(b"".join) == threads
