"""Keeps what people upload: known kinds of file only, names as mere words, bytes encrypted."""

import hashlib
import unicodedata
from dataclasses import dataclass

from server.domain import access
from server.domain.access import Act
from server.domain.case import PartyKind
from server.domain.errors import ForbiddenError, InvalidValueError, NotFoundError, TooLargeError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId
from server.domain.invitation import Invitation
from server.domain.representation import may_sign
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.ports.files import StoredFile
from server.ports.pieces import in_pieces
from server.ports.store import UnitOfWork
from server.usecases.made_files import keep
from server.usecases.read_case import expect_kept
from server.usecases.world import World

LARGEST = 20 * 1024 * 1024
MOST = 200
"""Uploaded files of one case."""

KINDS = frozenset(
    {
        FileKind.AUTHORITY,
        FileKind.EVIDENCE,
        FileKind.IDENTITY,
        FileKind.SEAL_SCAN,
        FileKind.PAPER,
        FileKind.OTHER,
    }
)
_UPLOADED = KINDS | {FileKind.SIGNED_PAGE}
_LONGEST_NAME, _SALT = 120, 16
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_IMAGES = frozenset({"image/png", "image/jpeg"})
NOTES = frozenset({FileKind.REVEAL_REASON, FileKind.END_NOTE, FileKind.UNLOCK_REASON})
"""Kept by us, not uploaded; only who may read the log may read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came in; `name` is what the sender called it."""

    name: str
    content: bytes


def media_type(content: bytes) -> str:
    """Return what the bytes are by their first ones; raises InvalidValueError."""
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    raise InvalidValueError(field="file", reason="unknown_type")


def plain_name(name: str) -> str:
    """Return a name without folders, controls and direction marks."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    signs = (s for s in unicodedata.normalize("NFC", last) if unicodedata.category(s)[0] != "C")
    return "".join(signs).strip()[:_LONGEST_NAME] or "file"


async def upload(
    world: World, actor: Actor, case_id: CaseId, kind: str, given: Upload
) -> StoredFile:
    """Keep a file that a member of staff brings.

    Raises InvalidValueError, TooLargeError, and ShreddedError once the case's file was
    destroyed: nobody could destroy it again.
    """
    if kind not in KINDS:
        raise InvalidValueError(field="kind", reason="unknown_code")

    async def job() -> StoredFile:
        async with world.store.write() as uow:
            case = await uow.cases.get(case_id)
            access.allow(actor, Act.UPLOAD, access.of_case(case, actor))
            expect_kept(case)
            return await keep_upload(world, uow, case_id, FileKind(kind), given, actor.staff_id)

    return await world.rooms.run(case_id, job)


async def upload_seal_scan(world: World, invitation: Invitation, given: Upload) -> StoredFile:
    """Keep the picture of a company's seal that its signer took."""
    if media_type(given.content) not in _IMAGES:
        raise InvalidValueError(field="file", reason="not_a_picture")

    async def job() -> StoredFile:
        async with world.store.write() as uow:
            case = await uow.cases.get(invitation.case_id)
            expect_kept(case)
            person = case.person(invitation.person_id)
            today = world.pack.local_day(world.clock.now())
            company = case.party(person.party_id).kind is PartyKind.ORGANISATION
            if not company or not may_sign(case, person, world.pack, today):
                raise ForbiddenError(act="upload")
            return await keep_upload(world, uow, case.id, FileKind.SEAL_SCAN, given, person.id)

    return await world.rooms.run(invitation.case_id, job)


async def keep_upload(
    world: World, uow: UnitOfWork, case_id: CaseId, kind: FileKind, given: Upload, actor: str
) -> StoredFile:
    """Keep an uploaded file and log the commitment to it.

    Raises TooLargeError, and InvalidValueError for what is neither PDF, PNG nor JPEG.
    """
    if len(given.content) > LARGEST:
        raise TooLargeError(limit=LARGEST)
    # What signing makes does not count: however often it is tried, evidence can be brought.
    if sum(each.kind in _UPLOADED for each in await uow.files.of_case(case_id)) >= MOST:
        raise TooLargeError(files=MOST)
    file = StoredFile(
        id=FileId(world.ids.new()),
        case_id=case_id,
        kind=kind,
        name=plain_name(given.name),
        media_type=media_type(given.content),
        size=len(given.content),
        sha256=await _digest(given.content),
        at=world.clock.now(),
        salt=world.ids.bytes(_SALT).hex(),
    )
    await uow.files.add(file, given.content)
    what = happened(
        "evidence.added", actor, file=file.id, document=kind, commitment=file.commitment
    )
    await uow.log.append(case_id, (what,), file.at)
    return file


async def _digest(content: bytes) -> str:
    """Return SHA-256, letting others work between the pieces."""
    digest = hashlib.sha256()
    async for piece in in_pieces(content):
        digest.update(piece)
    return digest.hexdigest()


async def keep_note(
    world: World, uow: UnitOfWork, case_id: CaseId, kind: FileKind, text: str
) -> StoredFile:
    """Keep words that belong to the case but in no log, encrypted like every file."""
    return await keep(world, uow, case_id, (kind, "text/plain"), text.encode())


async def open_file(
    world: World, actor: Actor, case_id: CaseId, file_id: FileId
) -> tuple[StoredFile, bytes]:
    """Return a file of the case and its bytes."""
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEE_FILE, access.of_case(case, actor))
        file = await uow.files.get(file_id)
        if file.case_id != case_id:
            raise NotFoundError
        if file.kind in NOTES:
            access.allow(actor, Act.SEE_LOG, access.of_case(case, actor))
        return file, await uow.files.content(file_id)
