"""One kind of media as it arrives from one phone: numbering, repair, history, reports, clock."""

from typing import TYPE_CHECKING, Final

from aiortc.rtp import RtcpReceiverInfo

from server.media.engine import Link
from server.media.extensions import Layouts
from server.media.formats import CLOCK, VP8, Kind
from server.media.meters import Allowance, Flow
from server.media.rtcp import SenderReport
from server.media.rtp import SEQUENCE_MOD, TIMESTAMP_MOD, Packet

if TYPE_CHECKING:
    from server.media.downlink import Downlink
    from server.media.recording import Tap

HISTORY: Final = 512
MAX_GAP: Final = HISTORY
MAX_MISSING: Final = 128
NACK_EVERY_S: Final = 0.04
NACK_TRIES: Final = 8
KEY_EVERY_S: Final = 0.3

_HALF: Final = SEQUENCE_MOD // 2
_LOUD: Final = 45
_SURE: Final = 4
_SCORE_TOP: Final = 10
_SPEECH_ENDS_S: Final = 0.5
_FLOWING_S: Final = 1.0
_CLOCK_JUMP_S: Final = 2.0
_HALF_CLOCK: Final = TIMESTAMP_MOD // 2
_JITTER_SHIFT: Final = 16
_FRACTION: Final = 256
_MAX_LOST: Final = (1 << 23) - 1


class Uplink:
    """Packets carry a growing number here; a `run` is a stretch in which numbers make sense.

    A jump of more than MAX_GAP, or another stream number, begins a new run: that costs the same
    however far the jump is.
    """

    def __init__(self, kind: Kind, *, link: Link, asked_by: int, allowance: Allowance) -> None:
        """Begin without a stream; requests to the phone go over `link`, signed `asked_by`.

        `allowance` are the octets that may come.
        """
        self.kind = kind
        self.link, self.asked_by = link, asked_by
        self.allowance = allowance
        self.ssrc: int | None = None
        self.layouts: Layouts = {}
        self.run = 0
        self.highest = 0
        self.downlinks: list[Downlink] = []
        self.tap: Tap | None = None
        self.octets = 0
        self.flow = Flow()
        self.allowed, self.limited = 0.0, False
        self.key_wanted = self.gap_noticed = False
        self.key_began = float("-inf")
        self.clock: SenderReport | None = None
        self.clock_offset: float | None = None
        self.loss = 0.0
        self._history: list[Packet | None] = [None] * HISTORY
        self._clock = CLOCK[kind]
        self._video = kind is Kind.VIDEO
        self._missing: dict[int, tuple[int, float]] = {}
        self._key_asked = float("-inf")
        self._base = 0
        self._received = 0
        self._before = (0, 0)
        self._jitter = 0.0
        self._transit: int | None = None
        self._score = 0
        self._last = float("-inf")

    # ------------------------------------------------------------------ arrival

    def begin(self, ssrc: int) -> None:
        """Take another stream from now on."""
        self.ssrc = ssrc
        self.clock = self.clock_offset = self._transit = None
        self._renumber(0)

    def take(self, packet: Packet, now: float) -> int | None:
        """Give the packet its number and return it; None for one that was here already."""
        number = self.highest + 1
        if self._received and packet.sequence == number % SEQUENCE_MOD:
            self.highest = number
        else:
            place = self._place(packet, now)
            if place is None:
                return None
            number = place
        packet.number = number
        packet.run = self.run
        self._count(packet, now)
        if self._video:
            self._history[number % HISTORY] = packet
        return number

    def _place(self, packet: Packet, now: float) -> int | None:
        """Return the number of a packet that does not simply follow the one before."""
        if not self._received:
            self._renumber(packet.sequence)
        ahead = int(packet.sequence - self.highest) % SEQUENCE_MOD
        if ahead >= _HALF:
            ahead -= SEQUENCE_MOD
        if not -MAX_GAP < ahead <= MAX_GAP:
            self._renumber(packet.sequence)
            ahead = 1
        number = self.highest + ahead
        if ahead > 0:
            self._note_gap(number, now)
            self.highest = number
        elif not self._was_missing(number):
            return None
        return number

    def close(self) -> None:
        """Cut everybody off, and let go of what was kept: half of a connection's memory."""
        for downlink in list(self.downlinks):
            downlink.close()
        self._history = [None] * HISTORY

    def recall(self, number: int) -> Packet | None:
        """Return a packet of the last 512 again."""
        kept = self._history[number % HISTORY]
        return kept if kept is not None and kept.number == number else None

    def forget(self, packet: Packet) -> None:
        """Let a packet that was taken be sent to nobody, now or again."""
        self._history[packet.number % HISTORY] = None

    @property
    def payload_type(self) -> int:
        """Return what its newest picture is coded as."""
        newest = self.recall(self.highest)
        return VP8 if newest is None else newest.payload_type

    def _renumber(self, sequence: int) -> None:
        cycle = self.highest // SEQUENCE_MOD + 2
        self.highest = cycle * SEQUENCE_MOD + sequence - 1
        self.run += 1
        self._base = self.highest + 1
        self._received = 0
        self._before = (0, 0)
        self._missing.clear()
        self._history = [None] * HISTORY

    def _note_gap(self, number: int, now: float) -> None:
        if not self._video:
            return
        for lost in range(self.highest + 1, number):
            if len(self._missing) >= MAX_MISSING:
                # Too much is gone to be worth repairing: a fresh picture is cheaper.
                self._missing.clear()
                self.key_wanted = True
                return
            self._missing[lost] = (0, now - NACK_EVERY_S)
            self.gap_noticed = True

    def _was_missing(self, number: int) -> bool:
        if not self._video:
            return number >= self._base
        self._missing.pop(number, None)
        return number >= self._base and self.recall(number) is None

    def _count(self, packet: Packet, now: float) -> None:
        self.octets += len(packet.raw)
        self._received += 1
        self._last = now
        transit = (int(now * self._clock) - packet.timestamp) % TIMESTAMP_MOD
        if self._transit is not None:
            step = abs(transit - self._transit)
            if step > _HALF_CLOCK:
                step = TIMESTAMP_MOD - step
            self._jitter += (step - self._jitter) / _JITTER_SHIFT
        self._transit = transit
        if not self._video:
            score = self._score + (1 if packet.level < _LOUD else -1)
            if 0 <= score <= _SCORE_TOP:
                self._score = score

    # ------------------------------------------------------------------ repair

    def needs_repair(self, now: float) -> bool:
        """Whether something is missing that a phone still sending could give."""
        flowing = now - self._last < _FLOWING_S
        return flowing and (bool(self._missing) or self.key_wanted)

    def overdue(self, now: float) -> list[int]:
        """Return the sequence numbers to ask for now, and count the try."""
        due = []
        self.gap_noticed = False
        for number, (tries, asked) in list(self._missing.items()):
            if tries >= NACK_TRIES or number <= self.highest - HISTORY:
                del self._missing[number]
            elif now - asked >= NACK_EVERY_S * 0.9:
                self._missing[number] = (tries + 1, now)
                due.append(number % SEQUENCE_MOD)
        return due

    def key_due(self, now: float) -> bool:
        """Whether to ask the phone for a key frame now; throttled, but never forgotten."""
        if not self.key_wanted or self.ssrc is None or now - self._key_asked < KEY_EVERY_S:
            return False
        self._key_asked = now
        return True

    def see_keys(self, row: list[Packet]) -> None:
        """Stop asking if a key frame of the present run has begun to arrive in this row."""
        for packet in row:
            if packet.run == self.run:
                self.see_key(packet)

    def see_key(self, packet: Packet) -> None:
        """Stop asking once a key frame has begun to arrive."""
        if self.key_wanted and packet.opens():
            self.key_wanted = False
            self.key_began = self._last

    # ------------------------------------------------------------------ reports

    def block(self, now: float) -> RtcpReceiverInfo | None:
        """Return the report block about this stream (RFC 3550 6.4.1, A.3)."""
        if self.ssrc is None or not self._received:
            return None
        expected = self.highest - self._base + 1
        of_these = expected - self._before[0]
        got = self._received - self._before[1]
        self._before = (expected, self._received)
        self.loss = max(0.0, (of_these - got) / of_these) if of_these > 0 else 0.0
        heard = self.clock
        return RtcpReceiverInfo(
            ssrc=self.ssrc,
            fraction_lost=min(_FRACTION - 1, int(self.loss * _FRACTION)),
            packets_lost=max(0, min(_MAX_LOST, expected - self._received)),
            highest_sequence=self.highest & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            lsr=heard.middle if heard else 0,
            dlsr=int((now - heard.heard) * SEQUENCE_MOD) & 0xFFFFFFFF if heard else 0,
        )

    def speaking(self, now: float) -> bool:
        """Whether somebody talks, as the phone measured it."""
        return self._score >= _SURE and now - self._last < _SPEECH_ENDS_S

    def timestamp_at(self, now: float) -> int | None:
        """Return where the stream stands now on its own clock; None before its first report."""
        if self.clock is None or self.clock_offset is None:
            return None
        behind = now - self.clock_offset - self.clock.ntp
        return (self.clock.timestamp + round(behind * self._clock)) % TIMESTAMP_MOD


def align(uplinks: tuple[Uplink, ...], one: Uplink, report: SenderReport) -> None:
    """Set a phone's clock against ours, once for its audio and video together.

    The same offset for both is what keeps lips and voice together at every subscriber.
    """
    one.clock = report
    offset = next((u.clock_offset for u in uplinks if u.clock_offset is not None), None)
    if offset is None or abs(report.heard - offset - report.ntp) > _CLOCK_JUMP_S:
        offset = report.heard - report.ntp
    for uplink in uplinks:
        uplink.clock_offset = offset
