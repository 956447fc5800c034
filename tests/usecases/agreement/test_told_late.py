"""Who signed is told of the seal though the server stopped before it could say so."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from server.domain.ids import CaseId
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import DiskFullError, Store, UnitOfWork
from server.usecases import finish_sealing
from server.usecases.standing import STANDING
from server.usecases.tell_sealed import NEWS, keep_telling, tell_untold
from server.usecases.world import World
from tests.support import signing
from tests.support.world import Stage
from tests.usecases.agreement.mortal import KilledError


class _Full:
    """A store whose disk is full after so many writes."""

    def __init__(self, real: Store, *, takes: int) -> None:
        self._real, self._takes = real, takes

    # Any: whatever a store has besides.
    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        if not self._takes:
            raise DiskFullError
        self._takes -= 1
        async with self._real.write() as uow:
            yield uow


@pytest.fixture
async def untold(office: Stage, monkeypatch: pytest.MonkeyPatch) -> CaseId:
    """Return a case sealed by a server that was gone before anybody was told."""
    made = await signing.signed(office)
    with monkeypatch.context() as patched:
        patched.setattr(finish_sealing, "send_waiting", AsyncMock(side_effect=KilledError))
        with pytest.raises(KilledError):
            await signing.seal(made)
    office.notifier.sent.clear()
    return made.case.id


async def of_seal(world: World, case_id: CaseId) -> Sequence[Message]:
    async with world.store.read() as uow:
        every = await uow.outbox.of_case(case_id)
    return [one for one in every if one.kind is MessageKind.SEALED]


async def test_what_was_not_sent_is_sent_later_and_once(office: Stage, untold: CaseId) -> None:
    waiting = await of_seal(office.world, untold)
    assert {one.state for one in waiting} == {MessageState.WAITING}
    await finish_sealing.finish(office.world, untold)
    assert office.notifier.sent == []
    office.notifier.state = MessageState.WAITING  # no gateway: nothing changes
    await tell_untold(office.world)
    assert await of_seal(office.world, untold) == waiting
    office.notifier.state = MessageState.SENT
    office.notifier.sent.clear()
    await tell_untold(office.world)
    await tell_untold(office.world)
    assert office.notifier.sent == waiting
    sent = [replace(one, state=MessageState.SENT) for one in waiting]
    assert await of_seal(office.world, untold) == sent


async def test_a_gateway_that_comes_later_tells_nothing_old(office: Stage, untold: CaseId) -> None:
    office.clock.jump((NEWS + timedelta(minutes=1)).total_seconds())
    await tell_untold(office.world)
    assert office.notifier.sent == []


async def test_one_that_cannot_be_told_is_in_the_log_and_ends_nothing(
    office: Stage, untold: CaseId, caplog: pytest.LogCaptureFixture
) -> None:
    broken = AsyncMock(send=AsyncMock(side_effect=OSError("no route")))
    await tell_untold(replace(office.world, notifier=broken))
    assert f"in case {untold} was not told" in caplog.text
    assert keep_telling in STANDING.values()


async def test_a_store_that_takes_no_writes_has_nothing_sent(
    office: Stage, untold: CaseId, caplog: pytest.LogCaptureFixture
) -> None:
    world = replace(office.world, store=_Full(office.world.store, takes=0))
    for _ in range(12):
        await tell_untold(world)
    assert office.notifier.sent == []
    assert {one.state for one in await of_seal(office.world, untold)} == {MessageState.WAITING}
    assert f"in case {untold} was not told" in caplog.text


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.FAILED])
async def test_what_was_sent_and_could_not_be_noted_is_noted_later_and_sent_once(
    office: Stage, untold: CaseId, state: MessageState
) -> None:
    office.notifier.state = state
    waiting = await of_seal(office.world, untold)
    for _ in range(12):
        full = _Full(office.world.store, takes=1)  # the last write before the disk is full
        await tell_untold(replace(office.world, store=full))
    assert office.notifier.sent == waiting[:1]
    await tell_untold(office.world)
    await tell_untold(office.world)
    assert office.notifier.sent == waiting
    assert {one.state for one in await of_seal(office.world, untold)} == {state}
