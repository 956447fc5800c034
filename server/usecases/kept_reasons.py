"""Keeps a reason out of the log, which holds a salted commitment to it alone."""

import hashlib
import json
from dataclasses import dataclass

from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId
from server.ports.store import UnitOfWork
from server.usecases.share_files import keep_note
from server.usecases.world import World

_SALT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """SHA-256(salt || reason) in hex, and the file that opens it: encrypted, and gone with it."""

    commitment: str
    file: FileId


async def keep_reason(
    world: World, uow: UnitOfWork, case_id: CaseId, kind: FileKind, reason: str, opening: str = ""
) -> Committed:
    """Keep the salt, so that the commitment can be opened later, with the reason itself.

    Where a record's `opening` holds the reason, its id is kept instead.
    """
    salt = world.ids.bytes(_SALT)
    beside = {"opening": opening} if opening else {"reason": reason}
    note = json.dumps({"salt": salt.hex(), **beside}, ensure_ascii=False)
    file = await keep_note(world, uow, case_id, kind, note)
    commitment = hashlib.sha256(salt + reason.encode()).hexdigest()
    return Committed(commitment=commitment, file=file.id)
