"""A phone as far as RTP and RTCP go: sends voice and pictures, repairs, reports, sees frames.

A picture is a frame of several packets that say `frame, part, parts`; it can be shown when whole
and when the one before could be, or when it is a key frame.
"""

import asyncio
import struct
from collections import defaultdict
from collections.abc import Callable

from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtp import (
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from server.media import rtcp
from server.media.formats import ABS_SEND_TIME, OPUS, VP8
from server.media.rtp import HEADER
from tests.fuzz.yard import payload_at
from tests.media.packets import KEY_FRAME, LATER_FRAME, extensions, rtp

VOICE_EVERY_S, FRAME_EVERY_S, NACK_EVERY_S, REPORT_EVERY_S = 0.02, 0.05, 0.05, 0.5
VOICE_BYTES, PART_BYTES, KEY_FACTOR = 80, 950, 4
NACK_TRIES, HISTORY = 10, 256
PART = struct.Struct("!LHH")
HEAD = 11
KEY, LATER = KEY_FRAME[:HEAD], LATER_FRAME[:2].ljust(HEAD, b"\0")
BLOCK = extensions((ABS_SEND_TIME, bytes(3)))
SEND_TIME, PADDED = slice(17, 20), 0x20


class Heard:
    """One stream as it arrives: which numbers, and which are missing."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.first = self.highest = -1
        self.asked: dict[int, int] = {}
        self.reported = (0, 0)

    def forget(self) -> None:
        """Count anew from the next packet on."""
        self.__init__()  # type: ignore[misc]  # begins again, as a new one would

    def take(self, sequence: int) -> bool:
        """Note a packet; return whether it is new."""
        if self.first < 0:
            self.first = self.highest = sequence
        number = self.highest + (sequence - self.highest + 0x8000) % 0x10000 - 0x8000
        for missing in range(self.highest + 1, number):
            self.asked.setdefault(missing, 0)
        self.highest = max(self.highest, number)
        self.asked.pop(number, None)
        new = number not in self.seen
        self.seen.add(number)
        return new

    def fraction(self) -> float:
        """Return the share lost since this was asked last (RFC 3550 A.3)."""
        expected, got = self.highest - self.first + 1, len(self.seen)
        before_expected, before_got = self.reported
        self.reported = (expected, got)
        of_these = expected - before_expected
        return max(0.0, (of_these - (got - before_got)) / of_these) if of_these > 0 else 0.0

    @property
    def lost(self) -> float:
        """Return the share of all numbers that never came."""
        return 1 - len(self.seen) / (self.highest - self.first + 1) if self.seen else 0.0


class Phone:
    """`shown` are the moments at which a frame could be shown, by stream.

    One that `estimates` says what its line can take (REMB), as browsers do from delays they see.
    """

    def __init__(
        self,
        ssrc: int,
        send: Callable[[bytes], None],
        *,
        picture_kbps: float,
        estimates: bool = False,
    ) -> None:
        self.voice, self.picture = ssrc, ssrc + 1
        self.kbps, self._cap = picture_kbps, picture_kbps
        self.heard: defaultdict[int, Heard] = defaultdict(Heard)
        self.shown: defaultdict[int, list[float]] = defaultdict(list)
        self._send = send
        self._estimator = RemoteBitrateEstimator() if estimates else None
        self._loop = asyncio.get_running_loop()
        self._next: defaultdict[int, int] = defaultdict(int)
        self._history: dict[int, bytes] = {}
        self._frame = 0
        self._key_wanted = True
        self._frames: dict[int, dict[int, set[int]]] = defaultdict(dict)
        self._last_shown: dict[int, int] = {}
        self._asked_key: defaultdict[int, float] = defaultdict(float)
        self.clocks: dict[int, tuple[int, float]] = {}

    def start(self) -> None:
        for every, work in (
            (VOICE_EVERY_S, self._speak),
            (FRAME_EVERY_S, self._film),
            (NACK_EVERY_S, self._miss),
            (REPORT_EVERY_S, self._report),
        ):
            self._again(every, work)

    def _again(self, every: float, work: Callable[[], None]) -> None:
        work()
        self._loop.call_later(every, self._again, every, work)

    # ------------------------------------------------------------------ sending

    def _speak(self) -> None:
        self._emit(self.voice, OPUS, b"v" * VOICE_BYTES)

    def _film(self) -> None:
        opens, self._key_wanted = self._key_wanted, False
        size = self.kbps * 1000 / 8 * FRAME_EVERY_S * (KEY_FACTOR if opens else 1)
        parts = max(1, round(size / PART_BYTES))
        fill = b"p" * min(PART_BYTES, int(size / parts))
        for part in range(parts):
            begin = (KEY if opens else LATER) if part == 0 else b"\x00".ljust(HEAD, b"\0")
            self._emit(self.picture, VP8, begin + PART.pack(self._frame, part, parts) + fill)
        self._frame += 1

    def _emit(self, ssrc: int, payload_type: int, payload: bytes) -> None:
        number = self._next[ssrc]
        self._next[ssrc] += 1
        stamp = int(self._loop.time() * (90_000 if payload_type == VP8 else 48_000))
        how = {"payload_type": payload_type, "timestamp": stamp, "ssrc": ssrc, "block": BLOCK}
        raw = bytes(rtp(number, payload=payload, **how))  # type: ignore[arg-type]  # as named
        if payload_type == VP8:
            self._history[number % HISTORY] = raw
        self._send(raw)

    # ------------------------------------------------------------------ receiving

    def take(self, raw: bytes) -> None:
        if raw[1] in range(192, 224):
            for part in RtcpPacket.parse(raw):
                self._obey(part)
            return
        first, second, sequence, _, ssrc = HEADER.unpack_from(raw)
        self._estimate(raw, ssrc)
        new = self.heard[ssrc].take(sequence)
        if new and second & 0x7F == VP8 and not first & PADDED:
            self._collect(ssrc, raw[payload_at(raw) :])

    def _estimate(self, raw: bytes, ssrc: int) -> None:
        if self._estimator is None:
            return
        found = self._estimator.add(
            abs_send_time=int.from_bytes(raw[SEND_TIME], "big"),
            arrival_time_ms=round(self._loop.time() * 1000),
            payload_size=len(raw),
            ssrc=ssrc,
        )
        if found is not None:
            fci = pack_remb_fci(*found)
            about = RtcpPsfbPacket(fmt=rtcp.APPLICATION, ssrc=self.voice, media_ssrc=0, fci=fci)
            self._send(bytes(about))

    def _obey(self, part: object) -> None:
        match part:
            case RtcpRtpfbPacket(fmt=rtcp.NACK, lost=lost):
                for sequence in lost:
                    raw = self._history.get(sequence % HISTORY)
                    if raw is not None and raw[2:4] == sequence.to_bytes(2, "big"):
                        self._send(raw)
            case RtcpPsfbPacket(fmt=rtcp.PLI):
                self._key_wanted = True
            case RtcpPsfbPacket(fmt=rtcp.APPLICATION, fci=fci):
                self.kbps = min(self._cap, unpack_remb_fci(fci)[0] / 1000)
            case RtcpSrPacket():
                """Its clock matters to lips, which nobody moves here."""
            case _:
                pass

    def _collect(self, ssrc: int, payload: bytes) -> None:
        frame, part, parts = PART.unpack_from(payload, HEAD)
        have = self._frames[ssrc].setdefault(frame, set())
        have.add(part)
        if payload[:HEAD] == KEY:
            have.add(-1)
        if len(have - {-1}) == parts:
            have.add(-2)
        self._show(ssrc)

    def _show(self, ssrc: int) -> None:
        """Show what can be shown now, in order; a whole key frame may leap ahead."""
        frames = self._frames[ssrc]
        last = self._last_shown.get(ssrc, -1)
        for frame in sorted(frames):
            whole, opens = -2 in frames[frame], -1 in frames[frame]
            if whole and (frame == last + 1 or (opens and frame > last)):
                last = frame
                self.shown[ssrc].append(self._loop.time())
        self._last_shown[ssrc] = last
        for frame in [one for one in frames if one <= last]:
            del frames[frame]

    # ------------------------------------------------------------------ feedback

    def _miss(self) -> None:
        for ssrc, heard in self.heard.items():
            if ssrc not in self._frames:
                continue
            due = [number for number, tries in heard.asked.items() if tries < NACK_TRIES][:100]
            for number in due:
                heard.asked[number] += 1
            if due:
                lost = [number % 0x10000 for number in due]
                self._send(rtcp.nack(self.voice, ssrc, lost))
            if len(due) < len(heard.asked):
                heard.asked = {n: tries for n, tries in heard.asked.items() if tries < NACK_TRIES}
                self._send(rtcp.pli(self.voice, ssrc))

    def _report(self) -> None:
        blocks = [self._block(ssrc) for ssrc, heard in self.heard.items() if heard.seen]
        self._send(bytes(RtcpRrPacket(ssrc=self.voice, reports=blocks)))

    def _block(self, ssrc: int) -> RtcpReceiverInfo:
        heard = self.heard[ssrc]
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=int(heard.fraction() * 255),
            packets_lost=0,
            highest_sequence=heard.highest & 0xFFFFFFFF,
            jitter=0,
            lsr=0,
            dlsr=0,
        )
