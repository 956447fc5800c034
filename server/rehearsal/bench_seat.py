"""A simulated phone that costs next to nothing: real ICE check, DTLS and SRTP, invented media.

Every packet carries the time at which it was sent. A receiver unprotects it, checks that it comes
from its own room, and compares that time with the one at which the kernel had the packet.
"""

import asyncio
import socket
import struct
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from aioice.stun import Class, Message, Method, parse_message
from aiortc.rtp import RtcpPsfbPacket, pack_remb_fci

from server.media import rtcp
from server.media.formats import (
    MIDS,
    OPUS,
    PAYLOAD_TYPES,
    UPLINK_MID,
    VP8,
    Kind,
    kind_of_mid,
    slot_mid,
)
from server.media.libc import CValue
from server.media.rtp import HEADER
from server.media.secure import SecureChannel, SrtpPair
from server.media.undocumented import SrtpError, context, protect, unprotect
from server.rehearsal.bench_feedback import Incoming, Raw, clocks
from server.rehearsal.bench_slots import Draft, Inbox, Slot, note_times

SEATS_PER_ROOM: Final = 3
PAYLOAD_BYTES: Final = {Kind.AUDIO: 90, Kind.VIDEO: 950}
SENDER_EVERY_S: Final = {Kind.AUDIO: 5.0, Kind.VIDEO: 0.235}
RECEIVER_EVERY_S: Final = {Kind.AUDIO: 5.0, Kind.VIDEO: 1.0}
"""Both as measured of Chromium 156 in a room of three."""
ESTIMATE: Final = 2_400_000
"""Bit/s: half as much again as two others send. Higher no browser's estimate rises."""
_TICKS_PER_STEP: Final = {Kind.AUDIO: 960, Kind.VIDEO: 4500}

_RECEIVE_BYTES: Final = 4 * 1024 * 1024
_BUFFER: Final = 2048
_CHECK_EVERY_S: Final = 0.1
_CHECKS: Final = 50
_CANDIDATE_PRIORITY: Final = 2_130_706_431

_STAMP: Final = struct.Struct("!QI")
_AUDIO_EXTENSIONS: Final = bytes.fromhex("bede0002" + "1030" + "208a" + "32000000")
_VIDEO_EXTENSIONS: Final = bytes.fromhex("bede0002" + "1031" + "32000000" + "0000")
# VP8 payload descriptor and head: "a key frame of 640x360 begins here", and "it goes on" (RFC 7741
# 4.2, RFC 6386 9.1).
_BEGINS: Final = bytes.fromhex("10" + "100200" + "9d012a" + "8002" + "6801")
_GOES_ON: Final = bytes(len(_BEGINS))
_STAMP_AT: Final = HEADER.size + len(_AUDIO_EXTENSIONS) + len(_BEGINS)

_PLAIN: Final = range(128)
_RTCP: Final = range(192, 224)
_SSRC_WORD: Final = 2


@dataclass(frozen=True, slots=True)
class _Server:
    """What an offer says of the worker; `ssrcs` are the streams it sends, by media section."""

    ufrag: str
    password: str
    fingerprint: str
    address: tuple[str, int]
    ssrcs: dict[str, int]


class Stream:
    """One kind of media that a seat sends."""

    def __init__(self, kind: Kind, seat: int) -> None:
        self.kind = kind
        self.ssrc = 1 + 2 * seat + (kind is Kind.VIDEO)
        self.packets = 0
        self.timestamp = 0
        audio = kind is Kind.AUDIO
        self._type = OPUS if audio else VP8
        extensions = _AUDIO_EXTENSIONS if audio else _VIDEO_EXTENSIONS
        fixed = bytes(HEADER.size) + extensions
        self._packet = bytearray(fixed + bytes(PAYLOAD_BYTES[kind]))
        self._seat = seat

    def step(self) -> None:
        """Go on to the next picture, or the next 20 ms of sound."""
        self.timestamp += _TICKS_PER_STEP[self.kind]

    def packet(self, *, begins: bool, ends: bool) -> bytearray:
        """Return the next packet, stamped with the time of now; it changes with the one after."""
        whole = self._packet
        second = self._type | (0x80 if ends else 0)
        HEADER.pack_into(whole, 0, 0x90, second, self.packets & 0xFFFF, self.timestamp, self.ssrc)
        whole[_STAMP_AT - len(_BEGINS) : _STAMP_AT] = _BEGINS if begins else _GOES_ON
        _STAMP.pack_into(whole, _STAMP_AT, time.time_ns(), self._seat)
        self.packets += 1
        return whole

    def report(self, now: float) -> bytes:
        """Return a sender report, so that the worker can give its own (RFC 3550 6.4.1)."""
        octets = self.packets * PAYLOAD_BYTES[self.kind]
        return rtcp.our_sender_report(self.ssrc, now, self.timestamp, self.packets, octets)


class Heard:
    """What arrived at all seats. `window` holds the first and the last sending time that counts."""

    def __init__(self) -> None:
        self.window = (0, 0)
        self.all = self.counted = self.strangers = self.broken = self.reports = self.repaired = 0
        self.delays_ns = array("q")

    def take(self, clear: Raw, room: int, arrived: int) -> None:
        """Note one packet in the clear, at a seat of `room`."""
        sent, source = _STAMP.unpack_from(clear, _STAMP_AT)
        self.all += 1
        if source // SEATS_PER_ROOM != room:
            self.strangers += 1
        elif self.window[0] <= sent < self.window[1]:
            self.counted += 1
            self.delays_ns.append(arrived - sent)


class Seat:
    """One participant's place: its socket, its keys and its two streams."""

    def __init__(self, number: int, offer: str) -> None:
        self.room = number // SEATS_PER_ROOM
        self.streams = {kind: Stream(kind, number) for kind in Kind}
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
        self._draft = Draft()
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

    def send(self, kind: Kind, count: int) -> int:
        """Send the next picture of `count` packets, or sound; return how many really went out."""
        stream, draft, gone = self.streams[kind], self._draft, 0
        stream.step()
        for n in range(count):
            packet = stream.packet(begins=n == 0, ends=n == count - 1)
            draft.write(packet)
            if protect(self._sealing, draft.pointer, draft.length):
                raise ConnectionError
            try:
                self.socket.send(draft.written)
            except OSError:
                continue
            gone += 1
        return gone

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

    def take(self, heard: Heard, inbox: Inbox) -> None:
        """Unprotect and note what waits, but not so much at once that sending starves."""
        octets, pair = inbox.octets, self._pair
        if pair is None:
            raise ConnectionError
        for slot in inbox.receive(self.socket.fileno()):
            begin, _, length, _ = slot
            if octets[begin] in _PLAIN:
                continue
            try:
                if octets[begin + 1] in _RTCP:
                    self._hear(pair.unprotect_rtcp(bytes(octets[begin : begin + length[0]])))
                    heard.reports += 1
                else:
                    self._take(slot, heard, inbox)
            except SrtpError:
                heard.broken += 1

    def _hear(self, compound: bytes) -> None:
        now = time.monotonic()
        for ssrc, middle in clocks(compound):
            one = self._incoming.get(socket.htonl(ssrc))
            if one is not None:
                one.hear(middle, now)

    def _take(self, slot: Slot, heard: Heard, inbox: Inbox) -> None:
        """Note one media packet, or one that came again: that is no forward, and has no delay."""
        begin, pointer, length, _ = slot
        raw = inbox.octets[begin : begin + length[0]]
        one = self._incoming.get(inbox.words[(begin >> 2) + _SSRC_WORD])
        if one is None:
            heard.broken += 1
        elif not one.take(raw):
            same = one.repairs(raw)
            heard.repaired += same
            heard.broken += not same
        elif unprotect(self._opening, pointer, length):
            heard.broken += 1
        else:
            heard.take(raw, self.room, inbox.arrived(slot))
            if one.asks is not None:
                self._ask(one)


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


def _incoming(ssrcs: dict[str, int], seat: int) -> dict[int, Incoming]:
    """Return the streams of everybody else in the room, by their name as this machine reads it."""
    places = [(slot, kind) for slot in range(SEATS_PER_ROOM - 1) for kind in Kind]
    streams = [
        Incoming(kind, ssrcs[slot_mid(slot, kind)], seat * len(places) + at)
        for at, (slot, kind) in enumerate(places)
    ]
    return {socket.htonl(one.ssrc): one for one in streams}
