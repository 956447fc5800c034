"""The worker's side of recording: packets of ordered uplinks go to a child, which writes them.

The forwarding loop only copies into a buffer. The child may be slow, fail or be killed: then
recording ends and the app hears why, and no packet waited for it.
"""

import asyncio
import base64
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

from server.domain.ids import RoomId
from server.media.log_frames import CLOCK, FRAME, NAME, PACKET, STANDS, frame
from server.media.pause import pause
from server.media.pens import ChildPen, Pen
from server.media.rtp import Packet
from server.media.table import Room
from server.media.tape_link import TapeLink
from server.media.uplink import Uplink
from server.ports.media import MediaEvent, Recorded, RecordingEnded, RecordingHead

BEAT_S: Final = 0.25
HEAD_EVERY_S: Final = 5.0
BACKLOG: Final = 8 * 1024 * 1024
"""Bytes that may wait for the child: at 300 KB/s a room, some twenty seconds."""
_FULL: Final = 256 * 1024
_LENGTH: Final = 4
_PACK: Final = FRAME.pack
_MS: Final = 1000
_FAREWELL_S: Final = 0.5
_LOOK_EVERY_S: Final = 0.01

_log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], object]
Opened = Callable[[RoomId, Recorded], Awaitable[Pen]]
"""Begins a stretch of a recording with whoever writes it."""


class Tap:
    """One participant's place in a log; an uplink that has one is written."""

    __slots__ = ("_log", "_track")

    def __init__(self, log: "RoomLog", track: int) -> None:
        self._log = log
        self._track = track

    def take(self, row: list[Packet], now: float) -> None:
        """Copy packets as they arrived, opened."""
        log, track = self._log, self._track
        at = max(0, int((now - log.begun) * _MS))
        buffer = log.buffer
        for packet in row:
            raw = packet.raw
            buffer += _PACK(PACKET, track, len(raw), at)
            buffer += raw
        if len(buffer) > _FULL:
            log.send()


class RoomLog:
    """One segment of one room's recording, and the child that writes it."""

    def __init__(self, room: RoomId, order: Recorded, recorder: "Recorder") -> None:
        self.room = room
        self.order = order
        self.buffer = bytearray()
        self.begun = recorder.time()
        self.fault = ""
        self.chain = ""
        self.chunks = 0
        self._recorder = recorder
        self._tracks: dict[str, int] = {}
        self._taps: dict[Uplink, str] = {}
        self._pen: Pen | None = None
        self._closed = False
        self._told_at = self.begun

    # ------------------------------------------------------------------ what is written

    def listen(self, uplinks: dict[Uplink, str]) -> list[Uplink]:
        """Write exactly these uplinks from now on; return the new ones."""
        for gone in self._taps.keys() - uplinks.keys():
            gone.tap = None
        fresh = [one for one in uplinks if one not in self._taps]
        for one in fresh:
            track = self._tracks.setdefault(uplinks[one], len(self._tracks))
            one.tap = Tap(self, track)
        self._taps = dict(uplinks)
        return fresh

    def send(self) -> None:
        """Give the child what has gathered, as one batch."""
        if not self.buffer:
            return
        if len(self.buffer) + self._waiting > BACKLOG:
            self.fail((self._pen or ChildPen).slow)
            return
        if self._pen is None:
            return
        batch = self._names() + self._clocks() + self.buffer
        self._pen.write(len(batch).to_bytes(_LENGTH, "big") + batch)
        self.buffer.clear()

    @property
    def _waiting(self) -> int:
        return self._pen.waiting if self._pen else 0

    def _names(self) -> bytes:
        return b"".join(frame(NAME, at, 0, name.encode()) for name, at in self._tracks.items())

    def _clocks(self) -> bytes:
        reports = [
            (self._tracks[name], one.ssrc, one.clock)
            for one, name in self._taps.items()
            if one.clock is not None and one.ssrc is not None
        ]
        return b"".join(
            frame(CLOCK, track, 0, STANDS.pack(ssrc, clock.timestamp, clock.ntp))
            for track, ssrc, clock in reports
        )

    # ------------------------------------------------------------------ its end

    def close(self) -> None:
        """Write nothing more; the child finishes what it has."""
        self.listen({})
        if self._closed:
            return
        if not self.fault:
            self.send()
        self._closed = True
        if self._pen is not None:
            self._pen.close()

    def fail(self, why: str) -> None:
        """End because the child cannot write; the room goes on."""
        if self._closed:
            return
        self.fault = why
        self.buffer.clear()
        self.close()
        if self._pen is not None and why == self._pen.slow:
            self._pen.kill()
        self._recorder.failed(self, why)

    # ------------------------------------------------------------------ who writes it

    async def run(self, opened: "Opened") -> None:
        """Have it written, and hear it out; nothing of that may reach the worker's loop."""
        try:
            self._pen = await opened(self.room, self.order)
            if self._closed:
                # Ended before somebody wrote: what gathered until then is still written.
                self._closed = False
                self.close()
            await self._hear(self._pen)
        except Exception:  # noqa: BLE001  # whatever a child can do, it costs its recording alone
            _log.warning("a recorder failed", exc_info=True)
        if not self._closed:
            self.fail((self._pen or ChildPen).why)

    async def _hear(self, pen: Pen) -> None:
        async for line in pen.told():
            told = json.loads(line)
            if "fault" in told:
                self.fail(str(told["fault"]))
                continue
            self.chunks, self.chain = int(told["chunks"]), str(told["chain"])
            self._tell_head()
        if not self.fault:
            self._tell_head(last=True)

    def _tell_head(self, *, last: bool = False) -> None:
        now = self._recorder.time()
        if self.chunks and (last or now - self._told_at >= HEAD_EVERY_S):
            self._told_at = now
            self._recorder.tell(
                RecordingHead(
                    room=self.room,
                    recording=self.order.recording,
                    chunks=self.chunks,
                    chain=self.chain,
                )
            )


class Recorder:
    """Keeps one log for every room whose table orders it."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        spawn: Spawn,
        tell: Callable[[MediaEvent], None],
        want_key: Callable[[Uplink], None],
    ) -> None:
        """`argv` starts a child that writes; without it the app must, over `link`."""
        self.tell = tell
        self.link: TapeLink | None = None
        self._argv = argv
        self._spawn = spawn
        self._want_key = want_key
        self._loop = asyncio.get_running_loop()
        self._logs: dict[RoomId, RoomLog] = {}
        self._writing: set[RoomLog] = set()
        self._over: dict[RoomId, RecordingEnded] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """Return how many recordings are being written."""
        return len(self._logs)

    def time(self) -> float:
        """Return seconds on the loop's clock, which packets carry too."""
        return self._loop.time()

    def follow(self, room: Room) -> None:
        """Write what the room's table orders, from this moment on, and nothing else."""
        order = None if room.suspended else room.recorded
        log = self._logs.get(room.identity)
        if log is not None and (order is None or order.recording != log.order.recording):
            self.end(room.identity)
            log = None
        if order is None:
            self._over.pop(room.identity, None)
            return
        if not self._argv and not (self.link and self.link.offered) and log is None:
            self._end(room.identity, order, "not_here")
            return
        over = self._over.get(room.identity)
        if over is not None and over.recording == order.recording:
            # Said again: an app that missed it would show a recording that nobody writes.
            self.tell(over)
            return
        if log is None:
            log = self._begin(room.identity, order)
        for fresh in log.listen(_ordered(room, order)):
            self._want_key(fresh)

    def forget(self, room: RoomId) -> None:
        """Close the log of a room that is gone, and keep nothing of it."""
        self.end(room)
        self._over.pop(room, None)

    def end(self, room: RoomId) -> None:
        """Close a room's log, if it has one."""
        log = self._logs.pop(room, None)
        if log is not None:
            log.close()

    def close(self) -> None:
        """Close every log."""
        for room in list(self._logs):
            self.end(room)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def finished(self) -> None:
        """Wait a moment for children to take what they were given."""
        until = self.time() + _FAREWELL_S
        while self._writing and self.time() < until:
            await pause(_LOOK_EVERY_S)

    def failed(self, log: RoomLog, why: str) -> None:
        """Hear that a log has ended by itself; it is not begun again by itself."""
        if self._logs.get(log.room) is log:
            del self._logs[log.room]
        self._end(log.room, log.order, why)

    def _end(self, room: RoomId, order: Recorded, why: str) -> None:
        over = RecordingEnded(room=room, recording=order.recording, why=why)
        self._over[room] = over
        self.tell(over)

    def _begin(self, room: RoomId, order: Recorded) -> RoomLog:
        log = self._logs[room] = RoomLog(room, order, self)
        self._spawn(self._run(log))
        if self._timer is None:
            self._timer = self._loop.call_later(BEAT_S, self._beat)
        return log

    async def _run(self, log: RoomLog) -> None:
        self._writing.add(log)
        try:
            await log.run(self._opened)
        finally:
            self._writing.discard(log)

    async def _opened(self, room: RoomId, order: Recorded) -> Pen:
        if self.link is not None:
            return self.link.pen(room, order.recording)
        pen = await ChildPen.of(self._argv)
        key = base64.b64encode(order.key).decode()
        pen.write(json.dumps({"recording": order.recording, "key": key}).encode() + b"\n")
        return pen

    def _beat(self) -> None:
        self._timer = self._loop.call_later(BEAT_S, self._beat) if self._logs else None
        for log in list(self._logs.values()):
            log.send()


def _ordered(room: Room, order: Recorded) -> dict[Uplink, str]:
    return {
        uplink: order.sources[identity]
        for identity, connection in room.connections.items()
        if identity in order.sources
        for uplink in connection.uplinks.values()
    }
