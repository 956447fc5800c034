"""How far a recording has come is told every few seconds, and once more at its end."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from server.domain.ids import RecordingId, RoomId
from server.media.recording import Recorder
from server.media.table import Room
from server.ports.media import MediaEvent, Recorded, RecordingHead
from tests.weak.clock import leap

WHOLE_S = 31
MOST_APART_S = 6
"""Five seconds, and what a chunk is apart from the next."""


class QuickPen:
    """Writes a chunk every second for half a minute."""

    why, slow, waiting = "recorder_lost", "recorder_slow", 0

    def write(self, content: bytes) -> None:
        """It goes nowhere."""

    def close(self) -> None:
        """It ends by itself."""

    kill = close

    async def told(self) -> AsyncIterator[bytes]:
        for chunk in range(1, WHOLE_S + 1):
            await asyncio.sleep(1)
            yield json.dumps({"chunks": chunk, "chain": f"{chunk:064x}"}).encode()


def test_heads_come_every_five_seconds_and_at_the_end() -> None:
    heads: list[tuple[float, int]] = []

    def tell(event: MediaEvent) -> None:
        if isinstance(event, RecordingHead):
            assert event.chain == f"{event.chunks:064x}"
            heads.append((asyncio.get_running_loop().time() - begun, event.chunks))

    async def play() -> None:
        async with asyncio.TaskGroup() as tasks:
            recorder = Recorder((), spawn=tasks.create_task, tell=tell, want_key=lambda _: None)
            link: Any = SimpleNamespace(offered=True, pen=lambda *_: QuickPen())
            recorder.link = link
            order = Recorded(recording=RecordingId("recording-1"), key=bytes(32), sources={})
            recorder.follow(Room(RoomId("room"), recorded=order))
        recorder.close()

    begun = 1000.0
    leap(play())
    at, chunks = heads[-1]
    assert at == chunks == WHOLE_S
    times = [0.0, *(one for one, _ in heads)]
    apart = [late - early for early, late in itertools.pairwise(times)]
    assert len(heads) > WHOLE_S // MOST_APART_S
    assert all(5 <= one <= MOST_APART_S for one in apart[:-1])
