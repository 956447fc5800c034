"""Verifies every sealed record that the register knows, as after a restore."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from server.domain.errors import DomainError
from server.domain.register import RegisterEntry, RegisterQuery
from server.usecases.known_issuers import anchors_of
from server.usecases.log_tree import ALONE, check_whole_log, verified
from server.usecases.world import World

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many records were looked at, and the numbers of those that do not hold, with why."""

    records: int
    failed: Sequence[tuple[str, str]]
    log_entries: int


async def check_records(world: World) -> Checked:
    """Verify every record, every case's chain of it, and the whole log.

    Raises BrokenChainError or ForkedTreeError where the log does not hold.
    """
    records, failed = 0, list[tuple[str, str]]()
    async for entry in _register(world):
        records += 1
        if why := await failure_of(world, entry):
            failed.append((entry.number, why))
    head = await check_whole_log(world, ALONE)
    return Checked(records=records, failed=failed, log_entries=head.size)


async def _register(world: World) -> AsyncIterator[RegisterEntry]:
    async with world.store.read() as uow:
        committees = await uow.committees.all()
    for committee in committees:
        page, found = 1, list[RegisterEntry]()
        while page == 1 or len(found) == _AT_ONCE:
            query = RegisterQuery(committee_id=committee.id, page=page, page_size=_AT_ONCE)
            async with world.store.read() as uow:
                found = list((await uow.register.search(query))[0])
            for entry in found:
                yield entry
            page += 1


async def failure_of(world: World, entry: RegisterEntry) -> str:
    """Return why the record does not hold today, empty where it does.

    A stamp that has ended fails, too: nobody can tell any more whether all is as it was.
    """
    try:
        stored = await world.archive.find(entry.record_id)
        if stored is None:
            return "missing"
        if stored.manifest_sha256 != entry.digest:
            return "another_record"
        async with world.store.read() as uow:
            await verified(uow, entry.case_id)
        roots = await anchors_of(world, entry)
        report = await world.archive.verify(entry.record_id, roots, world.clock.now())
    except DomainError as refused:
        return refused.code
    ended = [one for one in report.unknown if one.code == "archive_stamp" and one.facts]
    return ", ".join([*(one.code for one in report.failed), *("stamp_ended" for _ in ended)])
