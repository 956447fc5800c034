"""The recorder child: takes whole batches from a pipe and writes them as sealed chunks.

It knows nothing of media. The end of the pipe, however it came about, is the order to finish.
"""

import base64
import json
import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server.archive.media_log import SegmentWriter
from server.domain.ids import RecordingId
from server.ports.store import DiskFullError
from server.ports.system import Clock

CHUNK: Final = 1024 * 1024
FLUSH_S: Final = 1.0
_READ: Final = 256 * 1024
_LENGTH: Final = 4


class Recorder:
    """Batches gather until they make a chunk of 1 MiB or a second has passed."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        chance: Callable[[int], bytes],
        tell: Callable[[str], None],
        *,
        reserve: int = 0,
    ) -> None:
        """`tell` takes one JSON line after each chunk, or when writing became impossible.

        `reserve` bytes of the disk are left free for what is not a recording.
        """
        self._folder = folder
        self._clock = clock
        self._chance = chance
        self._tell = tell
        self._reserve = reserve

    def run(self, source: int) -> None:
        """Read the file descriptor to its end: a JSON line of orders, then batches."""
        order, rest = _order(source)
        recording, key = RecordingId(order["recording"]), base64.b64decode(order["key"])
        try:
            writer = SegmentWriter(
                self._folder, recording, key, chance=self._chance, reserve=self._reserve
            )
            self._follow(source, rest, writer)
            writer.close()
        except DiskFullError:
            self._tell(json.dumps({"fault": "disk_full"}))
        except OSError:
            self._tell(json.dumps({"fault": "disk"}))

    def _follow(self, source: int, rest: bytes, writer: SegmentWriter) -> None:
        pending, chunk, due = bytearray(rest), bytearray(), 0.0
        while True:
            due = self._gather(pending, chunk, due)
            if len(chunk) >= CHUNK or (chunk and self._clock.monotonic() >= due):
                self._flush(chunk, writer)
            wait = max(0.0, due - self._clock.monotonic()) if chunk else None
            if not select.select([source], [], [], wait)[0]:
                continue
            read = os.read(source, _READ)
            if not read:
                self._flush(chunk, writer)
                return
            pending += read

    def _gather(self, pending: bytearray, chunk: bytearray, due: float) -> float:
        """Move whole batches into the chunk; return when it is to be written."""
        while len(pending) >= _LENGTH and len(chunk) < CHUNK:
            size = int.from_bytes(pending[:_LENGTH], "big")
            if len(pending) < _LENGTH + size:
                break
            if not chunk:
                due = self._clock.monotonic() + FLUSH_S
            chunk += pending[_LENGTH : _LENGTH + size]
            del pending[: _LENGTH + size]
        return due

    def _flush(self, chunk: bytearray, writer: SegmentWriter) -> None:
        if not chunk:
            return
        writer.write(bytes(chunk), round(self._clock.now().timestamp() * 1000))
        chunk.clear()
        self._tell(json.dumps({"chunks": writer.next, "chain": writer.head}))


def _order(source: int) -> tuple[dict[str, str], bytes]:
    read = bytearray()
    while b"\n" not in read:
        more = os.read(source, _READ)
        if not more:
            break
        read += more
    line, _, rest = bytes(read).partition(b"\n")
    return json.loads(line), rest
