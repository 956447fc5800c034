"""Agreements that only wait for their signatures and the seal, in an office of their own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, cast

from server.app import at_rest
from server.config import Settings
from server.domain.ids import CaseId
from server.domain.session_log import SYSTEM, happened
from server.domain.staff import StaffSession
from server.rooms.registry import Registry
from server.usecases import draft_agreement
from server.usecases.identify import hash_token
from server.usecases.world import World
from tests.support import paper, signing
from tests.support.signing import Phone, Sitting
from tests.support.world import (
    KeepingTeller,
    RoomTasks,
    Stage,
    StillMedia,
    actor,
    settle_committees,
    still_rooms,
)

SIGNING_STAFF = ("su", "jiang", "he")
"""Mediator, recorder and head, in the order of their turns."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An agreement that only waits for its lock."""

    case_id: CaseId
    revision: int


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A locked agreement: its phones, with every page seen, and scans of seals by who signs."""

    case_id: CaseId
    pdf_sha256: str
    phones: tuple[Phone, ...]
    scans: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A text locked for ink: a photo of each page, and what stands on the lines."""

    ready: Ready
    photos: Sequence[bytes]
    lines: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Office:
    """What a run begins with. `consoles` are the cookies of the signing staff, by login."""

    settings: Settings
    consoles: Mapping[str, str]


async def found(settings: Settings) -> Office:
    """Found the committees and sign their staff in."""
    async with at_rest(settings) as world:
        await settle_committees(world.store)
        return Office(
            settings=settings,
            consoles={login: await _console(world, login) for login in SIGNING_STAFF},
        )


async def _console(world: World, login: str) -> str:
    token, now = world.ids.token(), world.clock.now()
    async with world.store.write() as uow:
        await uow.staff.sign_in(
            StaffSession(
                token_hash=hash_token(token),
                staff_id=actor(login).staff_id,
                created_at=now,
                seen_at=now,
                step_up_at=now,
            )
        )
    return token


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[Stage]:
    """Wire the office's world for what comes before the signatures; no media, no browsers."""
    tasks, media, teller = RoomTasks(), StillMedia(), KeepingTeller()
    async with at_rest(settings) as world:
        ports = still_rooms(world.clock, world.ids, world.store, (media, world.recordings), teller)
        nowhere = cast("Any", None)
        yield Stage(
            world=replace(world, rooms=Registry(ports, tasks)),
            clock=nowhere,
            notifier=nowhere,
            teller=teller,
            media=media,
        )
        await tasks.end()


async def make_draft(scene: Stage, more: int = 0) -> Draft:
    """Bring one more example to the point where it may be locked."""
    made = await _drafted(scene, more)
    revision = (await signing.agreement(scene.world, made.case.id)).revision
    return Draft(case_id=made.case.id, revision=revision)


async def _drafted(scene: Stage, more: int) -> Sitting:
    """Return one with every clause answered, and so many heads of a recording in its log."""
    world = scene.world
    planned = world.clock.now() + timedelta(hours=1)
    made = await signing.sitting(scene, on_video=True, planned_at=planned)
    await draft_agreement.edit(world, actor("su"), made.case.id, _draft(made))
    for phone in made.phones:
        for clause in range(len(signing.CLAUSES)):
            await phone.answer(clause)
    heads = [
        happened("recording.head", SYSTEM, recording="r" * 32, chunks=n, head="a" * 64)
        for n in range(1, more + 1)
    ]
    async with world.store.write() as uow:
        await uow.log.append(made.case.id, heads, world.clock.now())
    return made


async def make_ready(scene: Stage, more: int = 0) -> Ready:
    """Bring one more example to the point where its first party may sign."""
    made = await _drafted(scene, more)
    await signing.lock(made)
    for phone in made.phones:
        await phone.look()
    return Ready(
        case_id=made.case.id,
        pdf_sha256=await signing.pdf_sha256(made),
        phones=made.phones,
        scans={made.agent.invitation.person_id: await signing.scan(made)},
    )


async def make_paper(scene: Stage) -> Paper:
    """Bring one more example to the point where its signed pages are photographed."""
    made = await _drafted(scene, 0)
    text = await paper.lock(made)
    ready = Ready(
        case_id=made.case.id, pdf_sha256=await signing.pdf_sha256(made), phones=(), scans={}
    )
    lines = [{**asdict(one), "signed_on": str(one.signed_on)} for one in paper.ticked(text).lines]
    photos = [paper.large(sheet) for sheet in paper.sheets(await paper.printed(made))]
    return Paper(ready=ready, photos=photos, lines=lines)


def _draft(made: Sitting) -> draft_agreement.DraftForm:
    form = signing.draft(made.case)
    today = made.world.pack.local_day(made.world.clock.now())
    later = [
        replace(one, due_on=today + timedelta(days=n)) for n, one in enumerate(form.payments, 3)
    ]
    return replace(form, payments=tuple(later))
