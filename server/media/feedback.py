"""What phones report and ask: clocks, losses, retransmissions, key frames, bitrates."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
)

from server.media import rtcp
from server.media.answers import Answers
from server.media.connection import Connection
from server.media.downlink import Downlink
from server.media.engine import Engine
from server.media.formats import Kind
from server.media.repair import Repair
from server.media.rtcp import FIR, NACK, PLI, MalformedRtcpError
from server.media.uplink import KEY_EVERY_S, align

_NACKED_AT_ONCE: Final = 128
_NOTED_AT_ONCE: Final = 512
"""Of one compound packet, which could name six thousand."""
_FRACTION: Final = 256
_TICKS: Final = 65536
_HALF: Final = 1 << 31


class Feedback:
    """A downlink without an edge answers nothing: what it asks and reports goes nowhere."""

    def __init__(self, engine: Engine, repair: Repair) -> None:
        """Retransmissions go out through `engine`, requests for key frames through `repair`."""
        self._engine = engine
        self._answers = Answers(engine)
        self._repair = repair
        self._time = asyncio.get_running_loop().time
        self.asked: Callable[[Connection], None] = _nothing
        """Hears of every phone that asked for lost packets, while there is time to act."""

    def close(self) -> None:
        """Let nothing be answered any more."""
        self._answers.close()

    def take(self, connection: Connection, packet: bytes) -> None:
        """Act on one compound packet."""
        try:
            parts = rtcp.read(packet)
        except MalformedRtcpError:
            self._engine.counters["drop_rtcp_malformed"] += 1
            return
        for part in parts:
            self._part(connection, part)
        missing = (one for one in parts if isinstance(one, RtcpRtpfbPacket) and one.fmt == NACK)
        self._resend(connection, missing)

    def want_key(self, downlink: Downlink | None) -> None:
        """Ask the source for a key frame, if there is an edge to it and somebody to see it.

        A browser gives one in 300 ms at most: one asked for too early delays the one that counts.
        """
        if downlink is None or downlink.source is None or downlink.kind is not Kind.VIDEO:
            return
        if downlink.link.srtp is None or downlink.held:
            return
        downlink.source.key_wanted = True
        self._repair.start(downlink.source)

    def _asked_for_key(self, downlink: Downlink | None) -> None:
        """Take a phone's own request, of which it has so many; those of the worker have no bound.

        It may ask anew for what is asked for already. Whoever asks while the key frame is on its
        way to him cannot know of it: that request means nothing, and is not counted.
        """
        if downlink is None or downlink.source is None or downlink.held:
            return
        source, now = downlink.source, self._time()
        over = now - source.key_began >= KEY_EVERY_S
        if source.key_wanted or (over and downlink.key_requests.spend(1, now)):
            self.want_key(downlink)

    def _part(self, connection: Connection, part: AnyRtcpPacket) -> None:
        if isinstance(part, RtcpSrPacket):
            self._clock(connection, part)
        if isinstance(part, RtcpSrPacket | RtcpRrPacket):
            for block in part.reports:
                self._reception(connection, block)
        elif isinstance(part, RtcpPsfbPacket):
            self._request(connection, part)

    def _clock(self, connection: Connection, part: RtcpSrPacket) -> None:
        uplink = connection.uplink_of(part.ssrc)
        report = rtcp.sender_report(part, self._time())
        if uplink is not None and report is not None:
            align(tuple(connection.uplinks.values()), uplink, report)

    def _reception(self, connection: Connection, block: RtcpReceiverInfo) -> None:
        downlink = connection.by_ssrc.get(block.ssrc)
        if downlink is None:
            return
        now = self._time()
        downlink.note_loss(block.fraction_lost / _FRACTION, now)
        if block.lsr:
            took = (rtcp.middle(rtcp.ntp(now)) - block.lsr - block.dlsr) & 0xFFFFFFFF
            if took < _HALF:
                connection.trips.note(took / _TICKS, now)

    def _resend(self, connection: Connection, parts: Iterable[RtcpRtpfbPacket]) -> None:
        """Judge the line once, whatever the packet asks for, then send again what it takes."""
        wanted = list(_wanted(connection, parts))
        if not wanted:
            return
        for downlink, sequences in wanted:
            downlink.ask(sequences)
        self.asked(connection)
        for downlink, sequences in wanted:
            self._answers.give(downlink, sequences[:_NACKED_AT_ONCE])

    def _request(self, connection: Connection, part: RtcpPsfbPacket) -> None:
        if part.fmt == PLI:
            self._asked_for_key(connection.by_ssrc.get(part.media_ssrc))
        elif part.fmt == FIR:
            for ssrc in rtcp.fir_targets(part):
                self._asked_for_key(connection.by_ssrc.get(ssrc))
        else:
            estimate = rtcp.estimate(part)
            if estimate is not None:
                connection.note_estimate(*estimate, self._time())


def _wanted(
    connection: Connection, parts: Iterable[RtcpRtpfbPacket]
) -> Iterator[tuple[Downlink, list[int]]]:
    """Yield what is asked for of which stream; what a trial left out on purpose goes to it."""
    left = _NOTED_AT_ONCE
    for part in parts:
        downlink, sequences = connection.by_ssrc.get(part.media_ssrc), part.lost[:left]
        left -= len(sequences)
        if downlink is None or not sequences:
            continue
        if downlink.probe is not None:
            downlink.probe.asked(sequences)
        else:
            yield downlink, sequences


def _nothing(connection: Connection) -> None:
    del connection
