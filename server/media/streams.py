"""ICE over TCP, passive side (RFC 6544), framed by RFC 4571: for networks that let no UDP through.

To everything behind it a stream is just another address that datagrams come from and go to.
"""

import asyncio
import ipaddress
import socket
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Final, cast

from server.media.sockaddr import family_of, take_both_families
from server.media.stun import Address, seems_check

_LENGTH: Final = 2
_LARGEST: Final = 1500
_LEAST: Final = 14
"""A DTLS record of one byte, ChangeCipherSpec, is the shortest that any protocol here sends.
RFC 4571 lets frames be empty; a flood of them would cost a sender almost nothing."""
_AT_ONCE: Final = 64
"""Frames before the loop has its turn; one read may bring thousands."""
_REST_S: Final = 0.01
"""Up to 6,400 frames a second; a phone sends hundreds. The rest waits in the phone's own line."""
_MOST_CHECKS: Final = 256
"""Before one is authentic; a browser asks a new way twenty times a second, for `_PROVE_S`."""
_MOST: Final = 1000
_MOST_EACH: Final = 32
"""Streams of one network that have proved nothing yet; a hall behind one router has fewer."""
_NETWORK: Final = 64
"""Bits of an IPv6 address that its holder does not choose himself."""
_PROVE_S: Final = 10.0
_FAREWELL_S: Final = 1.0
"""As long as the goodbye of DTLS may take, and some more."""
_IDLE_S: Final = 20
_PROBE_EVERY_S: Final = 10
_PROBES: Final = 3
"""Who answers none of them has vanished: 50 s after the last sign of life."""
_WAITING_BYTES: Final = 256 * 1024
"""A second of video; what comes on top is dropped, as a datagram would be."""
_UNSENT_BYTES: Final = 4096
_NOTSENT_LOWAT: Final = 25  # Linux's TCP_NOTSENT_LOWAT; Python names it from 3.13 on

if sys.platform == "linux":
    _OPTIONS: Final = (
        (_NOTSENT_LOWAT, _UNSENT_BYTES),
        (socket.TCP_KEEPIDLE, _IDLE_S),
        (socket.TCP_KEEPINTVL, _PROBE_EVERY_S),
        (socket.TCP_KEEPCNT, _PROBES),
        # Nobody probes while something waits to be acknowledged; in milliseconds, tcp(7).
        (socket.TCP_USER_TIMEOUT, 1000 * (_IDLE_S + _PROBES * _PROBE_EVERY_S)),
    )
else:
    _OPTIONS: Final[tuple[tuple[int, int], ...]] = ()


class Streams:
    """All TCP connections of one engine, by address."""

    def __init__(
        self,
        counters: Counter[str],
        *,
        receive: Callable[[bytes, Address], None],
        lost: Callable[[Address], None],
    ) -> None:
        """`receive` takes each datagram; `lost` hears of an address that is gone."""
        self.counters = counters
        self.receive = receive
        self.lost = lost
        self._open: dict[Address, _Stream] = {}
        self._unproved: Counter[str] = Counter()
        self._server: asyncio.Server | None = None

    async def open(self, bind: str, port: int) -> None:
        """Listen, on `::` for IPv4 too; raise OSError if the port is taken."""
        loop = asyncio.get_running_loop()
        line = _listening(bind, port)
        self._server = await loop.create_server(lambda: _Stream(self), sock=line)

    def close(self) -> None:
        """Stop listening and cut every stream."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for stream in list(self._open.values()):
            stream.cut()

    def __contains__(self, address: Address) -> bool:
        """Whether this address is a stream of ours."""
        return address in self._open

    def send(self, address: Address, raw: bytes) -> bool:
        """Send one datagram; False if the line is too slow for it."""
        stream = self._open.get(address)
        return stream is not None and stream.send(raw)

    def drain(self, addresses: Iterable[Address]) -> None:
        """Drop what has not gone to the system yet, so that nothing of a cut edge follows."""
        for address in addresses:
            if address in self._open:
                self._open[address].drain()

    def prove(self, address: Address) -> None:
        """Let a stream stay: a check from it was authentic."""
        stream = self._open.get(address)
        if stream is not None:
            stream.proved()

    def cut(self, address: Address) -> None:
        """Close one stream."""
        stream = self._open.get(address)
        if stream is not None:
            stream.cut()

    def let_go(self, address: Address) -> None:
        """Read nothing more from a stream, and close it when the goodbye has had its time."""
        stream = self._open.get(address)
        if stream is not None:
            stream.let_go()

    def add(self, address: Address, stream: "_Stream") -> bool:
        """Take a new stream in, unless there are too many, or too many of its network."""
        network = _network(address)
        if len(self._open) >= _MOST or self._unproved[network] >= _MOST_EACH:
            self.counters["drop_streams"] += 1
            return False
        self._unproved[network] += 1
        self._open[address] = stream
        return True

    def judged(self, address: Address) -> None:
        """Note that a stream which was taken in has proved itself, or ended before."""
        self._unproved[_network(address)] -= 1
        self._unproved += Counter()  # forgets networks without such streams

    def remove(self, address: Address, stream: "_Stream") -> None:
        """Forget a stream that ended."""
        if self._open.get(address) is stream:
            del self._open[address]
            self.lost(address)


class _Stream(asyncio.Protocol):
    """One TCP connection; without an authentic check it is closed after some seconds."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._buffer = bytearray()
        self._address: Address = ()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._paused = False
        self._rest: asyncio.TimerHandle | None = None
        self._checks = 0
        self._unproved = False
        self._reads = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._address = (*peer[:2], "tcp") if peer else ()
        if not peer or not self._streams.add(self._address, self):
            self.cut()
            return
        _tune(self._transport)
        self._unproved = True
        self._deadline = asyncio.get_running_loop().call_later(_PROVE_S, self.cut)

    def data_received(self, data: bytes) -> None:
        if self._reads:
            self._buffer += data
            if self._rest is None:
                self._hand_over()

    def _hand_over(self) -> None:
        self._rest = None
        for _ in range(_AT_ONCE):
            frame = self._frame()
            if frame is None:
                break
            self._streams.receive(frame, self._address)
        else:
            self._pause_reading()
            return
        if self._transport is not None:
            self._transport.resume_reading()

    def _pause_reading(self) -> None:
        # What a datagram led to may have been the end of this stream.
        if self._transport is not None and self._reads:
            self._transport.pause_reading()
            self._rest = asyncio.get_running_loop().call_later(_REST_S, self._hand_over)

    def _frame(self) -> bytes | None:
        """Take the next whole frame out; None if there is none, or it was the stream's end."""
        if not self._reads or len(self._buffer) < _LENGTH:
            return None
        length = int.from_bytes(self._buffer[:_LENGTH], "big")
        if not _LEAST <= length <= _LARGEST:
            self._refuse("drop_size")
            return None
        end = _LENGTH + length
        if len(self._buffer) < end:
            return None
        raw = bytes(self._buffer[_LENGTH:end])
        del self._buffer[:end]
        if self._unproved and not self._is_check(raw):
            self._refuse("drop_unproved")
            return None
        return raw

    def _is_check(self, raw: bytes) -> bool:
        self._checks += 1
        return self._checks <= _MOST_CHECKS and seems_check(raw)

    def _refuse(self, why: str) -> None:
        self._streams.counters[why] += 1
        self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._rest is not None:
            self._rest.cancel()
        self.proved()
        self._streams.remove(self._address, self)

    def proved(self) -> None:
        if self._unproved:
            self._unproved = False
            self._streams.judged(self._address)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def let_go(self) -> None:
        self.proved()
        self._reads = False
        self._deadline = asyncio.get_running_loop().call_later(_FAREWELL_S, self.cut)

    def send(self, raw: bytes) -> bool:
        if self._transport is None or self._waiting_bytes > _WAITING_BYTES:
            return False
        frame = len(raw).to_bytes(_LENGTH, "big") + raw
        if self._paused:
            self._waiting.append(frame)
            self._waiting_bytes += len(frame)
        else:
            self._transport.write(frame)
        return True

    def drain(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        while self._waiting and not self._paused and self._transport is not None:
            frame = self._waiting.popleft()
            self._waiting_bytes -= len(frame)
            self._transport.write(frame)

    def cut(self) -> None:
        self._reads = False
        if self._transport is not None:
            self._transport.abort()


def _listening(bind: str, port: int) -> socket.socket:
    """Return a bound socket; asyncio's own would take `::` for IPv6 alone."""
    line = socket.socket(family_of(bind), socket.SOCK_STREAM)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        take_both_families(line)
        line.bind((bind, port))
    except OSError:
        line.close()
        raise
    return line


def _network(address: Address) -> str:
    """Return what one phone or router comes from: an IPv4 address, or a /64 of IPv6."""
    ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, _NETWORK), strict=False))


def _tune(transport: asyncio.Transport) -> None:
    """Let packets wait with us, where a cut can drop them; notice soon who has vanished."""
    transport.set_write_buffer_limits(high=0)
    line: socket.socket = transport.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, to in _OPTIONS:
        line.setsockopt(socket.IPPROTO_TCP, option, to)
