"""Keeps scans and photos of the paper that was signed, page by page, and shows them."""

from collections.abc import Sequence

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement
from server.domain.case import Case
from server.domain.errors import NotFoundError, TooLargeError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId
from server.domain.paper_copy import expect_paper, pages_of, paper_name, placed, staying
from server.domain.session_log import Happening, happened
from server.domain.signing_route import PaperPage
from server.domain.staff import Actor
from server.ports.files import StoredFile
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change, expect_going
from server.usecases.lock_agreement import RECORD_MARGIN
from server.usecases.locked_text import expect_kept, locked_text
from server.usecases.page_shelf import width_for
from server.usecases.share_files import (
    LARGEST,
    Upload,
    keep_upload,
    media_type,
)
from server.usecases.world import World

MOST_BYTES = 100 * 1024 * 1024
"""All scans of one text; a record and its package must stay easy to carry."""


async def put(
    world: World, actor: Actor, case_id: CaseId, page: int | None, given: Upload
) -> Agreement:
    """Keep a scan of one page, or of all of them in order where `page` is None.

    Raises InvalidValueError for what is no scan, for a surplus page and for a file with
    another number of pages; TooLargeError; WrongStateError unless the text is locked for
    paper and no official has signed; DiskFullError before anything is kept.
    """
    if len(given.content) > LARGEST:
        raise TooLargeError(limit=LARGEST)
    media_type(given.content)
    await _prepare(world, actor, case_id, page, len(given.content))
    parts = await world.renderer.count_scan(given.content)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        expect_paper(agreement)
        pages = pages_of(agreement, page, parts)
        kept = await keep_upload(world, uow, case_id, FileKind.SIGNED_PAGE, given, actor.staff_id)
        after = placed(agreement, _scans(pages, kept, actor))
        return after, _uploaded(pages, kept, actor)

    return await change(world, case_id, step)


def _scans(pages: Sequence[int], kept: StoredFile, actor: Actor) -> list[PaperPage]:
    return [
        PaperPage(
            page=page,
            file=kept.id,
            part=part,
            sha256=kept.sha256,
            media_type=kept.media_type,
            by=actor.staff_id,
            at=kept.at,
        )
        for part, page in enumerate(pages, start=1)
    ]


def _uploaded(pages: Sequence[int], kept: StoredFile, actor: Actor) -> tuple[Happening, ...]:
    by = actor.staff_id
    return tuple(happened("sign.wetink.uploaded", by, page=page, file=kept.id) for page in pages)


async def _prepare(
    world: World, actor: Actor, case_id: CaseId, page: int | None, more: int
) -> None:
    """Refuse what needs no look at the file, and keep room for the record's own copy of it."""
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        agreement, locked = await locked_text(uow, case_id)
        expect_going(case, agreement)
        expect_paper(agreement)
        files = {scan.file for scan in staying(agreement, page)}
        sizes = [(await uow.files.get(file)).size for file in files]
        pdf = (await uow.files.get(locked.pdf)).size
    scanned = sum(sizes) + more
    if scanned > MOST_BYTES:
        raise TooLargeError(limit=MOST_BYTES)
    await world.archive.reserve(case_id, 2 * pdf + scanned + RECORD_MARGIN)


async def page(world: World, actor: Actor, case_id: CaseId, number: int, width: int) -> bytes:
    """Return the scan of a page as WebP; NotFoundError where there is none yet."""
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEE_DRAFT, access.of_case(case, actor))
        agreement, _ = await locked_text(uow, case_id)
        scan = next((one for one in agreement.paper if one.page == number), None)
        if scan is None:
            raise NotFoundError
        if agreement.seal is None:
            await expect_kept(uow, scan.file)
    wide = width_for(width)

    async def draw() -> list[bytes]:
        content = await _scan(world, agreement, scan)
        return [await world.renderer.scan_page(content, scan.part, wide)]

    return (await world.shelf.pages(f"{scan.sha256} {scan.part}", wide, draw))[0]


async def _scan(world: World, agreement: Agreement, scan: PaperPage) -> bytes:
    """Return the scan's file, from the record once there is one."""
    if agreement.seal is not None:
        return await world.archive.read(agreement.seal.record_id, paper_name(scan, agreement.paper))
    async with world.store.read() as uow:
        return await uow.files.content(scan.file)
