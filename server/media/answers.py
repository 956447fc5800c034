"""Sends again what phones miss, behind something newer.

Browsers tell from pictures' packets alone what a line carries: how much further apart bursts of
5 ms arrive than they were sent (libwebrtc, `InterArrival`). What is sent again is the same bytes,
so it says its old time. While its burst is still the newest, it makes that one longer by a round
trip. That looks like a queue that fills, and estimates fell on lines that had room. What comes
behind something newer is passed over.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from server.media.connection import Connection
from server.media.downlink import Downlink
from server.media.engine import Engine
from server.media.formats import Kind
from server.media.lasting import Lasting

BURST_S: Final = 0.005
LONGEST_S: Final = 0.1
"""Nobody waits longer: the pictures of a source that has ended, or sends few, are repaired too."""
LOOK_S: Final = 0.005


class Answers:
    """Goes on only while an answer waits."""

    def __init__(self, engine: Engine) -> None:
        """Answers go out through `engine`."""
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[tuple[Downlink, int], float] = {}
        self._timer = Lasting(LOOK_S, self._look)

    def give(self, downlink: Downlink, sequences: Iterable[int]) -> None:
        """Send these again, if they may be, now or as soon as something newer has gone out."""
        now = self._loop.time()
        newest = _newest(downlink.link.owner)
        for sequence in sequences:
            if _draws_out(downlink, sequence, newest, now):
                self._waiting.setdefault((downlink, sequence), now)
            else:
                self._send(downlink, sequence, now)
        if self._waiting:
            self._timer.start()

    def close(self) -> None:
        """Stop the timer."""
        self._waiting.clear()
        self._timer.close()

    def _look(self) -> bool:
        now = self._loop.time()
        for (downlink, sequence), since in list(self._waiting.items()):
            newest = _newest(downlink.link.owner)
            if now - since < LONGEST_S and _draws_out(downlink, sequence, newest, now):
                continue
            del self._waiting[downlink, sequence]
            self._send(downlink, sequence, now)
        return bool(self._waiting)

    def _send(self, downlink: Downlink, sequence: int, now: float) -> None:
        sent = downlink.repeat(sequence, now)
        if sent is not None and self._engine.send_rtp(downlink.link, *sent, downlink.mid):
            self._engine.counters["resent"] += 1


def _newest(connection: Connection) -> float:
    """Return when a new packet of any picture went out to a phone last."""
    opened = connection.open_downlinks()
    return max((one.sent_at for one in opened if one.kind is Kind.VIDEO), default=float("-inf"))


def _draws_out(downlink: Downlink, sequence: int, newest: float, now: float) -> bool:
    """Whether a packet would make the newest burst longer, and by enough to be seen."""
    packet = downlink.known(sequence)
    if packet is None:
        return False
    age = packet.age(now)
    return age > BURST_S and newest - (now - age) <= BURST_S
