"""How far recordings are on disk goes into the log, whoever is in the room.

The media plane tells it while it writes. Its last word may come late or never: a worker, a
recorder or the app may have died. What the manifest on disk tells is then logged instead; without
it, evidence would end where the plane was heard last.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from server.domain.ids import CaseId, RecordingId
from server.domain.session_log import SYSTEM, happened
from server.ports.recording import ManifestHead
from server.ports.store import UnitOfWork
from server.rooms.ports import RoomPorts

_HEAD: Final = "recording.head"
LOOKS_S: Final = (0.0, 3.0, 20.0)
"""Pauses before each look at a recording that ended: the last is longer than any writer takes."""


class Heads:
    """Logs how far recordings have come, each only ever further. Runs in the case's mailbox."""

    def __init__(self, ports: RoomPorts) -> None:
        self._ports = ports
        self._logged: dict[RecordingId, int] = {}

    async def note(self, case: CaseId, recording: RecordingId, head: ManifestHead) -> None:
        """Log this head, unless one as far is logged."""
        if head.chunks <= self._logged.get(recording, 0):
            return
        what = happened(_HEAD, SYSTEM, recording=recording, chunks=head.chunks, head=head.chain)
        async with self._ports.store.write() as uow:
            await uow.log.append(case, (what,), self._ports.clock.now())
        self._logged[recording] = head.chunks

    async def look(self, case: CaseId, recording: RecordingId) -> None:
        """Log what is on disk beyond what is logged."""
        head = await self._ports.recordings.head(recording)
        if head is None:
            return
        if recording not in self._logged:
            self._logged[recording] = await self._known(case, recording)
        await self.note(case, recording, head)

    async def look_at_all(self, case: CaseId) -> None:
        """Log for every recording of the case what is on disk beyond what is logged."""
        async with self._ports.store.read() as uow:
            sessions = await uow.sessions.of_case(case)
        for session in sessions:
            for one in session.recordings:
                await self.look(case, one.id)

    async def _known(self, case: CaseId, recording: RecordingId) -> int:
        async with self._ports.store.read() as uow:
            heads = await heads_of(uow, case)
        return max((one["chunks"] for one in heads if one["recording"] == recording), default=0)


async def heads_of(
    uow: UnitOfWork, case: CaseId, until: int | None = None
) -> list[Mapping[str, Any]]:
    """Return what each head logged says: `recording`, `chunks`, and the chain's value, `head`.

    With `until` of the case's first so many entries.
    """
    return [
        json.loads(entry.body)["facts"]
        async for page in uow.log.pages(case, (_HEAD,))
        for entry in page
        if until is None or entry.seq <= until
    ]
