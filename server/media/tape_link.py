"""The worker's side of a recording that the app on another host writes: bytes go, lines come.

They share the control connection with reports and answers, which wait behind them: so few are
under way as are written within a second, and the next ones go when the app has written those. The
key never comes here.
"""

import asyncio
import base64
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

from server.domain.ids import RecordingId, RoomId
from server.media.wire import Message, WireError

WINDOW: Final = 256 * 1024
"""Bytes under way in all, on the fastest link."""
LEAST: Final = 8 * 1024
"""The same on the slowest, and before anything is known of a link: 1.1 s at 80 kbit/s."""
DELAY_S: Final = 1.0
"""For so long what the worker answers may wait behind a recording."""
_DUE_S: Final = DELAY_S / 3
"""A pen that has waited so long for its oldest piece sends nothing more: the link became slower."""
PIECE: Final = 96 * 1024
"""Bytes in one message; in base64 they stay far below the longest line."""
_FIRST: Final = 1024
"""Bytes that a pen may always have under way, whatever becomes of the others'."""
_MOMENT: Final = 1e-3
OPEN, PART, CLOSE = "tape_open", "tape_part", "tape_close"

Say = Callable[[Message], bool]
"""Sends a message to the app; returns whether there is one."""


class Piece(NamedTuple):
    """When one was sent (seconds), and how many bytes had been written of all tapes by then."""

    at: float
    written: int


class TapePen:
    """One recording's way to the app; see `server.media.pens.Pen`."""

    slow = "link_slow"

    def __init__(self, link: "TapeLink", number: int) -> None:
        self.why = "link_lost"
        self.number = number
        self.unsent = bytearray()
        self.under_way = 0
        self.sent: deque[Piece] = deque()
        self.closing = False
        self.over = False
        self._link = link
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()

    def write(self, content: bytes) -> None:
        if not self.over and not self.closing:
            self.unsent += content
            self._link.flush()

    @property
    def waiting(self) -> int:
        return len(self.unsent) + self.under_way

    def close(self) -> None:
        self.closing = True
        self._link.flush()

    def kill(self) -> None:
        self.unsent.clear()
        self.close()

    async def told(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line

    def hear(self, line: bytes) -> None:
        """Take a line that the writing child told."""
        self._lines.put_nowait(line)

    def end(self) -> None:
        """Hear that nothing more is told: all is written, or the app is gone."""
        self.over = True
        self.unsent.clear()
        self._lines.put_nowait(None)


class TapeLink:
    """All pens whose paper lies with the app."""

    def __init__(self, say: Say, time: Callable[[], float]) -> None:
        """`say` may be asked at any time; `time` gives seconds."""
        self.offered = False
        """Whether the app said that it writes."""
        self._say = say
        self._time = time
        self._window = LEAST
        self._written = 0
        self._numbers = itertools.count(1)
        self._pens: dict[int, TapePen] = {}

    def pen(self, room: RoomId, recording: RecordingId) -> TapePen:
        """Return a new one; where nobody is there to write, it is over at once."""
        pen = TapePen(self, next(self._numbers))
        said = {"event": OPEN, "tape": pen.number, "room": room, "recording": recording}
        if self._say(said):
            self._pens[pen.number] = pen
        else:
            pen.end()
        return pen

    def flush(self) -> None:
        """Send what may be under way, a piece of each in turn."""
        going = list(self._pens.values())
        while going:
            going = [pen for pen in going if self._piece(pen)]

    def _piece(self, pen: TapePen) -> bool:
        """Send one piece, or the end behind the last one; return whether to go on."""
        if pen.closing and not pen.unsent and not pen.over:
            pen.over = True
            self._say({"event": CLOSE, "tape": pen.number})
            return False
        now = self._time()
        piece = bytes(pen.unsent[: self._room(pen, now)])
        if not piece:
            return False
        del pen.unsent[: len(piece)]
        pen.under_way += len(piece)
        pen.sent.append(Piece(now, self._written))
        # Who has had a turn is asked last the next time.
        self._pens[pen.number] = self._pens.pop(pen.number)
        part = base64.b64encode(piece).decode()
        self._say({"event": PART, "tape": pen.number, "part": part})
        return True

    def _room(self, pen: TapePen, now: float) -> int:
        """Return how many bytes of this pen may go now; one that is stuck leaves half to others."""
        if pen.sent and now - pen.sent[0].at > _DUE_S:
            return 0
        left = self._window - sum(one.under_way for one in self._pens.values())
        own = self._window // min(2, len(self._pens)) - pen.under_way
        return min(PIECE, max(0 if pen.sent else _FIRST, min(left, own)))

    def _learn(self, piece: Piece) -> None:
        """Let as much be under way as was written a second while this piece was.

        What took less than the second tells of no limit: there may have been little to write.
        """
        took = max(_MOMENT, self._time() - piece.at)
        rate = int(DELAY_S * (self._written - piece.written) / took)
        learnt = rate if took > DELAY_S else max(rate, self._window)
        self._window = max(LEAST, min(WINDOW, learnt))

    # ------------------------------------------------------------------ what the app says

    def carry_out(self, message: Message) -> None:
        """Do what the app says of a tape; raise WireError for anything else."""
        match message:
            case {"op": "tape_taken", "tape": int(tape), "octets": int(octets)}:
                self.taken(tape, octets)
            case {"op": "tape_told", "tape": int(tape), "line": str(line)}:
                self.told(tape, line)
            case {"op": "tape_ended", "tape": int(tape)}:
                self.ended(tape)
            case _:
                raise WireError(f"request {message.get('op')!r}")

    def taken(self, number: int, octets: int) -> None:
        """Hear that the oldest piece under way, so many bytes, is with the child that writes."""
        pen = self._pens.get(number)
        if pen is not None and pen.sent:
            pen.under_way = max(0, pen.under_way - octets)
            self._written += octets
            self._learn(pen.sent.popleft())
            self.flush()

    def told(self, number: int, line: str) -> None:
        """Hear a line of the child that writes."""
        pen = self._pens.get(number)
        if pen is not None:
            pen.hear(line.encode())

    def ended(self, number: int) -> None:
        """Hear that it writes no more."""
        pen = self._pens.pop(number, None)
        if pen is not None:
            pen.why = "recorder_lost"
            pen.end()
        self.flush()

    def lost(self) -> None:
        """Hear that the app is gone: what is under way may be lost."""
        gone, self._pens = self._pens, {}
        self._window = LEAST
        for pen in gone.values():
            pen.end()
