"""The app's side of recordings on another host: what a far worker sends, a child here writes.

Only what was ordered is written: a worker names the room, and the app's own last order for it says
which recording and under which key.
"""

import asyncio
import base64
import binascii
import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from server.domain.ids import RoomId
from server.media.pause import pause
from server.media.pens import ChildPen
from server.media.tape_link import CLOSE, OPEN, PART, WINDOW
from server.media.wire import Message, WireError
from server.ports.media import Recorded, RecordingEnded

MOST: Final = 64
"""Recordings of one worker at a time; a further one finds no place and ends, alone."""
TAIL_S: Final = 10.0
"""For so long what was under way may still come once an order was withdrawn, and be written."""
_GOODBYE_S: Final = 5.0
_TAPE_EVENTS: Final = frozenset({OPEN, PART, CLOSE})

_log = logging.getLogger(__name__)

Send = Callable[[Message], None]
"""Sends a request that nobody waits for."""


class Tape:
    """One stretch of one recording, from the worker's bytes to a child's pipe."""

    def __init__(self, number: int, room: RoomId, order: Recorded | None, send: Send) -> None:
        """Without an order nothing is written, and the worker hears so."""
        self.number = number
        self.room = room
        self.order = order
        self._send = send
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._held = 0
        self._over = asyncio.Event()

    def take(self, part: bytes) -> None:
        """Have a piece written; raise WireError where more is under way than may be."""
        self._held += len(part)
        if self._held > 2 * WINDOW:
            raise WireError("tape")
        self._parts.put_nowait(part)

    def end(self) -> None:
        """Write what came, and no more."""
        if not self._over.is_set():
            self._over.set()
            self._parts.put_nowait(None)

    async def run(self, argv: Sequence[str]) -> None:
        """Write to the end; whatever happens costs this recording alone."""
        try:
            await self._written(argv)
        except Exception:  # noqa: BLE001  # whatever a child can do, it costs its recording alone
            _log.warning("a recorder failed", exc_info=True)
        self._send(_ended(self.number))

    async def _written(self, argv: Sequence[str]) -> None:
        if self.order is None:
            return
        child = await ChildPen.of(argv)
        key = base64.b64encode(self.order.key).decode()
        head = {"recording": self.order.recording, "key": key}
        child.write(json.dumps(head).encode() + b"\n")
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(one(child)) for one in (self._feed, self._hurry)]
                async for line in child.told():
                    self._send({"op": "tape_told", "tape": self.number, "line": line.decode()})
                for one in beside:
                    one.cancel()
        finally:
            await self._let_go(child)

    async def _feed(self, child: ChildPen) -> None:
        # A child that reads no more has told why, or tells nothing any more.
        with contextlib.suppress(ConnectionError):
            while (part := await self._parts.get()) is not None:
                child.write(part)
                await child.drain()
                self._held -= len(part)
                self._send({"op": "tape_taken", "tape": self.number, "octets": len(part)})
        child.close()

    async def _hurry(self, child: ChildPen) -> None:
        """End a child that does not finish though nothing more comes."""
        await self._over.wait()
        await pause(TAIL_S)
        child.kill()

    async def _let_go(self, child: ChildPen) -> None:
        """Let it finish what it has; one that cannot is ended."""
        child.close()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                async for _ in child.told():
                    pass
        except TimeoutError:
            child.kill()
            await child.gone()


class Tapes:
    """What one far worker has recorded here, while `run()` runs."""

    def __init__(self, argv: Sequence[str]) -> None:
        """`argv` starts a child that writes."""
        self._argv = argv
        self._loop = asyncio.get_running_loop()
        self._orders: dict[RoomId, Recorded] = {}
        self._open: dict[int, Tape] = {}
        self._begun: asyncio.Queue[Tape] = asyncio.Queue()

    async def run(self) -> None:
        """Keep the children."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tape = await self._begun.get()
                tasks.create_task(self._run(tape))

    async def _run(self, tape: Tape) -> None:
        await tape.run(self._argv)
        if self._open.get(tape.number) is tape:
            del self._open[tape.number]

    def order(self, room: RoomId, recorded: Recorded | None) -> None:
        """Note what is to be written of a room from now on."""
        before = self._orders.get(room)
        if recorded is None:
            self._orders.pop(room, None)
        else:
            self._orders[room] = recorded
        if before is not None and (recorded is None or recorded.recording != before.recording):
            self._loop.call_later(TAIL_S, self._withdraw, before)

    @contextlib.contextmanager
    def ordering(self, room: RoomId, recorded: Recorded | None) -> Iterator[None]:
        """Note an order while the worker is told; what it did not confirm to have ended ends here.

        Who withdrew his consent is not recorded for the sake of a worker that does not answer.
        """
        before = self._orders.get(room)
        self.order(room, recorded)
        try:
            yield
        except BaseException:
            if before is not None:
                self._withdraw(before)
            raise

    def _withdraw(self, order: Recorded) -> None:
        """End what a worker still sends of a recording that nobody orders any more."""
        if order.recording in {one.recording for one in self._orders.values()}:
            return
        for tape in self._open.values():
            if tape.order is not None and tape.order.recording == order.recording:
                tape.end()

    @staticmethod
    def concerns(message: Message) -> bool:
        """Whether an event is about a tape."""
        return message.get("event") in _TAPE_EVENTS

    def take(self, message: Message, send: Send) -> None:
        """Carry out what a worker says of a tape; raise WireError."""
        match message:
            case {"event": "tape_open", "tape": int(number), "room": str(room), "recording": name}:
                self._begin(number, RoomId(room), name, send)
            case {"event": "tape_part", "tape": int(number), "part": str(part)}:
                if number in self._open:
                    self._open[number].take(_octets(part))
            case {"event": "tape_close", "tape": int(number)}:
                tape = self._open.pop(number, None)
                if tape is not None:
                    tape.end()
            case _:
                raise WireError("tape")

    def _begin(self, number: int, room: RoomId, recording: object, send: Send) -> None:
        if len(self._open) >= MOST:
            _log.warning("%s: not recorded, %d others are", room, MOST)
            send(_ended(number))
            return
        order = self._orders.get(room)
        if order is not None and order.recording != recording:
            order = None
        tape = self._open[number] = Tape(number, room, order, send)
        self._begun.put_nowait(tape)

    def lost(self) -> list[RecordingEnded]:
        """Hear that the worker is gone; return what that ends. What came is written, and no more.

        It is told here: the worker's own word may not come for long, or never.
        """
        gone, self._open = self._open, {}
        for tape in gone.values():
            tape.end()
        return [
            RecordingEnded(room=tape.room, recording=tape.order.recording, why="link_lost")
            for tape in gone.values()
            if tape.order is not None
        ]


def _ended(number: int) -> Message:
    return {"op": "tape_ended", "tape": number}


def _octets(part: str) -> bytes:
    try:
        return base64.b64decode(part, validate=True)
    except binascii.Error:
        raise WireError("tape") from None
