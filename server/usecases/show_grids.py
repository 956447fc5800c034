"""Lets who may watch a recording have one film made of all its participants, and watch that.

The film is a derivative: what was recorded stays the evidence. Who asked, that it was made, of
what and which bytes, and who watched it stands in the log.
"""

import base64
import json
import logging
from collections.abc import Mapping

from server.domain.errors import NotFoundError, UnreadableError, WrongStateError, trail
from server.domain.ids import CaseId, RecordId, RecordingId
from server.domain.session import Recording
from server.domain.session_log import SYSTEM, happened
from server.domain.staff import Actor
from server.ports.pieces import joined
from server.ports.recording import GridOrder, GridReport, GridState, RecordingState
from server.ports.store import UnitOfWork
from server.usecases.show_recordings import Asked, Film, expect_recording, names_in, recordings_of
from server.usecases.world import World

log = logging.getLogger(__name__)

_MADE = "recording.grid_made"


async def ask(
    world: World, actor: Actor, record_id: RecordId, opening: str, recording: RecordingId
) -> GridReport:
    """Have the film made when its turn comes; asking twice is fine.

    Raises ForbiddenError, NotFoundError, ShreddedError, FilmsBusyError, and WrongStateError where
    the recording is damaged or gone.
    """
    asked = await expect_recording(world, actor, record_id, opening, recording)
    state = (await world.recordings.check(recording)).state
    if state not in {RecordingState.WHOLE, RecordingState.CUT_SHORT}:
        raise WrongStateError(state=state.value)
    await _note(world, actor, asked, "recording.grid_asked")
    await world.grids.ask(_order(asked.case_id, asked.recording, asked.names))
    return await world.grids.report(recording)


async def cancel(
    world: World, actor: Actor, record_id: RecordId, opening: str, recording: RecordingId
) -> GridReport:
    """Make it no longer; nothing happens where it is not being made."""
    asked = await expect_recording(world, actor, record_id, opening, recording)
    if await world.grids.cancel(recording):
        await _note(world, actor, asked, "recording.grid_cancelled")
    return await world.grids.report(recording)


async def report(
    world: World, actor: Actor, record_id: RecordId, opening: str, recording: RecordingId
) -> GridReport:
    """Return how far it is."""
    await expect_recording(world, actor, record_id, opening, recording)
    return await world.grids.report(recording)


async def watch(
    world: World, actor: Actor, record_id: RecordId, opening: str, recording: RecordingId
) -> Film:
    """Return the film; NotFoundError where none was made."""
    asked = await expect_recording(world, actor, record_id, opening, recording)
    pieces = world.grids.watch(recording, base64.b64decode(asked.recording.key))
    first = await anext(pieces, b"")
    await _note(world, actor, asked, "recording.grid_watched")
    return Film(name=asked.title, pieces=joined(first, pieces))


async def keep_making(world: World) -> None:
    """Make what was asked for, one after the other, until cancelled; first what a stop left."""
    for recording, case_id in (await world.grids.asked()).items():
        try:
            await _resume(world, recording, case_id)
        except UnreadableError as fault:  # one case must not hold up the others
            said = trail(fault)
            log.error("grid of recording %s: not begun again: %s", recording, said)  # noqa: TRY400 - never its words
    while True:
        made = await world.grids.next_made()
        if made.why:
            log.warning("grid of recording %s: %s", made.recording, made.why)
            continue
        what = happened(
            _MADE,
            SYSTEM,
            recording=made.recording,
            film=made.sha256,
            head=made.chain,
        )
        async with world.store.write() as uow:
            await uow.log.append(made.case_id, (what,), world.clock.now())
        await world.grids.noted(made.recording)


async def _resume(world: World, recording: RecordingId, case_id: CaseId) -> None:
    async with world.store.read() as uow:
        found = await _found(uow, recording, case_id)
    if found is None:
        await world.grids.cancel(recording)
    elif await _logged(world, recording, case_id):
        await world.grids.noted(recording)
    else:
        await world.grids.ask(_order(case_id, *found))


async def _logged(world: World, recording: RecordingId, case_id: CaseId) -> bool:
    """Whether the film is there and in the log: the stop came before that was noted."""
    head = await world.recordings.head(recording)
    if head is None or (await world.grids.report(recording)).state is not GridState.READY:
        return False
    async with world.store.read() as uow:
        entries = await uow.log.of_case(case_id, (_MADE,))
    made = [json.loads(entry.body)["facts"] for entry in entries]
    return any((one["recording"], one["head"]) == (recording, head.chain) for one in made)


async def _found(
    uow: UnitOfWork, recording: RecordingId, case_id: CaseId
) -> tuple[Recording, Mapping[str, str]] | None:
    """Return a recording that still has its key, and the names of its seats."""
    try:
        case = await uow.cases.get(case_id)
    except NotFoundError:
        return None
    held = [one for one in await recordings_of(uow, case_id) if one.id == recording and one.key]
    return (held[0], await names_in(uow, case)) if held else None


def _order(case_id: CaseId, recording: Recording, names: Mapping[str, str]) -> GridOrder:
    """Let everybody stand in the order of the case: who spoke or came first is not told by it."""
    standing = [name for name in names if name in recording.seats]
    return GridOrder(
        recording=recording.id,
        case_id=case_id,
        key=base64.b64decode(recording.key),
        names={seat: names[seat] for seat in standing},
    )


async def _note(world: World, actor: Actor, asked: Asked, kind: str) -> None:
    what = happened(
        kind,
        actor.staff_id,
        record=asked.record_id,
        opening=asked.opening,
        recording=asked.recording.id,
    )
    async with world.store.write() as uow:
        await uow.log.append(asked.case_id, (what,), world.clock.now())
