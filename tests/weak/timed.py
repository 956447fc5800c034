"""A phone that lets the other side reckon round trips, as all browsers do (RFC 3550 6.4.1)."""

import asyncio

from aiortc.rtp import RtcpReceiverInfo, RtcpSenderInfo, RtcpSrPacket

from server.media import rtcp
from tests.weak.phone import Phone

TICKS = 65_536


class Timed(Phone):
    """Reports when it sends, and how long ago the worker's report came."""

    def _obey(self, part: object) -> None:
        super()._obey(part)
        if isinstance(part, RtcpSrPacket):
            stands = rtcp.middle(part.sender_info.ntp_timestamp)
            self.clocks[part.ssrc] = stands, self._loop.time()

    def _block(self, ssrc: int) -> RtcpReceiverInfo:
        found = super()._block(ssrc)
        if ssrc in self.clocks:
            found.lsr, at = self.clocks[ssrc]
            found.dlsr = round((self._loop.time() - at) * TICKS)
        return found

    def _report(self) -> None:
        super()._report()
        now = asyncio.get_running_loop().time()
        for ssrc, hz in ((self.voice, 48_000), (self.picture, 90_000)):
            info = RtcpSenderInfo(
                ntp_timestamp=rtcp.ntp(now),
                rtp_timestamp=int(now * hz),
                packet_count=0,
                octet_count=0,
            )
            self._send(bytes(RtcpSrPacket(ssrc=ssrc, sender_info=info, reports=[])))
