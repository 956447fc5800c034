"""A phone whose clocks are known: each packet tells in its payload when it was captured.

Times are seconds of the recording. The network is seeded, so that a test is the same every time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.media.formats import CLOCK as RATES, OPUS, VP8, Kind
from server.media.log_frames import CLOCK, NAME, PACKET, STANDS, frame
from server.media.survey import Survey, survey
from server.media.units import Unit, units
from tests.media.packets import key_frame, rtp

NETWORK_S = 0.03
BATCH_S = 0.25
BEATS: dict[Kind, float] = {Kind.AUDIO: 5.0, Kind.VIDEO: 1.0}
"""How often a browser reports on each."""
_MARK = b"@"


@dataclass(frozen=True)
class Off:
    """A microphone that is off: its RTP clock goes on by `moved` seconds and no more."""

    begins: float
    seconds: float
    moved: float = 0.0


@dataclass(frozen=True)
class Phone:
    """What one connection sends, and when: `skew` is its wall clock against the recording's."""

    ends: float
    begins: float = 0.0
    ssrc: int = 1
    skew: float = 1_000.0
    drift: float = 0.0
    reports: bool = True
    jitter: float = 0.01
    coding: float = 0.06
    lost: float = 0.0
    sound_every: float = 0.04
    picture_every: float = 0.1
    off: tuple[Off, ...] = ()
    stalls: tuple[tuple[float, float], ...] = ()
    """(begins, seconds) in which the network keeps everything back."""
    slow: tuple[tuple[float, float, float], ...] = ()
    """(begins, seconds, delay) in which everything takes longer."""

    def frames(self) -> list[tuple[float, bytes]]:
        """Return (arrival, frame without a name)."""
        dice = random.Random(f"{self.ssrc} {self.begins}")  # a network, no secret
        found = [*self._stream(Kind.AUDIO, dice), *self._stream(Kind.VIDEO, dice)]
        return sorted(found, key=lambda one: one[0])

    def clock(self, kind: Kind, moment: float) -> float:
        """Return what a stream's RTP clock shows at a moment, in seconds."""
        shown = (moment - self.begins) * (1 + (self.drift if kind is Kind.AUDIO else 0.0))
        if kind is Kind.AUDIO:
            for one in self.off:
                over = min(max(0.0, moment - one.begins), one.seconds)
                shown += one.moved - over if over == one.seconds else -over
        return shown

    def silent(self, kind: Kind, moment: float) -> bool:
        return kind is Kind.AUDIO and any(
            one.begins <= moment < one.begins + one.seconds for one in self.off
        )

    def _arrives(self, moment: float, dice: random.Random) -> float:
        at = moment + NETWORK_S + dice.expovariate(1 / self.jitter)
        at += sum(more for begins, long, more in self.slow if begins <= moment < begins + long)
        for begins, long in self.stalls:
            if begins <= at < begins + long:
                at = begins + long + dice.random() * 0.01
        return at

    def _stream(self, kind: Kind, dice: random.Random) -> Iterator[tuple[float, bytes]]:
        every = self.sound_every if kind is Kind.AUDIO else self.picture_every
        ssrc = self.ssrc + (kind is Kind.VIDEO)
        number, told, newest, last = 0, self.begins, 0.0, 0.0
        for n in range(int((self.ends - self.begins) / every)):
            moment = self.begins + n * every
            if self.reports and moment - told >= BEATS[kind]:
                told = moment
                yield self._arrives(moment, dice), self._report(kind, moment, last)
            if self.silent(kind, moment):
                continue
            last = moment
            coding = self.coding if kind is Kind.VIDEO else 0.0
            # Packets of one stream seldom overtake each other.
            newest = max(newest, self._arrives(moment + coding, dice))
            number += 1
            if dice.random() >= self.lost:
                yield newest, _packet(kind, number, ssrc, self.clock(kind, moment), moment)

    def _report(self, kind: Kind, moment: float, last: float) -> bytes:
        """A browser extrapolates from the last packet, also while nothing is sent."""
        stands = self.clock(kind, last) + moment - last
        ticks = round(stands * RATES[kind]) % (1 << 32)
        ssrc = self.ssrc + (kind is Kind.VIDEO)
        return STANDS.pack(ssrc, ticks, moment + self.skew)


def _packet(kind: Kind, number: int, ssrc: int, clock: float, moment: float) -> bytes:
    told = _MARK + repr(moment).encode()
    sound = kind is Kind.AUDIO
    return bytes(
        rtp(
            number,
            payload=(b"\xf8" if sound else key_frame(320, 240)) + told,
            payload_type=OPUS if sound else VP8 | 0x80,
            timestamp=round(clock * RATES[kind]),
            ssrc=ssrc,
        )
    )


@dataclass
class Log:
    """The log of one participant's phones, as the recorder writes it."""

    phones: tuple[Phone, ...]
    batches: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write it: each batch repeats the newest report of every stream."""
        every = sorted((one for p in self.phones for one in p.frames()), key=lambda one: one[0])
        stands: dict[bytes, bytes] = {}
        batch, ends = b"", BATCH_S
        for at, content in every:
            while at >= ends:
                self._close(stands, batch)
                batch, ends = b"", ends + BATCH_S
            if len(content) == STANDS.size:
                stands[content[:4]] = content
            else:
                batch += frame(PACKET, 0, int(at * 1000), content)
        self._close(stands, batch)

    def _close(self, stands: dict[bytes, bytes], batch: bytes) -> None:
        if batch:
            clocks = b"".join(frame(CLOCK, 0, 0, one) for one in stands.values())
            self.batches.append(frame(NAME, 0, 0, b"seat") + clocks + batch)

    @property
    def sent(self) -> int:
        """Return how many packets arrived; each is a unit."""
        every = (one for p in self.phones for one in p.frames())
        return sum(len(content) != STANDS.size for _, content in every)

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Return the log as the readers want it."""
        return ((0, one) for one in self.batches)

    def survey(self) -> Survey:
        return survey(self.chunks, "seat")

    def units(self) -> list[Unit]:
        return list(units(self.chunks, "seat", self.survey()))


def captured(content: bytes) -> float:
    """Return when a unit was captured, as its packet says."""
    return float(content.rpartition(_MARK)[2])


def wrong(found: list[Unit], form: int) -> list[tuple[float, float]]:
    """Return (captured, seconds by which the film shows it too late) of every unit of a format."""
    return [
        (moment, one.second - moment - NETWORK_S)
        for one in found
        if one.payload_type == form
        for moment in (captured(one.content),)
    ]
