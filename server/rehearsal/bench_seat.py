"""A simulated phone that costs next to nothing: real ICE check, DTLS and SRTP, invented media.

A receiver unprotects every packet, checks that it is whole and comes from its own room, and
compares the time at which it was sent with the one at which the kernel had it.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from socket import ntohs
from typing import Final

from aioice.stun import Class, Message, Method, parse_message
from aiortc.rtp import RtcpPsfbPacket, pack_remb_fci

from server.media import rtcp
from server.media.formats import (
    MIDS,
    PAYLOAD_TYPES,
    UPLINK_MID,
    Kind,
    kind_of_mid,
    slot_mid,
)
from server.media.libc import CValue
from server.media.secure import SecureChannel, SrtpPair
from server.media.undocumented import SrtpError, context, unprotect
from server.rehearsal.bench_feedback import Incoming, clocks
from server.rehearsal.bench_slots import note_times, send_rows
from server.rehearsal.bench_stream import NOBODY, SEATS_PER_ROOM, Heard, Stream, name_of

SENDER_EVERY_S: Final = {Kind.AUDIO: 5.0, Kind.VIDEO: 0.235}
RECEIVER_EVERY_S: Final = {Kind.AUDIO: 5.0, Kind.VIDEO: 1.0}
"""Both as measured of Chromium 156 in a room of three."""
ESTIMATE: Final = 2_400_000
"""Bit/s: half as much again as two others send. Higher no browser's estimate rises."""

_RECEIVE_BYTES: Final = 4 * 1024 * 1024
_BUFFER: Final = 2048
_CHECK_EVERY_S: Final = 0.1
_CHECKS: Final = 50
_CANDIDATE_PRIORITY: Final = 2_130_706_431

_PLAIN: Final = range(128)
_NUMBER_BITS: Final = 16
_NS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class _Server:
    """What an offer says of the worker; `ssrcs` are the streams it sends, by media section."""

    ufrag: str
    password: str
    fingerprint: str
    address: tuple[str, int]
    ssrcs: dict[str, int]


class Seat:
    """One participant's place: its socket, its keys and its two streams."""

    def __init__(self, number: int, offer: str, *, picture: int = 1, rows: bool = False) -> None:
        """`picture` is how many packets a picture has; `rows`: they are given away together."""
        self._known = _known(number)
        self._rows = rows
        sizes = {Kind.AUDIO: 1, Kind.VIDEO: picture}
        self.streams = {kind: Stream(kind, number, row) for kind, row in sizes.items()}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
        note_times(self.socket)
        self._server = _read_offer(offer)
        self.socket.connect(self._server.address)
        self._ufrag, self._password = f"seat{number:04d}", "bench".ljust(22, "0")
        self._incoming = _incoming(self._server.ssrcs, number)
        self._names = {
            kind: rtcp.names([rtcp.named(one.ssrc, self._ufrag)])
            for kind, one in self.streams.items()
        }
        self._estimate = self._remb()
        self.said = self.asked = 0
        self._channel = SecureChannel(send=self._send_record, closed=lambda: None)
        self._checked = asyncio.Event()
        self._file = self.socket.fileno()
        self._pair: SrtpPair | None = None
        self._opening: CValue = None
        self._sealing: CValue = None

    # ------------------------------------------------------------------ joining

    def answer(self) -> str:
        """Return the SDP answer: sends both kinds, takes every slot, opens the handshake."""
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines += ["a=group:BUNDLE " + " ".join(MIDS), f"a=ice-ufrag:{self._ufrag}"]
        lines += [f"a=ice-pwd:{self._password}", "a=setup:active"]
        lines.append(f"a=fingerprint:sha-256 {self._channel.fingerprint}")
        for mid in MIDS:
            kind = kind_of_mid(mid)
            lines.append(f"m={kind} 9 UDP/TLS/RTP/SAVPF {PAYLOAD_TYPES[kind][0]}")
            direction = "sendonly" if mid in UPLINK_MID.values() else "recvonly"
            lines += [f"a=mid:{mid}", "a=rtcp-mux", f"a={direction}"]
        return "\r\n".join(lines) + "\r\n"

    async def join(self) -> None:
        """Prove the way, shake hands, take the keys."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._arrived)
        try:
            await self._check()
            prints = (("sha-256", self._server.fingerprint),)
            self.secure(await self._channel.handshake(prints, server=False))
        finally:
            loop.remove_reader(self.socket)

    def secure(self, pair: SrtpPair) -> None:
        """Take the keys."""
        self._pair = pair
        self._opening, self._sealing = context(pair.received), context(pair.sent)

    async def _check(self) -> None:
        for _ in range(_CHECKS):
            self.socket.send(self._binding_request())
            try:
                async with asyncio.timeout(_CHECK_EVERY_S):
                    await self._checked.wait()
            except TimeoutError:
                continue
            return
        raise ConnectionError("the worker answers no connectivity check")

    def _binding_request(self) -> bytes:
        request = Message(message_method=Method.BINDING, message_class=Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._server.ufrag}:{self._ufrag}"
        request.attributes["PRIORITY"] = _CANDIDATE_PRIORITY
        request.attributes["ICE-CONTROLLING"] = 1
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self._server.password.encode())
        return bytes(request)

    def _send_record(self, raw: bytes) -> None:
        self.socket.send(raw)

    def _arrived(self) -> None:
        raw = self.socket.recv(_BUFFER)
        if raw[0] >= 20:
            self._channel.feed(raw)
        elif parse_message(raw).message_class is Class.RESPONSE:
            self._checked.set()

    # ------------------------------------------------------------------ media

    def prepare(self, turns: Mapping[Kind, int]) -> None:
        """Seal what is to be sent in so many turns."""
        for kind, stream in self.streams.items():
            stream.prepare(self._sealing, turns[kind])
        if self._rows:
            send_rows(self.socket, self.streams[Kind.VIDEO].sealed_bytes)

    def send(self, kind: Kind) -> int:
        """Send the next picture, or sound; return how many packets really went out."""
        stream = self.streams[kind]
        row, size = stream.take(self._sealing), stream.sealed_bytes
        if self._rows:
            return self._send(stream, row, len(row) // size)
        singly = (row[at : at + size] for at in range(0, len(row), size))
        return sum(self._send(stream, one, 1) for one in singly)

    def _send(self, stream: Stream, packets: memoryview, count: int) -> int:
        stream.note(count)
        try:
            self.socket.send(packets)
        except OSError:
            return 0
        return count

    def duties(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """Yield what a browser tells all the time, and how many seconds apart."""
        for kind in Kind:
            yield SENDER_EVERY_S[kind], partial(self.report, kind)
        for one in self._incoming.values():
            yield RECEIVER_EVERY_S[one.kind], partial(self._tell_of, one)

    def report(self, kind: Kind) -> None:
        """Send a sender report and its name; that of the picture brings the estimate, too."""
        estimate = self._estimate if kind is Kind.VIDEO else b""
        own = self.streams[kind].report(time.monotonic())
        self._say(own + self._names[kind] + estimate)

    def _remb(self) -> bytes:
        """Return what a browser says of all its pictures together, on a line that is not full."""
        pictures = [one.ssrc for one in self._incoming.values() if one.kind is Kind.VIDEO]
        fci = pack_remb_fci(ESTIMATE, pictures)
        ours = self.streams[Kind.VIDEO].ssrc
        return bytes(RtcpPsfbPacket(fmt=rtcp.APPLICATION, ssrc=ours, media_ssrc=0, fci=fci))

    def _tell_of(self, one: Incoming) -> None:
        """Send a receiver report alone, as the offer allows (RFC 5506)."""
        if one.count:
            self._say(one.report(self.streams[one.kind].ssrc, time.monotonic()))

    def _ask(self, one: Incoming) -> None:
        self.asked += self._say(one.request(self.streams[one.kind].ssrc))

    def _say(self, packet: bytes) -> bool:
        """Protect and send; False if it did not go out."""
        if self._pair is None:
            raise ConnectionError
        try:
            self.socket.send(self._pair.protect_rtcp(packet))
        except OSError:
            return False
        self.said += 1
        return True

    def take(self, heard: Heard) -> None:
        """Unprotect and note what waits, but not so much at once that sending starves."""
        inbox, incoming, opening = heard.inbox, self._incoming, self._opening
        octets, count = inbox.octets, inbox.receive(self._file)
        heads, names = (column[:count].tolist() for column in (inbox.heads, inbox.names))
        for at, (head, name) in enumerate(zip(heads, names, strict=True)):
            begin, pointer, length = inbox.slots[at]
            one = incoming.get(name)
            if one is None:
                self._take_other(at, heard)
            elif not one.take(ntohs(head >> _NUMBER_BITS), octets, begin, length):
                self._take_again(one, at, heard)
            elif unprotect(opening, pointer, length) or length[0] != one.size:
                heard.broken += 1
            else:
                if one.asks is not None:
                    self._ask(one)
                continue
            heard.void(at)
        if count:
            heard.take(count, self._known)

    def _take_again(self, one: Incoming, at: int, heard: Heard) -> None:
        """Note one media packet that was asked for."""
        same = one.repairs(heard.inbox.raw(at))
        heard.repaired += same
        heard.broken += not same

    def _take_other(self, at: int, heard: Heard) -> None:
        """Note what is no media of somebody in this room."""
        if self._pair is None:
            raise ConnectionError
        raw = bytes(heard.inbox.raw(at))
        if raw[0] in _PLAIN:
            return
        try:
            compound = self._pair.unprotect_rtcp(raw)
        except SrtpError:
            # As is media of nobody in this room.
            heard.broken += 1
            return
        heard.reports += 1
        # It has lain here for a while, and the worker counts that as part of the way.
        waited = (time.time_ns() - heard.inbox.arrived(at)) * _NS
        self._hear(compound, time.monotonic() - waited)

    def _hear(self, compound: bytes, now: float) -> None:
        for ssrc, middle in clocks(compound):
            one = self._incoming.get(socket.htonl(ssrc))
            if one is not None:
                one.hear(middle, now)


def _read_offer(offer: str) -> _Server:
    lines = offer.splitlines()

    def first(prefix: str) -> str:
        return next(line.removeprefix(prefix) for line in lines if line.startswith(prefix))

    place = first("a=candidate:1 1 udp ").split()
    return _Server(
        ufrag=first("a=ice-ufrag:"),
        password=first("a=ice-pwd:"),
        fingerprint=first("a=fingerprint:sha-256 "),
        address=(place[1], int(place[2])),
        ssrcs=_streams(lines),
    )


def _streams(lines: list[str]) -> dict[str, int]:
    mid, ssrcs = "", {}
    for line in lines:
        if line.startswith("a=mid:"):
            mid = line.removeprefix("a=mid:")
        elif line.startswith("a=ssrc:"):
            ssrcs[mid] = int(line.removeprefix("a=ssrc:").split()[0])
    return ssrcs


def _known(seat: int) -> frozenset[int]:
    """Return the names of what everybody else in the room sends, and nobody's."""
    first = seat - seat % SEATS_PER_ROOM
    others = [one for one in range(first, first + SEATS_PER_ROOM) if one != seat]
    return frozenset({NOBODY, *(name_of(kind, one) for one in others for kind in Kind)})


def _incoming(ssrcs: dict[str, int], seat: int) -> dict[int, Incoming]:
    """Return the streams of everybody else in the room, by their name as this machine reads it."""
    places = [(slot, kind) for slot in range(SEATS_PER_ROOM - 1) for kind in Kind]
    streams = [
        Incoming(kind, ssrcs[slot_mid(slot, kind)], seat * len(places) + at)
        for at, (slot, kind) in enumerate(places)
    ]
    return {socket.htonl(one.ssrc): one for one in streams}
