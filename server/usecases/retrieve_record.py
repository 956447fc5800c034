"""Opens a sealed record for a reason, verifies it, and shows it while the opening lasts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement
from server.domain.errors import NotFoundError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, PersonId, RecordId, StaffId
from server.domain.record import HANDWRITING, signature_folder
from server.domain.register import RecordOpening, RegisterEntry, by_calendar, expect_open
from server.domain.session_log import Entry, happened
from server.domain.staff import Actor
from server.domain.verification import Report
from server.ports.archive import StoredRecord
from server.ports.store import UnitOfWork
from server.usecases.kept_reasons import keep_reason
from server.usecases.known_issuers import anchors_of
from server.usecases.page_shelf import width_for
from server.usecases.read_case import calendar_of
from server.usecases.wording import day_and_clock
from server.usecases.world import World

COURSE = frozenset(
    {
        "case.registered",
        "case.accepted",
        "invite.accepted",
        "session.open",
        "session.close",
        "session.adjourn",
        "identity.checked",
        "identity.failed",
        "notice.shown",
        "rights.read",
        "consent.given",
        "consent.refused",
        "consent.withdrawn",
        "consent.wish_for",
        "consent.wish_against",
        "device.admitted",
        "device.moved",
        "room.open",
        "room.close",
        "recording.started",
        "recording.stopped",
        "recording.watched",
        "recording.grid_watched",
        "agreement.locked",
        "agreement.unlocked",
        "sign.done",
        "sign.refused",
        "sign.wetink.compared",
        "sign.witnessed",
        "seal.released",
        "seal.applied",
        "agreement.effective",
        "record.written",
        "delivery.sent",
        "delivery.reached",
        "delivery.paper",
        "record.viewed",
        "record.taken",
        "archive_timestamp.renewed",
        "keeping.held",
        "keeping.lifted",
        "destruction.proposed",
        "destruction.declined",
        "destruction.confirmed",
    }
)
"""The log's entries that make up the course of events; the rest is how the line was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An opened record: its entry, what the verifier found, its course, who else opened it.

    `people` are the names of the case's people, for whom its log has ids alone.
    """

    entry: RegisterEntry
    opening: RecordOpening
    report: Report
    verified_in_ms: int
    stored: StoredRecord
    agreement: Agreement
    log: Sequence[Entry]
    openings: Sequence[RecordOpening]
    staff: Mapping[StaffId, str]
    people: Mapping[PersonId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What somebody takes away of a record, and the number under which he finds it again."""

    number: str
    content: bytes


async def open_record(world: World, actor: Actor, record_id: RecordId, reason: str) -> Opened:
    """Open the record, log that it was, and verify it.

    The log holds SHA-256(salt || reason) alone. Raises NotFoundError for another
    committee's record, ForbiddenError for a mediator's who did not mediate it.
    """
    opening = RecordOpening(
        id=world.ids.new(),
        record_id=record_id,
        staff_id=actor.staff_id,
        reason=reason,
        at=world.clock.now(),
    )
    async with world.store.write() as uow:
        entry = await _entry(uow, actor, record_id)
        earlier = await uow.register.openings(record_id)
        await uow.register.open(opening)
        await _log_opening(world, uow, entry, opening)
    return await _opened(world, entry, opening, earlier)


async def _entry(uow: UnitOfWork, actor: Actor, record_id: RecordId) -> RegisterEntry:
    entry = await uow.register.get(record_id)
    case = await uow.cases.get(entry.case_id)
    access.allow(actor, Act.OPEN_RECORD, access.of_case(case, actor))
    return entry


async def _log_opening(
    world: World, uow: UnitOfWork, entry: RegisterEntry, opening: RecordOpening
) -> None:
    case_id, kind = entry.case_id, FileKind.REVEAL_REASON
    kept = await keep_reason(world, uow, case_id, kind, opening.reason, opening.id)
    what = happened(
        "record.viewed",
        opening.staff_id,
        record=entry.record_id,
        opening=opening.id,
        reason_commitment=kept.commitment,
        file=kept.file,
    )
    await uow.log.append(entry.case_id, (what,), opening.at)


async def _opened(
    world: World, entry: RegisterEntry, opening: RecordOpening, earlier: Sequence[RecordOpening]
) -> Opened:
    stored = await world.archive.find(entry.record_id)
    if stored is None:
        raise NotFoundError
    begun = world.clock.monotonic()
    report = await _verify(world, entry)
    took = round((world.clock.monotonic() - begun) * 1000)
    async with world.store.read() as uow:
        agreement = await uow.agreements.of_case(entry.case_id)
        if agreement is None:
            raise NotFoundError
        members = await uow.staff.of_committee(entry.committee_id)
        case = await uow.cases.get(entry.case_id)
        return Opened(
            entry=by_calendar(entry, await calendar_of(uow, world.pack)),
            opening=opening,
            report=report,
            verified_in_ms=took,
            stored=stored,
            agreement=agreement,
            log=await _course(uow, entry.case_id),
            openings=earlier,
            staff={member.id: member.name for member in members},
            people={person.id: person.name for person in case.people},
        )


async def _course(uow: UnitOfWork, case: CaseId) -> Sequence[Entry]:
    pages = uow.log.pages(case)
    return [one async for page in pages for one in page if json.loads(one.body)["kind"] in COURSE]


async def _verify(world: World, entry: RegisterEntry) -> Report:
    """Verify against the issuer this server knows as the committee's own."""
    roots = await anchors_of(world, entry)
    return await world.archive.verify(entry.record_id, roots, world.clock.now())


async def pdf(world: World, actor: Actor, record_id: RecordId, opening: str) -> Taken:
    """Return the sealed PDF as last renewed; ForbiddenError without his own living opening."""
    entry, _ = await expect_opening(world, actor, record_id, opening, taken="pdf")
    return Taken(number=entry.number, content=await world.archive.pdf(record_id))


async def package(world: World, actor: Actor, record_id: RecordId, opening: str) -> Taken:
    """Return the whole record as one ZIP; the same until its stamp is renewed."""
    entry, _ = await expect_opening(world, actor, record_id, opening, taken="package")
    return Taken(number=entry.number, content=await world.archive.package(record_id))


async def handwriting(
    world: World, actor: Actor, record_id: RecordId, opening: str, signer: str
) -> bytes:
    """Return a signer's handwriting as PNG; NotFoundError where there is none."""
    await expect_opening(world, actor, record_id, opening)
    return await world.archive.read(record_id, f"{signature_folder(signer)}/{HANDWRITING}")


async def page(
    world: World, actor: Actor, record_id: RecordId, opening: str, place: tuple[int, int]
) -> bytes:
    """Return page `place[0]` (from 1), about `place[1]` wide, under name and time, as WebP."""
    entry, valid = await expect_opening(world, actor, record_id, opening)
    number, width = place[0], width_for(place[1])
    day, clock = day_and_clock(valid.at, world.pack, world.pack.languages[0])
    words = f"{actor.name} {day} {clock}"

    async def draw() -> list[bytes]:
        content = await world.archive.pdf(entry.record_id)
        return await world.renderer.watermarked(content, width, words)

    pages = await world.shelf.pages(f"{record_id} {valid.id}", width, draw)
    if not 1 <= number <= len(pages):
        raise NotFoundError
    return pages[number - 1]


async def expect_opening(
    world: World, actor: Actor, record_id: RecordId, opening: str, taken: str = ""
) -> tuple[RegisterEntry, RecordOpening]:
    """Return entry and opening; what is taken away is logged.

    ForbiddenError without the member's own living opening.
    """
    now = world.clock.now()
    async with world.store.read() as uow:
        entry = await _entry(uow, actor, record_id)
        found = await uow.register.opening(opening)
    valid = expect_open(found, record_id, actor.staff_id, now)
    if taken:
        what = happened(
            "record.taken", actor.staff_id, record=record_id, opening=valid.id, part=taken
        )
        async with world.store.write() as uow:
            await uow.log.append(entry.case_id, (what,), now)
    return entry, valid
