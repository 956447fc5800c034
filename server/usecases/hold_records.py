"""Lets the storage of records follow the holds that stand: it then refuses to remove them itself.

A hold stands once the database has it, and the storage follows; it is lifted once the storage
has let go. So whatever fails in between, the storage owes a hold to a case that is held, never
its end to one that is not: every day each held case is looked at again.
"""

import logging
from asyncio import Lock
from collections.abc import AsyncIterator
from dataclasses import replace

from server.domain.case import Case
from server.domain.custody import Custody, HeldError
from server.domain.errors import DomainError, NotFoundError
from server.domain.ids import CaseId, RecordId
from server.domain.register import RegisterEntry
from server.ports.archive import Holding
from server.ports.keeping import KeepingQuery
from server.usecases.world import World

log = logging.getLogger(__name__)

EVERY_S = 86_400.0
_AT_ONCE = 100
OWED = (
    "案件 %s 的封存保留尚未写入存储（%s），每天再试；数据库中的保留有效 · "
    "the storage does not hold case %s yet (%s): tried again every day; it is held here"
)

LEFT = (
    "卷宗 %s 在存储中的保留不是本服务设置的（或未能确认），予以保留；须由存储管理者解除 · "
    "the storage keeps its hold on %s, which was not, or not surely, put there by this server"
)
GONE = (
    "存储中没有卷宗 %s，因此没有可解除的保留 · "
    "the storage has no record %s any more, and so holds nothing of it"
)


async def keep_holding(world: World) -> None:
    """Let the storage hold what is held, at start and once a day, until cancelled."""
    while True:
        await hold_again(world)
        await world.clock.sleep(EVERY_S)


async def hold_again(world: World) -> int:
    """Let the storage hold every record that is held here; return how many it owes still."""
    owed = 0
    async for case in _held(world):
        async with turn(world, case.id):
            owed += not await follow(world, case.id)
    return owed


def turn(world: World, case: CaseId) -> Lock:
    """Return the turn in which holds of a case change."""
    return world.turns.of(f"hold {case}")


async def follow(world: World, case_id: CaseId) -> bool:
    """Put the storage's hold on a record whose case is held; False where that failed.

    What failed is told in the log; the hold stands in the database all the same.
    """
    async with world.store.read() as uow:
        case, entry = await uow.cases.get(case_id), await uow.register.of_case(case_id)
    if entry is None or not case.custody.held:
        return True
    try:
        holding = await world.archive.hold(entry.record_id, held=True)
    except DomainError as failed:
        log.warning(OWED, case.id, failed, case.id, failed)
        return False
    if _with(case.custody, holding) != case.custody:
        async with world.store.write() as uow:
            now = await uow.cases.get(case_id)
            await uow.cases.save(replace(now, custody=_with(now.custody, holding)))
    return True


def _with(custody: Custody, holding: Holding) -> Custody:
    # What is found held every day after is still ours where it was placed once.
    placed = holding is Holding.PLACED or (custody.placed and bool(holding))
    return replace(custody, stored=bool(holding), placed=placed)


async def let_go(world: World, record_id: RecordId, custody: Custody) -> None:
    """Take the storage's hold off a record, where it is known to be ours; else leave it, and log.

    Raises what the archive raises, but for a record that is gone; then it stands.
    """
    if not custody.placed:
        if await _stored(world, record_id):
            log.warning(LEFT, record_id, record_id)
        return
    try:
        await world.archive.hold(record_id, held=False)
    except NotFoundError:
        log.warning(GONE, record_id, record_id)


async def expect_not_held(world: World, entry: RegisterEntry | None) -> None:
    """Raise HeldError where the storage holds the record, whoever told it to."""
    if entry is not None and await _stored(world, entry.record_id):
        raise HeldError(holds=1)


async def _stored(world: World, record_id: RecordId) -> bool:
    try:
        return await world.archive.held(record_id)
    except NotFoundError:
        log.warning(GONE, record_id, record_id)
        return False


async def _held(world: World) -> AsyncIterator[Case]:
    async with world.store.read() as uow:
        committees = await uow.committees.all()
    for committee in committees:
        page, found = 1, list[Case]()
        while page == 1 or len(found) == _AT_ONCE:
            query = KeepingQuery(committee_id=committee.id, due=(), page=page, page_size=_AT_ONCE)
            async with world.store.read() as uow:
                found = list((await uow.cases.in_keeping(query))[0])
            for case in found:
                yield case
            page += 1
