"""Linux's engine: media arrives, is opened, sealed and sent many datagrams at a time.

Everything rare (checks, DTLS, TCP, strangers) goes the plain engine's way. With little traffic
every datagram wakes us up; with much we look every two milliseconds, and one look serves many.
"""

import asyncio
import socket
from collections.abc import Collection
from typing import Final

from server.media.batch_outbox import Outbox
from server.media.batch_socket import Inbox, InSlot
from server.media.engine import LARGEST_DATAGRAM, MAX_RTCP_SSRCS, MAX_RTP_SSRCS, Link
from server.media.libc import CValue, ffi
from server.media.pace import TICK_S, Pace
from server.media.plain_engine import RTCP_LEAST, RTCP_TYPES, RTP_LEAST, PlainEngine
from server.media.rtp import Packet
from server.media.secure import SrtpPair
from server.media.sockaddr import from_raw, raw_size, to_raw
from server.media.stun import Address
from server.media.undocumented import context, protect, protect_rtcp, unprotect, unprotect_rtcp

_TAKEN_AT_ONCE: Final = 64
_SENT_AT_ONCE: Final = 128
_LOOKS: Final = 4
"""How often one wake-up reads at most, so that timers do not starve."""
# RFC 7983 7: what begins with the bits of version 2 is RTP or RTCP.
_VERSION_BITS: Final = 0xC0
_VERSION_2: Final = 0x80


class _Route:
    """A proved UDP address of a link; `at` is where its raw bytes lie, for the kernel to read."""

    __slots__ = ("_kept", "address", "at", "link", "raw")

    def __init__(self, link: Link, address: Address, raw: bytes) -> None:
        self.link = link
        self.address = address
        self.raw = raw
        self._kept = ffi.new("unsigned char[]", raw)
        self.at = int(ffi.cast("uintptr_t", self._kept))


class BatchEngine(PlainEngine):
    """See `server.media.engine.Engine`."""

    _family: int
    _inbox: Inbox
    _outbox: Outbox
    _loop: asyncio.AbstractEventLoop

    def __init__(self, bind: str, port: int) -> None:
        """Remember where to bind, UDP and TCP; memory is taken by `open()`."""
        super().__init__(bind, port)
        self._routes: dict[bytes, _Route] = {}
        self._by_address: dict[Address, _Route] = {}
        self._pace = Pace()
        self._gathering = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def _listen(self, udp: socket.socket) -> None:
        self._family = udp.family
        size = raw_size(udp.family)
        self._inbox = Inbox(udp, count=_TAKEN_AT_ONCE, name_size=size)
        self._outbox = Outbox(udp, count=_SENT_AT_ONCE, name_size=size)
        self._loop = asyncio.get_running_loop()
        super()._listen(udp)

    def close(self) -> None:
        if self._socket is not None:
            self._flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        super().close()
        self._routes.clear()
        self._by_address.clear()

    # ------------------------------------------------------------------ addresses

    def admit(self, link: Link, address: Address) -> None:
        super().admit(link, address)
        known = self._by_address.get(address)
        if address in self._streams or (known is not None and known.link is link):
            return
        route = _Route(link, address, to_raw(self._family, address))
        # The route before may be named by what still waits.
        self._flush()
        self._routes[route.raw] = self._by_address[address] = route

    def forget(self, link: Link) -> None:
        self._flush()
        super().forget(link)
        link.route = None

    def _drop_address(self, link: Link, address: Address) -> bool:
        route = self._by_address.get(address)
        if route is not None and route.link is link:
            self._flush()
            del self._by_address[address], self._routes[route.raw]
        return super()._drop_address(link, address)

    def _route_of(self, link: Link) -> _Route | None:
        """Return where a link's media goes by UDP, and remember it."""
        route = None if link.address is None else self._by_address.get(link.address)
        link.route = route
        return route

    # ------------------------------------------------------------------ sending

    def send_rtp(self, link: Link, packet: Packet, head: bytes, mid: int) -> bool:
        route: _Route | None = link.route
        if route is None or route.address is not link.address:
            route = self._route_of(link)
        srtp = link.srtp
        if route is None or srtp is None:
            return super().send_rtp(link, packet, head, mid)
        out = self._outbox
        begin, pointer, length = out.slots[out.used]
        octets, raw = out.octets, packet.raw
        length[0] = size = len(raw)
        octets[begin : begin + size] = raw
        octets[begin : begin + RTP_LEAST] = head
        if packet.mid_at:
            octets[begin + packet.mid_at] = mid
        if protect(srtp.sending or _sending(srtp), pointer, length):
            self.counters["drop_protect"] += 1
            return False
        if not 1 < out.add(route.at, length[0]) < _SENT_AT_ONCE:
            self._hurry()
        return True

    def send_rtcp(self, link: Link, packet: bytes) -> bool:
        route = self._route_of(link)
        srtp = link.srtp
        if route is None or srtp is None or len(packet) > LARGEST_DATAGRAM:
            return super().send_rtcp(link, packet)
        out = self._outbox
        begin, pointer, length = out.slots[out.used]
        out.octets[begin : begin + len(packet)] = packet
        length[0] = len(packet)
        if protect_rtcp(srtp.sending or _sending(srtp), pointer, length):
            self.counters["drop_protect"] += 1
            return False
        if not 1 < out.add(route.at, length[0]) < _SENT_AT_ONCE:
            self._hurry()
        return True

    def _hurry(self) -> None:
        """See to it that the first packet that waits is not forgotten, and the last has room."""
        if self._outbox.used == _SENT_AT_ONCE:
            self._flush()
        elif not self._gathering:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        if self._socket is None:
            self._outbox.used = 0
        elif self._outbox.used:
            gone, lost = self._outbox.flush()
            self.counters["packets_out"] += gone
            if lost:
                self.counters["drop_send"] += lost

    def drain(self, links: Collection[Link]) -> None:
        if links:
            self._flush()
        super().drain(links)

    # ------------------------------------------------------------------ arrival

    def _read(self) -> None:
        """Take what has arrived, send what came of it, and choose when to look again."""
        self._gathering = True
        took = self._look()
        self._gathering = False
        self._flush()
        if self._socket is not None and self._pace.note(took, self._loop.time()):
            self._turn(self._socket)

    def _look(self) -> int:
        took = 0
        for _ in range(_LOOKS):
            count = self._inbox.receive()
            if count < 0:
                # Linux reports an earlier send's ICMP error here; it belongs to nobody.
                self.counters["icmp"] += 1
                continue
            took += count
            if count:
                self._take(count)
                self._end()
            if count < _TAKEN_AT_ONCE or self._socket is None:
                break
        return took

    def _turn(self, udp: socket.socket) -> None:
        if self._pace.ticking:
            self._loop.remove_reader(udp)
            self._due = self._loop.time() + TICK_S
            self._timer = self._loop.call_at(self._due, self._beat)
        else:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._loop.add_reader(udp, self._read)

    def _beat(self) -> None:
        # From the time it was due, not from now: selectors round waits up to milliseconds.
        self._due = max(self._due + TICK_S, self._loop.time())
        self._timer = self._loop.call_at(self._due, self._beat)
        self._read()

    def _take(self, count: int) -> None:
        routes, octets, rare = self._routes, self._inbox.octets, 0
        now = self._loop.time()
        for slot in self._inbox.slots[:count]:
            begin, _, _, name = slot
            route = routes.get(name[:])
            if route is None or octets[begin] & _VERSION_BITS != _VERSION_2:
                rare += 1
                self._take_rare(slot, route)
                continue
            try:
                if octets[begin + 1] in RTCP_TYPES:
                    self._take_rtcp(slot, route)
                else:
                    self._take_rtp(slot, route, now)
            except Exception:  # noqa: BLE001
                # Whatever a hostile phone managed to break costs that phone alone, never the loop.
                self._failed(route.link)
        self.counters["packets_in"] += count - rare

    def _take_rare(self, slot: InSlot, route: _Route | None) -> None:
        """Hand over a check, a DTLS record or a stranger's datagram as the plain engine does."""
        begin, _, length, name = slot
        raw = self._inbox.octets[begin : begin + length[0]].tobytes()
        self._arrived(raw, route.address if route else from_raw(self._family, name[:]))

    def _take_rtp(self, slot: InSlot, route: _Route, now: float) -> None:
        link, inbox = route.link, self._inbox
        srtp, receiver = link.srtp, self._receiver
        begin, pointer, length, _ = slot
        if srtp is None or receiver is None:
            self.counters["drop_early"] += 1
            return
        if not RTP_LEAST <= length[0] <= LARGEST_DATAGRAM:
            self.counters["drop_size"] += 1
            return
        ssrc = inbox.words[(begin >> 2) + 2]
        known = ssrc in link.rtp_ssrcs
        if not known and not self._room_for(ssrc, link.rtp_ssrcs, MAX_RTP_SSRCS):
            return
        if unprotect(srtp.receiving or _receiving(srtp), pointer, length):
            self.counters["drop_unprotect"] += 1
            return
        if not known:
            link.rtp_ssrcs.add(ssrc)
        link.heard += 1
        # An authentic packet shows the path the phone has chosen, whatever it nominated before.
        link.address = route.address
        receiver.rtp(link, bytearray(inbox.octets[begin : begin + length[0]]), now)

    def _take_rtcp(self, slot: InSlot, route: _Route) -> None:
        link, inbox = route.link, self._inbox
        srtp, receiver = link.srtp, self._receiver
        begin, pointer, length, _ = slot
        if srtp is None or receiver is None:
            self.counters["drop_early"] += 1
            return
        if not RTCP_LEAST <= length[0] <= LARGEST_DATAGRAM:
            self.counters["drop_size"] += 1
            return
        ssrc = inbox.words[(begin >> 2) + 1]
        if not self._room_for(ssrc, link.rtcp_ssrcs, MAX_RTCP_SSRCS):
            return
        if unprotect_rtcp(srtp.receiving or _receiving(srtp), pointer, length):
            self.counters["drop_unprotect"] += 1
            return
        link.rtcp_ssrcs.add(ssrc)
        link.heard += 1
        link.address = route.address
        receiver.rtcp(link, inbox.octets[begin : begin + length[0]].tobytes())


def _receiving(srtp: SrtpPair) -> CValue:
    srtp.receiving = context(srtp.received)
    return srtp.receiving


def _sending(srtp: SrtpPair) -> CValue:
    srtp.sending = context(srtp.sent)
    return srtp.sending
