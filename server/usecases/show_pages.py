"""Shows the exact pages: to staff, and to the phone that is to sign them.

A page counts as shown to a person once its readable picture was sent to the phone that
holds the seat; signing waits until all of them were. That they were stands in the log, which lasts;
single pages are remembered for some days, and are shown again after that.
"""

import json
from dataclasses import dataclass

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, Locked
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, FileId, PersonId
from server.domain.invitation import Invitation
from server.domain.record import HANDWRITING, signature_folder
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.deliver_copy import expect_entitled
from server.usecases.locked_text import expect_kept, locked_text
from server.usecases.page_shelf import READABLE, width_for
from server.usecases.read_agreement import expect_holder
from server.usecases.world import World

_ALL = "sign.pages_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What is shown: the locked PDF, or the sealed one once there is one."""

    agreement: Agreement
    locked: Locked


async def staff_page(world: World, actor: Actor, case_id: CaseId, page: int, width: int) -> bytes:
    """Return one page (from 1) as WebP; NotFoundError beyond the last."""
    return await _page(world, await _for_staff(world, actor, case_id), page, width)


async def staff_pdf(world: World, actor: Actor, case_id: CaseId) -> bytes:
    """Return the exact PDF: locked, or sealed."""
    return await _pdf(world, await _for_staff(world, actor, case_id))


async def staff_handwriting(world: World, actor: Actor, case_id: CaseId, signer: str) -> bytes:
    """Return a signer's handwriting as PNG; NotFoundError where there is none."""
    shown = await _for_staff(world, actor, case_id)
    given = shown.agreement.signature_of(signer)
    if given is None or given.handwriting is None:
        raise NotFoundError
    if shown.agreement.seal is not None:
        name = f"{signature_folder(signer)}/{HANDWRITING}"
        return await world.archive.read(shown.agreement.seal.record_id, name)
    return await _content(world, given.handwriting)


async def _for_staff(world: World, actor: Actor, case_id: CaseId) -> _Shown:
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEE_DRAFT, access.of_case(case, actor))
        return await _shown(uow, case_id)


async def own_page(
    world: World, invitation: Invitation, device: str, page: int, width: int
) -> bytes:
    """Return one page to the phone that holds the seat, and remember that it was shown."""
    async with world.store.read() as uow:
        await expect_holder(uow, invitation, device)
        shown = await _shown(uow, invitation.case_id)
        if shown.agreement.seal is not None:
            # From here the pages are a copy of the sealed agreement.
            case = await uow.cases.get(invitation.case_id)
            expect_entitled(world, case, case.person(invitation.person_id))
    picture = await _page(world, shown, page, width)
    if width_for(width) >= READABLE and shown.agreement.seal is None:
        await remember(world, invitation, shown.locked, page)
    return picture


async def _shown(uow: UnitOfWork, case_id: CaseId) -> _Shown:
    agreement, locked = await locked_text(uow, case_id)
    if agreement.seal is None:
        await expect_kept(uow, locked.pdf)
    return _Shown(agreement=agreement, locked=locked)


async def _page(world: World, shown: _Shown, page: int, width: int) -> bytes:
    if not 1 <= page <= shown.locked.pages:
        raise NotFoundError
    wide, seal = width_for(width), shown.agreement.seal
    name = seal.record_id if seal else shown.locked.pdf_sha256

    async def draw() -> list[bytes]:
        return await world.renderer.pages(await _pdf(world, shown), wide)

    return (await world.shelf.pages(name, wide, draw))[page - 1]


async def _pdf(world: World, shown: _Shown) -> bytes:
    if shown.agreement.seal is not None:
        return await world.archive.pdf(shown.agreement.seal.record_id)
    return await _content(world, shown.locked.pdf)


async def _content(world: World, file: FileId) -> bytes:
    async with world.store.read() as uow:
        return await uow.files.content(file)


async def remember(world: World, invitation: Invitation, locked: Locked, page: int) -> None:
    """Note that this page was shown, and once in the log that all were."""
    person, key = invitation.person_id, _key(locked, invitation.person_id, page)
    async with world.store.read() as uow:
        known = await uow.replies.find(key) is not None
    if known:
        return
    case_id = invitation.case_id
    async with world.store.write() as uow:
        await uow.cases.get(case_id)  # its lock: nobody notes the same meanwhile
        if await uow.replies.find(key) is not None:
            return
        await uow.replies.put(key, "shown", world.clock.now())
        if await _each(uow, locked, person) and not await _noted(uow, case_id, locked, person):
            what = happened(
                _ALL,
                person,
                person=person,
                version=locked.version,
                pages=locked.pages,
            )
            await uow.log.append(case_id, (what,), world.clock.now())


async def all_shown(uow: UnitOfWork, case_id: CaseId, locked: Locked, person: PersonId) -> bool:
    """Return whether every page of this text was shown to the person, however long ago."""
    return await _each(uow, locked, person) or await _noted(uow, case_id, locked, person)


async def _noted(uow: UnitOfWork, case_id: CaseId, locked: Locked, person: PersonId) -> bool:
    """Return whether the log tells it of this text: each lock has a version of its own."""
    entries = await uow.log.of_case(case_id, (_ALL,))
    shown = [json.loads(entry.body)["facts"] for entry in entries]
    return any((one["person"], one["version"]) == (person, locked.version) for one in shown)


async def _each(uow: UnitOfWork, locked: Locked, person: PersonId) -> bool:
    for page in range(1, locked.pages + 1):
        if await uow.replies.find(_key(locked, person, page)) is None:
            return False
    return True


def _key(locked: Locked, person: PersonId, page: int) -> str:
    return f"page {locked.pdf_sha256} {person} {page}"
