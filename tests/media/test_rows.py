"""Packets that arrive together are forwarded together, as if each had come alone."""

import asyncio
from collections import Counter
from collections.abc import Collection, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from server.domain.ids import ConnectionId, RoomId
from server.media.connection import Connection, Stage
from server.media.engine import Link, Receiver
from server.media.formats import OPUS, VP8, Kind
from server.media.plane import Plane
from server.media.rtp import HEADER, Packet
from server.media.settings import WorkerSettings
from server.media.stun import Address
from server.ports.media import Edge, TableVersion
from tests.media.packets import KEY_FRAME, LATER_FRAME, rtp

ROOM = RoomId("room")
VIDEO, SOUND = 11, 12
Turn = tuple[int, int, bool]


class Notebook:
    """An engine without a network: it notes what it was to send."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self.sent: list[tuple[object, ...]] = []
        self.broken: set[int] = set()

    async def open(self, receiver: Receiver) -> int:
        return 1

    def close(self) -> None:
        """Nothing is open."""

    def admit(self, link: Link, address: Address) -> None:
        """Nobody comes in here."""

    def holder(self, address: Address) -> Link | None:
        """Nobody has come in."""

    def forget(self, link: Link) -> None:
        link.srtp = link.address = None

    def datagram(self, address: Address, raw: bytes) -> None:
        """Nothing is sent."""

    def send_rtp(self, link: Link, packet: Packet, head: bytes, mid: int) -> bool:
        if packet.sequence in self.broken:
            raise RuntimeError
        _, kind, sequence, timestamp, ssrc = HEADER.unpack(head)
        self.sent.append((link.owner.identity, ssrc, sequence, timestamp, kind, bytes(packet.raw)))
        return True

    def send_rtcp(self, link: Link, packet: bytes) -> bool:
        return True

    def drain(self, links: Collection[Link]) -> None:
        """Nothing waits."""


def _close(work: Coroutine[Any, Any, None]) -> None:
    work.close()


class Sitting:
    """One phone that sends to two others."""

    def __init__(self) -> None:
        self.engine = Notebook()
        settings = WorkerSettings(control=Path("unused"), chance=self._chance)
        self._drawn = 0
        self.plane = Plane(settings, self.engine, tell=lambda event: None, spawn=_close)
        for name in "abc":
            self.plane.connect(ROOM, ConnectionId(name))
        for connection in self.plane.connections.values():
            connection.stage = Stage.CONNECTED
            connection.link.srtp, connection.link.address = Any, ("address", 1)  # type: ignore[assignment]
        self.route(1, "bc")

    def _chance(self, size: int) -> bytes:
        self._drawn += 1
        return self._drawn.to_bytes(8, "little")[:size].ljust(size, b"\1")

    @property
    def a(self) -> Connection:
        return self.plane.connections[ConnectionId("a")]

    def route(self, n: int, to: str) -> None:
        edges = [Edge(source=self.a.identity, subscriber=ConnectionId(one), slot=0) for one in to]
        self.plane.route(ROOM, TableVersion(epoch=1, n=n), frozenset(edges))

    def arrive(
        self,
        sequence: int,
        *,
        sound: bool = False,
        payload: bytes = KEY_FRAME,
        payload_type: int = VP8,
    ) -> None:
        packet = rtp(
            sequence,
            ssrc=SOUND if sound else VIDEO,
            payload_type=OPUS if sound else payload_type,
            payload=payload,
            timestamp=sequence * 90,
        )
        self.plane.rtp(self.a.link, packet, 1.0)


@pytest.fixture
async def sitting() -> Sitting:
    return Sitting()


async def test_nothing_goes_before_the_burst_is_over(sitting: Sitting) -> None:
    sitting.arrive(1)
    assert sitting.engine.sent == []
    sitting.plane.burst_over()
    assert len(sitting.engine.sent) == 2
    sitting.plane.burst_over()
    assert len(sitting.engine.sent) == 2


async def test_a_subscriber_gets_the_row_before_the_next_one_does(sitting: Sitting) -> None:
    for sequence in range(3):
        sitting.arrive(sequence)
    sitting.plane.burst_over()
    assert [whom for whom, *_ in sitting.engine.sent] == ["b"] * 3 + ["c"] * 3


@pytest.mark.parametrize("payloads", [(LATER_FRAME, KEY_FRAME), (KEY_FRAME, LATER_FRAME)])
async def test_a_key_frame_within_the_row_is_enough(
    sitting: Sitting, payloads: tuple[bytes, ...]
) -> None:
    for sequence, payload in enumerate(payloads):
        sitting.arrive(sequence, payload=payload)
    sitting.plane.burst_over()
    assert not sitting.a.uplinks[Kind.VIDEO].key_wanted


async def test_a_row_without_a_key_frame_makes_us_ask(sitting: Sitting) -> None:
    sitting.a.uplinks[Kind.VIDEO].key_wanted = False
    sitting.arrive(1, payload=LATER_FRAME)
    sitting.plane.burst_over()
    assert sitting.a.uplinks[Kind.VIDEO].key_wanted


async def test_a_key_frame_before_a_jump_in_the_row_is_not_enough(sitting: Sitting) -> None:
    sitting.arrive(1)
    sitting.arrive(20_000, payload=LATER_FRAME)
    sitting.plane.burst_over()
    assert sitting.a.uplinks[Kind.VIDEO].key_wanted


async def test_no_key_frame_is_spent_on_who_cannot_see_it_yet(sitting: Sitting) -> None:
    c = sitting.plane.connections[ConnectionId("c")]
    sitting.route(2, "b")
    sitting.a.uplinks[Kind.VIDEO].key_wanted = False
    c.link.srtp = None
    sitting.route(3, "bc")
    assert not sitting.a.uplinks[Kind.VIDEO].key_wanted
    c.link.srtp = Any  # type: ignore[assignment]
    sitting.plane.feedback.want_key(c.downlinks[0, Kind.VIDEO])
    assert sitting.a.uplinks[Kind.VIDEO].key_wanted


async def test_a_cut_between_two_bursts_stops_what_comes_after(sitting: Sitting) -> None:
    sitting.arrive(1)
    sitting.plane.burst_over()
    sitting.route(2, "c")
    before = len(sitting.engine.sent)
    sitting.arrive(2)
    sitting.plane.burst_over()
    assert [whom for whom, *_ in sitting.engine.sent[before:]] == ["c"]


async def test_a_phone_that_is_dropped_within_a_burst_sends_nothing_more(sitting: Sitting) -> None:
    sitting.arrive(1)
    sitting.plane.disconnect(ConnectionId("a"))
    sitting.plane.burst_over()
    assert sitting.engine.sent == []


async def test_what_breaks_in_a_row_costs_its_sender_alone(sitting: Sitting) -> None:
    sitting.engine.broken = {5}
    sitting.arrive(5)
    sitting.plane.burst_over()
    assert sitting.a.link.faults == sitting.engine.counters["faults"] == 1
    sitting.arrive(6)
    sitting.plane.burst_over()
    assert len(sitting.engine.sent) == 2


# How far ahead of its place a packet's number is; far ahead begins a new stretch within the row.
TURNS = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 2, 9_000]), st.sampled_from([0, 0, 1]), st.booleans()),
    min_size=1,
    max_size=12,
)


@hypothesis_settings(deadline=None)
@given(TURNS, st.lists(st.integers(0, 12), max_size=3), st.integers(0, 0xFFFF))
def test_rows_put_out_what_single_packets_would(
    turns: list[Turn], ends: list[int], start: int
) -> None:
    async def run(over_after: set[int]) -> list[list[tuple[object, ...]]]:
        sitting = Sitting()
        for place, (ahead, sound, key) in enumerate(turns):
            payload = KEY_FRAME if key else LATER_FRAME
            sitting.arrive(start + place + ahead, sound=bool(sound), payload=payload)
            if place in over_after:
                sitting.plane.burst_over()
        sitting.plane.burst_over()
        wanted = [one.key_wanted for one in sitting.a.uplinks.values()]
        return [
            *([sent for sent in sitting.engine.sent if sent[0] == whom] for whom in "bc"),
            [tuple(wanted)],
        ]

    assert asyncio.run(run(set(ends))) == asyncio.run(run(set(range(len(turns)))))
