"""What becomes of each kind of file when a case's files are destroyed, however it was signed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from enum import Enum
from functools import partial

import pytest

from server.domain import conduct
from server.domain.errors import WrongStateError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId
from server.ports.documents import SealOrder
from server.ports.files import ShreddedError
from server.usecases import (
    attach_signed_paper,
    conduct_session,
    keep_files,
    manage_committee,
    read_agreement,
    show_pages,
    unlock_agreement,
)
from server.usecases.keep_files import review
from server.usecases.made_files import keep
from server.usecases.page_shelf import PageShelf
from tests.support import paper, signing, witnesses
from tests.support.signing import Sitting, agreement, picture, stepped_up
from tests.support.world import COMMITTEE, Stage, actor
from tests.usecases.agreement.kept_files import keep_ten_years, past


class Fate(Enum):
    """What becomes of a kind: always destroyed; what the record took of it stays there."""

    DESTROYED = "destroyed"
    IN_THE_RECORD = "destroyed, and a copy is in the sealed record"
    ANOTHERS = "no file of the case"


FATES = {
    FileKind.AUTHORITY: Fate.DESTROYED,
    FileKind.EVIDENCE: Fate.DESTROYED,
    FileKind.IDENTITY: Fate.DESTROYED,
    FileKind.PAPER: Fate.DESTROYED,
    FileKind.OTHER: Fate.DESTROYED,
    FileKind.SEAL_SCAN: Fate.DESTROYED,  # the PDF prints it, and so draws it anew
    FileKind.SIGNED_PAGE: Fate.IN_THE_RECORD,
    FileKind.END_NOTE: Fate.DESTROYED,
    FileKind.REVEAL_REASON: Fate.DESTROYED,
    FileKind.UNLOCK_REASON: Fate.DESTROYED,
    FileKind.LOCKED_PDF: Fate.IN_THE_RECORD,
    FileKind.AGREEMENT_JSON: Fate.IN_THE_RECORD,
    FileKind.LOCKED_BLANKS: Fate.DESTROYED,  # where the PDF's own fields are
    FileKind.HANDWRITING: Fate.IN_THE_RECORD,
    FileKind.STROKES: Fate.IN_THE_RECORD,
    FileKind.PREPARED_SIGNATURE: Fate.DESTROYED,
    FileKind.ADDED_BYTES: Fate.IN_THE_RECORD,
    FileKind.SEALED_EVIDENCE: Fate.DESTROYED,  # consents.json, identity.json and the PDF say it
    FileKind.COMMITTEE_SEAL: Fate.ANOTHERS,
}


UNUSED = b'{"record": "another"}'


def test_of_every_kind_it_is_said_what_becomes_of_it() -> None:
    assert set(FATES) == set(FileKind)


async def by_phone(office: Stage) -> Sitting:
    made = await signing.locked(office)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    return made


async def on_paper(office: Stage) -> Sitting:
    made = await paper.locked(office)
    await paper.bring_all(made)
    await paper.compare(made)
    return made


async def before_witnesses(office: Stage) -> Sitting:
    made = await witnesses.locked(office)
    await made.agent.sign(seal_scan=await signing.scan(made))
    await witnesses.record(made, witnesses.NURSE, witnesses.HELPER)
    return made


Route = Callable[[Stage], Awaitable[Sitting]]
ROUTES: dict[str, Route] = {
    "electronic": by_phone,
    "paper": on_paper,
    "witnessed": before_witnesses,
}


@pytest.fixture(params=ROUTES)
async def made(request: pytest.FixtureRequest, office: Stage) -> Sitting:
    """Return a case that the parties have signed, with one more file of every kind."""
    await keep_ten_years(office)
    await manage_committee.put_seal_image(office.world, actor("admin"), picture(3))
    made = await ROUTES[request.param](office)
    async with office.world.store.write() as uow:
        for kind in sorted(set(FileKind) - {FileKind.COMMITTEE_SEAL}):
            what = (kind, "application/json")
            await keep(office.world, uow, made.case.id, what, UNUSED)
    return made


async def seal(made: Sitting) -> None:
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)


async def contents(made: Sitting, case_id: CaseId) -> dict[FileId, tuple[FileKind, bytes]]:
    """Return what can still be read, by file."""
    async with made.world.store.read() as uow:
        files = [file for file in await uow.files.of_case(case_id) if file.shredded_at is None]
        return {file.id: (file.kind, await uow.files.content(file.id)) for file in files}


async def destroy(made: Sitting) -> int:
    past(made.scene, date(2036, 1, 1))
    await keep_files.propose(made.world, actor("officer"), made.case.id, "保管期满")
    return await keep_files.confirm(made.world, stepped_up("he"), made.case.id)


async def expect_gone(made: Sitting, before: dict[FileId, tuple[FileKind, bytes]]) -> None:
    assert {kind for kind, _ in before.values()} == set(FileKind) - {FileKind.COMMITTEE_SEAL}
    async with made.world.store.read() as uow:
        for file in before:
            with pytest.raises(ShreddedError):
                await uow.files.content(file)
    ours = await contents(made, CaseId(COMMITTEE))
    assert [kind for kind, _ in ours.values()] == [FileKind.COMMITTEE_SEAL]


async def test_of_a_sealed_case_all_goes_and_the_record_stays_whole(made: Sitting) -> None:
    await seal(made)
    world, text = made.world, await agreement(made.world, made.case.id)
    assert text.seal is not None
    held = await world.archive.files(text.seal.record_id)
    before = await contents(made, made.case.id)
    assert await destroy(made) == len(before)
    await expect_gone(made, before)
    for kind, content in before.values():
        if FATES[kind] is Fate.IN_THE_RECORD and content != UNUSED:
            assert any(content in kept for kept in held.values()), kind
    issuer = await world.signer.issuer(COMMITTEE, world.clock.now())
    assert (await world.archive.verify(text.seal.record_id, (issuer,))).verified
    assert await world.archive.files(text.seal.record_id) == held


async def test_what_a_sealed_case_shows_afterwards_comes_from_its_record(made: Sitting) -> None:
    await seal(made)
    await destroy(made)
    world, by, case_id = made.world, actor("su"), made.case.id
    text = await agreement(world, case_id)
    assert (await show_pages.staff_pdf(world, by, case_id)).startswith(b"%PDF-")
    for given in text.signatures:
        if given.handwriting is not None:
            shown = await show_pages.staff_handwriting(world, by, case_id, given.signer)
            assert shown == picture()
    for scan in text.paper:
        assert await attach_signed_paper.page(world, by, case_id, scan.page, 480)
    phone = made.agent
    assert (await read_agreement.see_own(world, phone.invitation, phone.device)).blank is None


async def test_of_an_ended_case_all_goes(made: Sitting) -> None:
    await unlock_agreement.unlock(made.world, actor("su"), made.case.id, "谈不拢")
    await end(made)
    before = await contents(made, made.case.id)
    assert await destroy(made) == len(before)
    await expect_gone(made, before)


async def end(made: Sitting) -> None:
    close = conduct.close("not_agreed", "too_far_apart", "")
    await conduct_session.by_staff(made.world, actor("su"), made.session.id, close)


async def test_no_picture_of_what_was_destroyed_is_shown_any_more(office: Stage) -> None:
    await keep_ten_years(office)
    made = await on_paper(office)
    other = replace(made.world, shelf=PageShelf())  # another app's, on the same database
    pages = [
        partial(show, world, actor("su"), made.case.id, 1, 480)
        for show in (show_pages.staff_page, attach_signed_paper.page)
        for world in (made.world, other)
    ]
    for page in pages:
        assert await page()
    await end(made)
    assert await pages[0]()
    await destroy(made)
    for page in pages:
        with pytest.raises(ShreddedError):
            await page()
    assert made.world.shelf._shelf == {}


class _NoSeal:
    """A sealer that never comes to it."""

    def __init__(self, made: Sitting) -> None:
        self._chain = made.world.chain

    def __getattr__(self, name: str) -> object:
        return getattr(self._chain, name)

    async def seal(self, order: SealOrder) -> object:
        raise OSError(order.number)


async def test_nothing_goes_while_the_record_is_still_to_be_written(office: Stage) -> None:
    made = await signing.signed(office)
    stopped = replace(made.world, chain=_NoSeal(made))  # type: ignore[arg-type]  # never asked
    with pytest.raises(OSError, match="号"):
        await signing.seal(made, stopped)
    await end(made)
    past(office, date(2056, 1, 1))
    assert (await review(office.world, actor("officer"), 1)).total == 1
    await keep_files.propose(office.world, actor("officer"), made.case.id, "保管期满")
    before = await contents(made, made.case.id)
    with pytest.raises(WrongStateError) as refused:
        await keep_files.confirm(office.world, stepped_up("he"), made.case.id)
    assert refused.value.facts == {"state": "sealing"}
    assert await contents(made, made.case.id) == before
