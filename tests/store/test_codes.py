"""A one-time code is used once, by one, in time; the latest is the one that counts."""

import asyncio
from datetime import timedelta

import pytest

from server.store.store import SqlStore
from tests.store import examples
from tests.store.examples import AT

WHO, WHAT = "19900000001", "sign"


@pytest.fixture
async def sent(store: SqlStore) -> SqlStore:
    async with store.write() as uow:
        await uow.codes.put(examples.code())
    return store


async def consume(store: SqlStore, seconds: int = 0) -> bool:
    async with store.write() as uow:
        return await uow.codes.consume(WHO, WHAT, AT + timedelta(seconds=seconds))


async def test_a_code_is_used_once(sent: SqlStore) -> None:
    assert await consume(sent)
    assert not await consume(sent)
    async with sent.read() as uow:
        code = await uow.codes.find(WHO, WHAT)
    assert code is not None
    assert code.used_at == AT


async def test_of_twenty_who_use_it_at_once_one_wins(sent: SqlStore) -> None:
    won = await asyncio.gather(*(consume(sent) for _ in range(20)))
    assert sum(won) == 1


async def test_a_code_expires(sent: SqlStore) -> None:
    assert not await consume(sent, seconds=300)
    assert await consume(sent, seconds=299)


async def test_a_newer_code_voids_the_older(sent: SqlStore) -> None:
    newer = examples.code(code_hash="n" * 64, sent_at=AT + timedelta(minutes=1))
    async with sent.write() as uow:
        await uow.codes.put(newer)
        assert await uow.codes.find(WHO, WHAT) == newer
    assert await consume(sent)
    assert not await consume(sent)


async def test_wrong_tries_are_counted(sent: SqlStore) -> None:
    async with sent.write() as uow:
        await uow.codes.wrong(WHO, WHAT)
        await uow.codes.wrong(WHO, WHAT)
        await uow.codes.wrong(WHO, "sign_in")
        code = await uow.codes.find(WHO, WHAT)
    assert code is not None
    assert code.tries == 2


async def test_codes_sent_are_counted_for_each_subject(sent: SqlStore) -> None:
    later = AT + timedelta(minutes=1)
    async with sent.write() as uow:
        await uow.codes.put(examples.code(sent_at=later, purpose="sign_in"))
        await uow.codes.put(examples.code("19900000002", sent_at=later))
        assert await uow.codes.sent_since(WHO, AT) == 2
        assert await uow.codes.sent_since(WHO, later) == 1
        assert await uow.codes.sent_since(WHO, later + timedelta(seconds=1)) == 0
        assert not await uow.codes.consume("19900000003", WHAT, AT)


async def test_old_rows_are_forgotten(sent: SqlStore) -> None:
    async with sent.write() as uow:
        await uow.codes.put(examples.code("19900000002", sent_at=AT + timedelta(days=8)))
        assert await uow.codes.find(WHO, WHAT) is None
