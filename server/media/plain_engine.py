"""The portable engine: one recvfrom and one sendto per datagram, wherever asyncio runs."""

import asyncio
import logging
import socket
import sys
from collections import Counter
from collections.abc import Collection
from typing import Final

from server.media.engine import (
    LARGEST_DATAGRAM,
    MAX_ADDRESSES,
    MAX_RTCP_SSRCS,
    MAX_RTP_SSRCS,
    Link,
    Receiver,
)
from server.media.rtp import Packet
from server.media.secure import Transform
from server.media.sockaddr import family_of, take_both_families
from server.media.streams import Streams
from server.media.stun import Address
from server.media.undocumented import SrtpError

_BATCH: Final = 64
_BUFFER: Final = 2048
_PORT_TRIES: Final = 20
_SOCKET_BYTES: Final = 4 * 1024 * 1024
RTP_LEAST: Final = 12
RTCP_LEAST: Final = 8

_Form = tuple[int, int, int]
"""A packet's least size, where the number of its stream stands, how many streams a phone has."""
_RTP: Final[_Form] = RTP_LEAST, 8, MAX_RTP_SSRCS
_RTCP: Final[_Form] = RTCP_LEAST, 4, MAX_RTCP_SSRCS

# First byte of a datagram, RFC 7983 7.
_STUN = range(4)
_DTLS = range(20, 64)
_MEDIA = range(128, 192)
# Second byte of RTCP, RFC 5761 4.
RTCP_TYPES = range(192, 224)

_log = logging.getLogger(__name__)


class PlainEngine:
    """See `server.media.engine.Engine`."""

    def __init__(self, bind: str, port: int) -> None:
        """Remember where to bind, UDP and TCP."""
        self.counters: Counter[str] = Counter()
        self._bind = (bind, port)
        self._streams = Streams(self.counters, receive=self._arrived, lost=self._lose)
        self._links: dict[Address, Link] = {}
        self._socket: socket.socket | None = None
        self._receiver: Receiver | None = None

    async def open(self, receiver: Receiver) -> int:
        self._receiver = receiver
        self._socket = await self._bind_both()
        self._listen(self._socket)
        return int(self._socket.getsockname()[1])

    def _listen(self, udp: socket.socket) -> None:
        asyncio.get_running_loop().add_reader(udp, self._read)

    async def _bind_both(self, tries: int = _PORT_TRIES) -> socket.socket:
        """Bind UDP and TCP to one number; one that the system chose may be taken for TCP."""
        udp = _udp(self._bind)
        try:
            await self._streams.open(self._bind[0], udp.getsockname()[1])
        except OSError:
            udp.close()
            if self._bind[1] or tries == 1:
                raise
            return await self._bind_both(tries - 1)
        return udp

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        self._streams.close()
        self._links.clear()

    def admit(self, link: Link, address: Address) -> None:
        if self._links.get(address) is link:
            return
        # Not the first time where another link has proved it in between.
        if address not in link.addresses:
            link.addresses.append(address)
        self._links[address] = link
        self._streams.prove(address)
        while len(link.addresses) > MAX_ADDRESSES:
            oldest = next(one for one in link.addresses if one != link.address)
            link.addresses.remove(oldest)
            if self._drop_address(link, oldest):
                self._streams.cut(oldest)

    def holder(self, address: Address) -> Link | None:
        return self._links.get(address)

    def forget(self, link: Link) -> None:
        for address in link.addresses:
            if self._drop_address(link, address):
                self._streams.let_go(address)
        link.addresses.clear()
        link.address = link.srtp = None

    def _drop_address(self, link: Link, address: Address) -> bool:
        """Return whether the address was this link's, and not by now another one's."""
        if self._links.get(address) is not link:
            return False
        del self._links[address]
        return True

    def _lose(self, address: Address) -> None:
        """Note that a stream is gone; the phone may still have other ways."""
        link = self._links.pop(address, None)
        if link is not None and address in link.addresses:
            link.addresses.remove(address)
            if link.address == address:
                link.address = link.addresses[-1] if link.addresses else None

    def datagram(self, address: Address, raw: bytes) -> None:
        if self._socket is None:
            return
        if address in self._streams:
            self.counters["packets_out" if self._streams.send(address, raw) else "drop_send"] += 1
            return
        try:
            self._socket.sendto(raw, address)
        except OSError:
            self.counters["drop_send"] += 1
        else:
            self.counters["packets_out"] += 1

    def send_rtp(self, link: Link, packet: Packet, head: bytes, mid: int) -> bool:
        if link.srtp is None or link.address is None:
            return False
        clear = bytearray(packet.raw)
        clear[: len(head)] = head
        if packet.mid_at:
            clear[packet.mid_at] = mid
        return self._send_sealed(link.address, link.srtp.protect, bytes(clear))

    def send_rtcp(self, link: Link, packet: bytes) -> bool:
        if link.srtp is None or link.address is None:
            return False
        return self._send_sealed(link.address, link.srtp.protect_rtcp, packet)

    def _send_sealed(self, address: Address, seal: Transform, clear: bytes) -> bool:
        try:
            sealed = seal(clear)
        except (SrtpError, ValueError):
            self.counters["drop_protect"] += 1
            return False
        self.datagram(address, sealed)
        return True

    def drain(self, links: Collection[Link]) -> None:
        """Datagrams went to the system when they were sent; only slow streams make packets wait."""
        for link in links:
            self._streams.drain(link.addresses)

    # ------------------------------------------------------------------ arrival

    def _read(self) -> None:
        """Take what has arrived, but not so much at once that timers starve."""
        for _ in range(_BATCH):
            if self._socket is None:
                return
            try:
                raw, address = self._socket.recvfrom(_BUFFER)
            except BlockingIOError:
                return
            except OSError:
                # Linux reports an earlier send's ICMP error here; it belongs to nobody.
                self.counters["icmp"] += 1
                continue
            self._arrived(raw, address)

    def _arrived(self, raw: bytes, address: Address) -> None:
        self.counters["packets_in"] += 1
        link = self._links.get(address)
        try:
            self._hand_over(raw, address, link)
        except Exception:  # noqa: BLE001
            # Whatever a hostile phone managed to break costs that phone alone, never the loop.
            self._failed(link)
        self._end()

    def _end(self) -> None:
        if self._receiver is not None:
            self._receiver.burst_over()

    def _failed(self, link: Link | None) -> None:
        self.counters["faults"] += 1
        _log.debug("a datagram failed", exc_info=True)
        if link is not None and self._receiver is not None:
            self._receiver.faulty(link)

    def _hand_over(self, raw: bytes, address: Address, link: Link | None) -> None:
        if self._receiver is None or not 1 < len(raw) <= LARGEST_DATAGRAM:
            self.counters["drop_size"] += 1
        elif raw[0] in _STUN:
            self._receiver.stun(raw, address)
        elif link is None:
            self.counters["drop_unproved"] += 1
        elif raw[0] in _MEDIA:
            self._media(self._receiver, link, raw, address)
        elif raw[0] in _DTLS:
            self._receiver.dtls(link, raw)
        else:
            self.counters["drop_unknown"] += 1

    def _media(self, receiver: Receiver, link: Link, raw: bytes, address: Address) -> None:
        if link.srtp is None:
            self.counters["drop_early"] += 1
            return
        rtcp = raw[1] in RTCP_TYPES
        if rtcp:
            clear = self._opened(raw, link.srtp.unprotect_rtcp, link.rtcp_ssrcs, _RTCP)
        else:
            clear = self._opened(raw, link.srtp.unprotect, link.rtp_ssrcs, _RTP)
        if clear is None:
            return
        link.heard += 1
        # An authentic packet shows the path the phone has chosen, whatever it nominated before.
        link.address = address
        if rtcp:
            receiver.rtcp(link, clear)
        else:
            receiver.rtp(link, bytearray(clear), asyncio.get_running_loop().time())

    def _opened(self, raw: bytes, unseal: Transform, known: set[int], form: _Form) -> bytes | None:
        least, at, most = form
        if len(raw) < least:
            self.counters["drop_size"] += 1
            return None
        ssrc = int.from_bytes(raw[at : at + 4], sys.byteorder)
        if not self._room_for(ssrc, known, most):
            return None
        try:
            clear = unseal(raw)
        except (SrtpError, ValueError):
            self.counters["drop_unprotect"] += 1
            return None
        known.add(ssrc)
        return clear

    def _room_for(self, ssrc: int, known: set[int], most: int) -> bool:
        """Stop a phone from making libsrtp keep a state for thousands of streams."""
        if ssrc in known or len(known) < most:
            return True
        self.counters["drop_ssrc"] += 1
        return False


def _udp(bind: tuple[str, int]) -> socket.socket:
    udp = socket.socket(family_of(bind[0]), socket.SOCK_DGRAM)
    udp.settimeout(0)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        udp.setsockopt(socket.SOL_SOCKET, option, _SOCKET_BYTES)
    try:
        take_both_families(udp)
        udp.bind(bind)
    except OSError:
        udp.close()
        raise
    return udp
