"""Packets of a recording in the order in which their phones numbered them, however they arrived.

Both readings of a recording see a stream in this one order, so what the first finds about its
n-th packet holds for the n-th packet of the second.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from server.media.formats import KIND_OF_PAYLOAD
from server.media.log_frames import PACKET, Frame
from server.media.rtp import SEQUENCE_MOD, Packet

Arrival: TypeAlias = tuple[Packet, float]
"""A packet, and how many seconds into its segment it arrived."""
Place: TypeAlias = tuple[int, int]
"""A segment, and a stream within it (its SSRC)."""

_HALF: Final = SEQUENCE_MOD // 2
_MS: Final = 1000
_WINDOW: Final = 512
"""Packets that wait for a missing one: a phone is asked for it again within as many."""
_BEGINS_ANEW: Final = 2 * _WINDOW
_PATIENCE_S: Final = 1.0
"""So long they wait at most: by then it was asked for eight times, and the rest is to be heard."""


class Order:
    """Gives one stream's packets back by their sequence numbers, and waits only so long."""

    def __init__(self) -> None:
        """Begin with whatever comes first."""
        self._next: int | None = None
        self._held: dict[int, Arrival] = {}

    def take(self, packet: Packet, at: float) -> Iterator[tuple[int, Arrival]]:
        """Yield what can go on now, with numbers that do not wrap."""
        if self._next is None:
            self._next = packet.sequence + SEQUENCE_MOD
        ahead = (packet.sequence - self._next + _HALF) % SEQUENCE_MOD - _HALF
        if ahead < -_BEGINS_ANEW:
            yield from self.end()
            self._next = (self._next // SEQUENCE_MOD + 2) * SEQUENCE_MOD + packet.sequence
            ahead = 0
        if ahead < 0:
            return
        self._held.setdefault(self._next + ahead, (packet, at))
        while self._waited_enough(at):
            yield from self._go_on(min(self._held))
        yield from self._go_on(self._next)

    def _waited_enough(self, now: float) -> bool:
        if not self._held or self._next in self._held:
            return False
        _, longest = next(iter(self._held.values()))
        return len(self._held) > _WINDOW or now - longest > _PATIENCE_S

    def _go_on(self, number: int) -> Iterator[tuple[int, Arrival]]:
        self._next = number
        while (one := self._held.pop(self._next, None)) is not None:
            yield self._next, one
            self._next += 1

    def end(self) -> Iterator[tuple[int, Arrival]]:
        """Yield all that still waits."""
        for number in sorted(self._held):
            yield number, self._held[number]
            self._next = number + 1
        self._held.clear()


class Streams:
    """All streams of one participant; those of a segment end with it."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self._orders: dict[Place, Order] = {}
        self._segment: int | None = None

    def take(self, segment: int, one: Frame) -> Iterator[tuple[Place, int, Arrival]]:
        """Yield (place, number without wrap, arrival) of what can go on now."""
        if segment != self._segment:
            yield from self.end()
            self._segment = segment
        packet = packet_of(one)
        if packet is not None:
            place = (segment, packet.ssrc)
            order = self._orders.setdefault(place, Order())
            for number, ready in order.take(packet, one.at_ms / _MS):
                yield place, number, ready

    def end(self) -> Iterator[tuple[Place, int, Arrival]]:
        """Yield all that still waits, and forget the streams."""
        for place, order in self._orders.items():
            for number, ready in order.end():
                yield place, number, ready
        self._orders.clear()


def packet_of(one: Frame) -> Packet | None:
    """Return the packet in a frame, if it is one that a film can hold."""
    if one.kind != PACKET:
        return None
    try:
        packet = Packet(bytearray(one.content))
    except ValueError:
        return None
    return packet if packet.payload_type in KIND_OF_PAYLOAD and packet.payload_size else None


def payload_of(packet: Packet) -> bytes:
    """Return a packet's media, without padding."""
    return bytes(packet.raw[packet.payload_at : packet.payload_at + packet.payload_size])
