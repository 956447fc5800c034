"""A plane without a network, on whatever clock its loop has, and phones that speak RTCP to it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

from server.domain.ids import ConnectionId, RoomId
from server.media import rtcp
from server.media.connection import Connection, Stage
from server.media.engine import Link
from server.media.formats import CLOCK, OPUS, VP8, Kind
from server.media.plane import Plane
from server.media.rounds import Rounds
from server.media.rtp import TIMESTAMP_MOD
from server.media.settings import WorkerSettings
from server.ports.media import Edge, TableVersion
from tests.media.packets import KEY_FRAME, rtp
from tests.media.test_rows import Notebook

ROOM: Final = RoomId("hall")
SETTINGS: Final = WorkerSettings(control=Path("unused"))
ESTIMATE: Final = 15


@dataclass(frozen=True)
class Wired:
    """One RTCP packet as it went out: when by the loop's clock, to whom, and what it said."""

    at: float
    to: ConnectionId
    parts: list[AnyRtcpPacket]


class Wire(Notebook):
    """Notes RTCP too."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[Wired] = []

    def send_rtcp(self, link: Link, packet: bytes) -> bool:
        now = asyncio.get_running_loop().time()
        self.reports.append(Wired(now, link.owner.identity, RtcpPacket.parse(packet)))
        return True


class Hall:
    """Connections without handshake, whoever is named."""

    def __init__(self, *names: str) -> None:
        self.engine = Wire()
        self.plane = Plane(SETTINGS, self.engine, tell=lambda _: None, spawn=_close)
        self.rounds = Rounds(self.plane)
        self._n = 0
        for name in names:
            self.plane.connect(ROOM, ConnectionId(name))
            one = self[name]
            one.stage = Stage.CONNECTED
            one.link.srtp, one.link.address = Any, ("address", 1)  # type: ignore[assignment]

    def __getitem__(self, name: str) -> Connection:
        return self.plane.connections[ConnectionId(name)]

    def route(self, *edges: tuple[str, str, int]) -> None:
        """Let these alone flow: source, subscriber, slot."""
        self._n += 1
        ends = frozenset(
            Edge(source=ConnectionId(source), subscriber=ConnectionId(to), slot=slot)
            for source, to, slot in edges
        )
        self.plane.route(ROOM, TableVersion(epoch=1, n=self._n), ends)

    def requests(self, name: str) -> list[float]:
        """Return when this phone was asked for a key frame."""
        return [
            wired.at
            for wired in self.engine.reports
            for part in wired.parts
            if wired.to == name and isinstance(part, RtcpPsfbPacket) and part.fmt == rtcp.PLI
        ]

    def allowances(self, name: str) -> list[int]:
        """Return what this phone was told that it may send, in bit/s, in order."""
        estimates = [
            rtcp.estimate(part)
            for wired in self.engine.reports
            for part in wired.parts
            if wired.to == name and isinstance(part, RtcpPsfbPacket) and part.fmt == ESTIMATE
        ]
        return [told[0] for told in estimates if told is not None]

    def close(self) -> None:
        self.rounds.close()
        self.plane.close()


class Source:
    """A phone that sends sound and pictures, each on an RTP clock of its own."""

    def __init__(self, hall: Hall, name: str, *, starts: dict[Kind, int], clock: float) -> None:
        """`starts` are the RTP timestamps at the loop's time 0, `clock` its NTP seconds then."""
        self.ssrcs = {kind: 1000 * ord(name) + ord(kind[0]) for kind in Kind}
        self._hall, self._link = hall, hall[name].link
        self._starts, self._clock = starts, clock
        self._sent = dict.fromkeys(Kind, 0)

    def send(self, kind: Kind, payload: bytes = KEY_FRAME, *, late: float = 0.0) -> None:
        """Let a packet arrive of what was heard or seen `late` seconds ago."""
        now = asyncio.get_running_loop().time()
        self._sent[kind] += 1
        packet = rtp(
            self._sent[kind],
            payload=payload,
            payload_type=OPUS if kind is Kind.AUDIO else VP8,
            timestamp=self.stands(kind, now - late),
            ssrc=self.ssrcs[kind],
        )
        self._hall.plane.rtp(self._link, packet, now)
        self._hall.plane.burst_over()

    def stands(self, kind: Kind, at: float) -> int:
        """Return the RTP timestamp of what is heard or seen then."""
        return (self._starts[kind] + round(at * CLOCK[kind])) % TIMESTAMP_MOD

    def report(self, kind: Kind, late: float = 0.0) -> None:
        """Let a sender report arrive that was written `late` seconds ago."""
        at = asyncio.get_running_loop().time() - late
        stands = RtcpSenderInfo(
            ntp_timestamp=int((at + self._clock) * (1 << 32)),
            rtp_timestamp=self.stands(kind, at),
            packet_count=0,
            octet_count=0,
        )
        report = RtcpSrPacket(ssrc=self.ssrcs[kind], sender_info=stands)
        self._hall.plane.rtcp(self._link, bytes(report))


class Viewer:
    """A phone that only receives."""

    def __init__(self, hall: Hall, name: str) -> None:
        self._hall, self._connection = hall, hall[name]

    def asks(self, slot: int) -> None:
        """Ask for a key frame in this slot."""
        media = self._connection.downlinks[slot, Kind.VIDEO].ssrc
        self._hall.plane.rtcp(self._connection.link, rtcp.pli(99, media))

    def takes(self, bits: int) -> None:
        """Say that so many bit/s of everything can be taken."""
        every = [one.ssrc for one in self._connection.downlinks.values()]
        said = RtcpPsfbPacket(fmt=ESTIMATE, ssrc=99, media_ssrc=0, fci=pack_remb_fci(bits, every))
        self._hall.plane.rtcp(self._connection.link, bytes(said))


def _close(work: Any) -> None:
    work.close()
