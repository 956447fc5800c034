"""Keeps and reads the files that belong to an agreement: its PDF, its text, pictures."""

import hashlib

from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId
from server.ports.files import StoredFile
from server.ports.store import UnitOfWork
from server.usecases.world import World

ADDED = (FileKind.ADDED_BYTES, "application/octet-stream")
"""Kind and media type of what one signature appended to the PDF."""

PREPARED = (FileKind.PREPARED_SIGNATURE, "application/json")
"""Kind and media type of a PDF signature that waits for its signer's key."""


async def keep(
    world: World, uow: UnitOfWork, case_id: CaseId, kind: tuple[FileKind, str], content: bytes
) -> StoredFile:
    """Keep a made file, encrypted with the case; `kind` is ours and the media type."""
    file = made_file(world, case_id, kind, content)
    await uow.files.add(file, content)
    return file


def made_file(
    world: World, owner: CaseId, kind: tuple[FileKind, str], content: bytes, name: str = ""
) -> StoredFile:
    """Return a file of the case, or committee, that is still to be added."""
    return StoredFile(
        id=FileId(world.ids.new()),
        case_id=owner,
        kind=kind[0],
        name=name or kind[0],
        media_type=kind[1],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        at=world.clock.now(),
    )
