"""Lists a record's recordings with their state, and lets who may watch one participant's film.

A recording is checked against its own manifest and against the chain heads that the session log
kept while it was made: whoever changed the one has not changed the other.
"""

import base64
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from server.domain import access
from server.domain.access import Act
from server.domain.case import Case
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, RecordId, RecordingId, SeatId
from server.domain.session import Recording
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.files import ShreddedError
from server.ports.pieces import joined
from server.ports.recording import GridReport, RecordingReport, RecordingState
from server.ports.store import UnitOfWork
from server.rooms.heads import heads_of
from server.usecases.retrieve_record import expect_opening
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One recording: what is known of it and what was found on disk; names by seat."""

    recording: Recording
    report: RecordingReport
    grid: GridReport
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A recording that somebody may watch under an opening; names by seat.

    `title` is the agreement's number and which of the case's recordings it is, from 1.
    """

    title: str
    record_id: RecordId
    case_id: CaseId
    opening: str
    recording: Recording
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film in pieces, and what it is called: whose it is must not be mistaken."""

    name: str
    pieces: AsyncGenerator[bytes]


async def recordings(
    world: World, actor: Actor, record_id: RecordId, opening: str
) -> tuple[Sequence[Shown], bool]:
    """Return the recordings of the record's case, oldest first, and whether he may watch."""
    entry, _ = await expect_opening(world, actor, record_id, opening)
    async with world.store.read() as uow:
        case = await uow.cases.get(entry.case_id)
        every = await recordings_of(uow, entry.case_id)
        heads = await heads_of(uow, entry.case_id)
        names = await names_in(uow, case)
    may = access.covers(actor, Act.OPEN_RECORDING, access.of_case(case, actor))
    shown = [
        Shown(
            recording=one,
            report=await _checked(world, one, heads),
            grid=await world.grids.report(one.id),
            names=names,
        )
        for one in every
    ]
    return shown, may


async def expect_recording(
    world: World, actor: Actor, record_id: RecordId, opening: str, recording: RecordingId
) -> Asked:
    """Return a recording that may be watched.

    Raises ForbiddenError, NotFoundError, and ShreddedError where its key was destroyed.
    """
    entry, valid = await expect_opening(world, actor, record_id, opening)
    async with world.store.read() as uow:
        case = await uow.cases.get(entry.case_id)
        access.allow(actor, Act.OPEN_RECORDING, access.of_case(case, actor))
        every = {one.id: one for one in await recordings_of(uow, entry.case_id)}
        names = await names_in(uow, case)
    if recording not in every:
        raise NotFoundError
    if not every[recording].key:
        raise ShreddedError
    return Asked(
        title=f"{entry.number} {[*every].index(recording) + 1}",
        record_id=record_id,
        case_id=entry.case_id,
        opening=valid.id,
        recording=every[recording],
        names=names,
    )


async def watch(
    world: World, actor: Actor, record_id: RecordId, opening: str, which: tuple[str, str]
) -> Film:
    """Return one participant's film; `which` is a recording and a seat.

    The opening's reason stands in the log; so does that this was watched. Raises
    ForbiddenError, ShreddedError, and NotFoundError where there is nothing to see.
    """
    recording_id, seat = RecordingId(which[0]), SeatId(which[1])
    asked = await expect_recording(world, actor, record_id, opening, recording_id)
    if seat not in asked.recording.seats:
        raise NotFoundError
    pieces = world.recordings.watch(recording_id, base64.b64decode(asked.recording.key), str(seat))
    first = await anext(pieces, None)
    if first is None:
        raise NotFoundError
    what = happened(
        "recording.watched",
        actor.staff_id,
        record=record_id,
        opening=asked.opening,
        recording=recording_id,
        seat=seat,
    )
    async with world.store.write() as uow:
        await uow.log.append(asked.case_id, (what,), world.clock.now())
    return Film(name=f"{asked.title} {asked.names[seat]}", pieces=joined(first, pieces))


async def names_in(uow: UnitOfWork, case: Case) -> Mapping[str, str]:
    """Return the names of everybody who may have sat in a case's room, by seat."""
    staff = await uow.staff.of_committee(case.committee_id)
    names: dict[str, str] = {person.id: person.name for person in case.people}
    return names | {member.id: member.name for member in staff}


async def recordings_of(uow: UnitOfWork, case: CaseId) -> list[Recording]:
    """Return the recordings of a case's sittings, oldest first."""
    sessions = await uow.sessions.of_case(case)
    return [recording for session in sessions for recording in session.recordings]


async def _checked(
    world: World, one: Recording, heads: Sequence[Mapping[str, object]]
) -> RecordingReport:
    if not one.key:
        return RecordingReport(state=RecordingState.DESTROYED)
    report = await world.recordings.check(one.id)
    logged = (facts for facts in heads if facts["recording"] == one.id)
    if all(_agrees(report.chain, facts) for facts in logged):
        return report
    missing = report.state is RecordingState.MISSING
    state = RecordingState.MISSING if missing else RecordingState.DAMAGED
    return RecordingReport(state=state, chunks=report.chunks, octets=report.octets)


def _agrees(chain: Sequence[str], facts: Mapping[str, object]) -> bool:
    chunks = facts["chunks"]
    return isinstance(chunks, int) and chain[chunks - 1 : chunks] == (facts["head"],)
