"""What a datagram takes on its way through Linux's engine, the plane and the engine again, counted.

The kernel's part in receiving is left out: datagrams lie where it would have put them.
"""

import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from server.domain.ids import ConnectionId
from server.media.batch_engine import BatchEngine
from server.media.connection import Connection, Stage
from server.media.plane import Plane
from server.media.sockaddr import to_raw
from server.ports.media import Edge, TableVersion
from tests.media.hall import ROOM, SETTINGS
from tests.media.test_packet_work import CASES, Case, row
from tests.media.test_wire_bytes import Far
from tests.media.work import Figure, Work, counted, through_one_more

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="recvmmsg is Linux's")

TURNS = 50
FIGURES = {
    "a voice": Figure(calls=31.0, lines=272.3),
    "a picture of eight packets": Figure(calls=22.3, lines=209.3),
}
"""What a packet for two subscribers takes."""
REPORT = Figure(calls=29.0, lines=138.1)
"""What a phone's report on two streams takes, and one to it."""


class Line:
    """A worker's plane and engine; `a` is seen by `b` and `c`, and all have keys and sockets."""

    def __init__(self, engine: BatchEngine, port: int, plane: Plane) -> None:
        self.engine, self.plane = engine, plane
        self.fars: dict[str, Far] = {}
        for name in "abc":
            plane.connect(ROOM, ConnectionId(name))
            self.fars[name] = far = Far(("127.0.0.1", port))
            one = self[name]
            engine.admit(one.link, far.address)
            one.link.address, one.link.srtp, one.stage = far.address, far.keys(), Stage.CONNECTED
        edges = {
            Edge(source=self["a"].identity, subscriber=self[to].identity, slot=0) for to in "bc"
        }
        plane.route(ROOM, TableVersion(epoch=1, n=1), frozenset(edges))
        family = self.fars["a"].socket.family
        self._names = {name: to_raw(family, far.address) for name, far in self.fars.items()}

    def __getitem__(self, name: str) -> Connection:
        return self.plane.connections[ConnectionId(name)]

    def arrive(self, name: str, sealed: list[bytes], work: Work) -> None:
        """Let these be what one look at the socket finds."""
        inbox = self.engine._inbox
        for raw, (begin, _, length, whose) in zip(sealed, inbox.slots, strict=False):
            inbox.octets[begin : begin + len(raw)] = raw
            length[0], whose[:] = len(raw), self._names[name]
        inbox.receive = lambda: len(sealed)  # type: ignore[method-assign]
        with counted(work):
            self.engine._read()

    @property
    def sent(self) -> int:
        """How many datagrams have gone out; what came of them is thrown away."""
        for far in self.fars.values():
            far.take()
        return self.engine.counters["packets_out"]


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    engine = BatchEngine("127.0.0.1", 0)
    plane = Plane(SETTINGS, engine, tell=lambda _: None, spawn=lambda work: work.close())
    made = Line(engine, await plane.open(), plane)
    # When it looks depends on the time, and is tested by itself.
    monkeypatch.setattr(engine._pace, "note", lambda took, now: False)
    yield made
    plane.close()
    engine.close()
    for far in made.fars.values():
        far.socket.close()


def forwarding(line: Line, case: Case) -> Work:
    """Return the work of so many rows of packets that go on to two subscribers."""
    sealer, work = line.fars["a"].sent, Work()
    for turn in range(TURNS + 1):
        sealed = [sealer.protect(bytes(one)) for one in row(case, turn)]
        # The first one finds keys and addresses that the others know.
        line.arrive("a", sealed, work if turn else Work())
    assert line.sent == 2 * (TURNS + 1) * case.length
    return work


def reporting(line: Line) -> Work:
    """Return the work of so many reports that arrive, and as many that go out."""
    far, work = line.fars["b"], Work()
    blocks = [RtcpReceiverInfo(one.ssrc, 0, 0, 1, 0, 0, 0) for one in line["b"].open_downlinks()]
    for turn in range(TURNS + 1):
        report = bytes(RtcpRrPacket(ssrc=1, reports=blocks))
        mine = work if turn else Work()
        line.arrive("b", [far.sent.protect_rtcp(report)], mine)
        with counted(mine):
            line.engine.send_rtcp(line["b"].link, report)
            line.engine.drain([line["b"].link])
    assert line["b"].link.heard == TURNS + 1
    assert line.sent == TURNS + 1
    return work


@pytest.mark.parametrize("name", FIGURES)
async def test_no_datagram_takes_more_work_than_it_did(line: Line, name: str) -> None:
    case = CASES[name]
    assert FIGURES[name].bears(forwarding(line, case), TURNS * case.length)


async def test_no_report_takes_more_work_than_it_did(line: Line) -> None:
    assert REPORT.bears(reporting(line), TURNS)


@pytest.mark.parametrize("name", ["_take_rtp", "send_rtp"])
async def test_one_more_call_a_datagram_would_be_noticed(
    line: Line, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: Any = getattr(BatchEngine, name)
    monkeypatch.setattr(BatchEngine, name, through_one_more(before))
    picture = "a picture of eight packets"
    case = CASES[picture]
    assert not FIGURES[picture].bears(forwarding(line, case), TURNS * case.length)


@pytest.mark.parametrize("name", ["_take_rtcp", "send_rtcp"])
async def test_one_more_call_a_report_would_be_noticed(
    line: Line, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: Any = getattr(BatchEngine, name)
    monkeypatch.setattr(BatchEngine, name, through_one_more(before))
    assert not REPORT.bears(reporting(line), TURNS)
