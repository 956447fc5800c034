"""What there is of a declaration: the sitting it was made in, and how far that is recorded."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import TypedDict

from server.domain.agreement import Agreement
from server.domain.declaring import (
    Taping,
    recording_of,
    sitting_of,
    taping,
    told_of_recording,
    told_of_sitting,
)
from server.domain.errors import InvalidValueError
from server.domain.ids import CaseId, RecordingId
from server.domain.witnessing import Way
from server.ports.store import UnitOfWork
from server.rooms.heads import heads_of
from server.usecases.read_case import CaseFacts
from server.usecases.world import World

Told = Mapping[str, Mapping[str, object] | None]


class _Head(TypedDict):
    """How far a recording is on disk, by its log entry."""

    chunks: int
    head: str


def taping_now(facts: CaseFacts, agreement: Agreement, signer: str) -> Taping | None:
    """Return whether what somebody declares now is recorded; None while no text is locked."""
    if agreement.locked is None:
        return None
    since = agreement.locked.at
    session = sitting_of(facts.sessions, since)
    return taping(session, facts.case, signer, since, facts.wards)


def expect_seen(found: Taping | None, way: Way, told: Taping | None) -> None:
    """Raise InvalidValueError for a video that there was not, and where another was `told`.

    Whoever writes the declaration down was told whether it is recorded; None where nobody was.
    """
    if way is Way.VIDEO and found is Taping.NO_SITTING:
        raise InvalidValueError(field="way", reason="no_sitting")
    if told is not None and told is not found:
        raise InvalidValueError(field="taping", reason="taped_otherwise")


async def seen_declared(
    world: World, case_id: CaseId, signer: str, locked_at: datetime, told: Taping | None
) -> Told:
    """Return the sitting and the recording of a declaration as its statement names them.

    The log is brought as far as the recordings on disk first, so that it vouches for what is named.
    Raises InvalidValueError where it was `told` that he is recorded and nothing is written yet.
    """
    await world.rooms.log_recordings(case_id)
    async with world.store.read() as uow:
        session = sitting_of(await uow.sessions.of_case(case_id), locked_at)
        recording = recording_of(session, signer, locked_at) if session else None
        head = await _newest(uow, case_id, recording.id) if recording else None
    if told is Taping.ON and head is None:
        raise InvalidValueError(field="taping", reason="not_taped_yet")
    return {
        "session": told_of_sitting(session) if session else None,
        "recording": told_of_recording(recording, **head) if recording and head else None,
    }


async def _newest(uow: UnitOfWork, case_id: CaseId, recording: RecordingId) -> _Head | None:
    """Return the furthest head that is logged; None where nothing was written."""
    own = (one for one in await heads_of(uow, case_id) if one["recording"] == recording)
    last = max(own, key=itemgetter("chunks"), default=None)
    return None if last is None else {"chunks": last["chunks"], "head": last["head"]}
