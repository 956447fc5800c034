"""Places what was logged in the tree over all cases and signs checkpoints of it.

One task does so all the time; sealing asks for it once more, so that a record can prove
that its log stands in a checkpoint, and goes on without where that fails.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.domain.checkpoint import Checkpoint, checkpoint_text, note_of, read_checkpoint
from server.domain.errors import DomainError, InvalidValueError, NotFoundError
from server.domain.ids import CaseId
from server.domain.inclusion import LogInclusion, proofs_json, proofs_of
from server.domain.log_check import ForkedTreeError, LogCheck
from server.domain.record import public_key_pem
from server.domain.session_log import GENESIS, BrokenChainError, Entry, Link, verify
from server.domain.tree import (
    Head,
    consistency_path,
    edge_of,
    inclusion_path,
    prove,
    spots_along,
    spots_of,
)
from server.ports.documents import LOG_KEY
from server.ports.store import Store, UnitOfWork
from server.usecases.stamp_checkpoints import stamp
from server.usecases.world import World

log = logging.getLogger(__name__)

BATCH = 256
"""So many new entries are signed for without waiting any longer, and no more by one checkpoint."""
EVERY = timedelta(seconds=60)
LOOK_S = 2.0
CHECK_S = 24 * 3600.0
_PLACED_AT_ONCE, _PROVEN_AT_ONCE = 32, 50
"""No turn of the loop may take 5 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a whole log is read: entries fetched by one transaction, and checked before a breath.

    A transaction costs as much as a hundred entries.
    """

    fetched: int
    checked: int
    breath_s: float


ALONE = Pace(fetched=4000, checked=4000, breath_s=0.0)
"""In a process that nobody waits for."""
BESIDE_ROOMS = Pace(fetched=200, checked=100, breath_s=0.01)
"""In the app, whose loop calls and media wait for."""


async def keep_tree(world: World) -> None:
    """Place and sign whatever comes, for ever."""
    while True:
        await place(world)
        if await _is_due(world):
            await sign_checkpoint(world)
        await world.clock.sleep(LOOK_S)


async def place(world: World) -> None:
    """Give everything that waits its place. A broken chain is told and left where it is."""
    async with world.store.read() as uow:
        waiting = await uow.tree.waiting()
    for case in waiting:
        try:
            await _place_case(world, case)
        except BrokenChainError as broken:
            log.critical("the log of case %s is broken: %s", case, dict(broken.facts))


async def _place_case(world: World, case: CaseId) -> None:
    placed = _PLACED_AT_ONCE
    while placed == _PLACED_AT_ONCE:
        async with world.store.write() as uow:
            placed = await uow.tree.place(case, _PLACED_AT_ONCE)


async def _is_due(world: World) -> bool:
    async with world.store.read() as uow:
        latest, at = await uow.tree.latest(), await uow.tree.latest_at()
        size = (await uow.tree.edge()).size
    if latest is None or at is None:
        return size > 0
    new, age = size - latest.head.size, world.clock.now() - at
    # A clock that was put back must not keep anything from being signed.
    return new >= BATCH or (new > 0 and not timedelta(0) <= age < EVERY)


async def sign_checkpoint(world: World) -> None:
    """Sign for the whole tree: for every 256 entries that came since the last, and for the rest.

    Raises ForkedTreeError where the tree is not the one that checkpoint was of: nothing is
    ever signed that contradicts what was signed before.
    """
    key = await world.signer.public_key(LOG_KEY)
    while (head := await _next_head(world, key)) is not None:
        note = note_of(key, head)
        made = await world.signer.sign(LOG_KEY, note)
        checkpoint = read_checkpoint(checkpoint_text(note, made.public_key, made.signature))
        async with world.store.write() as uow:
            await uow.tree.keep(checkpoint, world.clock.now())


async def _next_head(world: World, key: bytes) -> Head | None:
    """Return what is to be signed for now, None where the last checkpoint holds the whole tree."""
    async with world.store.read() as uow:
        latest, size = await uow.tree.latest(), (await uow.tree.edge()).size
        signed = latest.head.size if latest else 0
        if latest is not None:
            await _expect_grown(world, uow, latest, size, key)
        return None if size == signed else await _head_at(uow, min(size, signed + BATCH))


async def _expect_grown(
    world: World, uow: UnitOfWork, latest: Checkpoint, size: int, key: bytes
) -> None:
    signed = latest.head.size
    if signed > size or not latest.signed_by(key, world.checker.verify):
        raise ForkedTreeError(size=signed)
    if await _head_at(uow, signed) != latest.head:
        raise ForkedTreeError(size=signed)


async def _head_at(uow: UnitOfWork, size: int) -> Head:
    """Return what the tree was when it had so many entries: its nodes never change."""
    return edge_of(size, await uow.tree.nodes(spots_of((0, size)))).head


async def inclusion_of(world: World, case: CaseId, entries: Sequence[Entry]) -> LogInclusion | None:
    """Return the first checkpoint that holds a chain's beginning, with every entry's proof.

    Where there is none yet, the tree is brought up to date once. None where that fails:
    a seal does not wait for it.
    """
    try:
        found = await _inclusion(world, case, entries)
        if found is None:
            await _place_case(world, case)
            await sign_checkpoint(world)
            found = await _inclusion(world, case, entries)
    except DomainError as refused:
        log.warning("no checkpoint for the record of case %s: %s", case, refused.code)
        return None
    return found


async def _inclusion(world: World, case: CaseId, entries: Sequence[Entry]) -> LogInclusion | None:
    async with world.store.read() as uow:
        positions = await uow.tree.positions(case, len(entries))
        if not entries or len(positions) < len(entries):
            return None
        checkpoint = await uow.tree.covering(positions[-1] + 1)
        if checkpoint is None:
            return None
        size = checkpoint.head.size
        token = await uow.tree.stamp_of(size)
    proofs = await _proofs(world, positions, size)
    key = await world.signer.public_key(LOG_KEY)
    token = token or await stamp(world, checkpoint)
    text = checkpoint.text.encode()
    return LogInclusion(
        checkpoint=text,
        proofs=proofs,
        public_key=public_key_pem(key),
        stamp=token,
        stamp_root=await world.stamper.root_of(token, text) if token else None,
    )


async def _proofs(world: World, positions: Sequence[int], size: int) -> bytes:
    made = []
    for begin in range(0, len(positions), _PROVEN_AT_ONCE):
        some = positions[begin : begin + _PROVEN_AT_ONCE]
        wanted = spots_along(inclusion_path(position, size) for position in some)
        async with world.store.read() as uow:
            nodes = await uow.tree.nodes(wanted)
        made.append(await world.pool.run(proofs_of, begin + 1, some, size, nodes))
    return proofs_json(size, made)


async def verified(uow: UnitOfWork, case: CaseId) -> tuple[Sequence[Entry], str]:
    """Return a case's log and the head of its chain; raises BrokenChainError."""
    entries, head = list[Entry](), GENESIS
    async for page in uow.log.pages(case):
        head = verify(page, entries[-1] if entries else None)
        entries += page
    return entries, head


async def latest_checkpoint(world: World) -> Checkpoint:
    """Return the newest checkpoint. Raises NotFoundError before the first."""
    async with world.store.read() as uow:
        latest = await uow.tree.latest()
    if latest is None:
        raise NotFoundError
    return latest


async def consistency(world: World, first: int) -> tuple[Checkpoint, Sequence[bytes]]:
    """Return the newest checkpoint and the proof that it only added to the tree of `first`.

    Raises NotFoundError before the first checkpoint, InvalidValueError for a size that no
    tree up to it had.
    """
    async with world.store.read() as uow:
        latest = await uow.tree.latest()
        if latest is None:
            raise NotFoundError
        if not 0 < first <= latest.head.size:
            raise InvalidValueError(field="first", reason="no_such_tree")
        return latest, await consistency_hashes(uow, first, latest.head.size)


async def consistency_hashes(uow: UnitOfWork, first: int, size: int) -> Sequence[bytes]:
    """Return the proof that the tree of this size only added to the tree of `first`."""
    path = consistency_path(first, size)
    return prove(path, await uow.tree.nodes(spots_along([path])))


async def keep_checking(world: World) -> None:
    """Read the whole log once a day and tell when it is not what was signed for."""
    while True:
        try:
            head = await check_whole_log(world, BESIDE_ROOMS)
            log.info("the log holds: %d entries", head.size)
        except (BrokenChainError, ForkedTreeError) as broken:
            log.critical("the log does not hold: %s %s", broken.code, dict(broken.facts))
        await world.clock.sleep(CHECK_S)


async def check_whole_log(world: World, pace: Pace, known: Sequence[Head] = ()) -> Head:
    """Return size and root of the log as it is now, checked entry by entry.

    `known` are checkpoints kept elsewhere, beside our own newest one. Raises
    BrokenChainError, ForkedTreeError.
    """
    async with world.store.read() as uow:
        latest = await uow.tree.latest()
    check = LogCheck([*known, *([latest.head] if latest else [])])
    await read_through(world.store, check, pace, world.clock.sleep)
    return check.finish()


async def read_through(
    store: Store, check: LogCheck, pace: Pace, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Give `check` every entry that is placed by now. Raises BrokenChainError, ForkedTreeError."""
    async with store.read() as uow:
        begin, size = 0, (await uow.tree.edge()).size
    while begin < size:
        async with store.read() as uow:
            page = await uow.tree.links(begin, min(pace.fetched, size - begin))
        if not page:
            break
        begin += len(page)
        await _check(check, page, pace, sleep)


async def _check(
    check: LogCheck, page: Sequence[Link], pace: Pace, sleep: Callable[[float], Awaitable[None]]
) -> None:
    for start in range(0, len(page), pace.checked):
        for link in page[start : start + pace.checked]:
            check.add(link)
        await sleep(pace.breath_s)
