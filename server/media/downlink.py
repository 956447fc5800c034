"""One slot's audio or video as a subscriber receives it: one stream, whoever is in the slot.

Sequence numbers and timestamps run on when the source changes, so the phone notices no seam.
"""

from typing import TYPE_CHECKING, Final

from server.media import rtcp
from server.media.engine import Link
from server.media.formats import CLOCK, Kind, slot_mid
from server.media.meters import Allowance, Flow
from server.media.missing import Missing
from server.media.offer import slot_cname
from server.media.rtp import HEADER, SEQUENCE_MOD, TIMESTAMP_MOD, Packet
from server.media.uplink import HISTORY, Uplink

if TYPE_CHECKING:
    from server.media.probe import Probe

KEY_REQUESTS_AT_ONCE: Final = 4
KEY_REQUEST_EVERY_S: Final = 2.5
"""A key frame costs its publisher, and all who see him, several usual pictures. Repair spares bad
lines nearly all requests; after seconds without anything a phone needs no more than these."""
_PACK: Final = HEADER.pack
_MARKER: Final = 0x80
_SEQUENCE: Final = SEQUENCE_MOD - 1
_TIMESTAMP: Final = TIMESTAMP_MOD - 1
_RESENDS_LEAST: Final = 32
_REPORT_FRESH_S: Final = 3.0
_GRANT_S: Final = 15.0
_RESEND_S: Final = 0.1


class Downlink:
    """Maps a source's packets onto its own stream while an edge is open."""

    def __init__(
        self, *, link: Link, slot: int, kind: Kind, ssrc: int, start: tuple[int, int]
    ) -> None:
        """`start` is the first sequence number and timestamp, both random (RFC 3550 5.1)."""
        self.link = link
        self.slot, self.kind, self.ssrc = slot, kind, ssrc
        self.named = rtcp.named(ssrc, slot_cname(slot))
        self.source: Uplink | None = None
        self.rank = 0
        self.held = False
        self.at_rest = False
        """Whether nothing of a source is left to count, so that no round has to look at it."""
        self.probe: Probe | None = None
        self.flow = Flow()
        self.key_requests = Allowance(
            1 / KEY_REQUEST_EVERY_S,
            float("-inf"),
            at_once_s=KEY_REQUESTS_AT_ONCE * KEY_REQUEST_EVERY_S,
        )
        self.packets = 0
        self.octets = 0
        self._loss = (0.0, float("-inf"))
        self.mid = ord(slot_mid(slot, kind))
        self._marks = kind is Kind.AUDIO
        self._run = 0
        self._first = 0
        self._shift = 0
        self._time_shift = 0
        self._last_number = start[0] + SEQUENCE_MOD
        self._last_time = start[1]
        self._last_at: float | None = None
        self._resends = 0
        self._resent: dict[int, float] = {}
        self.missing = Missing()
        self._grant = (0, float("-inf"))
        self._round_began = 0

    # ------------------------------------------------------------------ edges

    def open(self, source: Uplink) -> None:
        """Let a source in; video begins with its next key frame."""
        self.close()
        self.source = source
        self.at_rest = False
        source.downlinks.append(self)
        self.restart()

    def restart(self) -> None:
        """Begin anew with the source, with its next key frame."""
        self._run = 0

    def close(self) -> None:
        """Cut: nothing of the old source can leave here again, retransmissions included."""
        if self.source is not None:
            self.source.downlinks.remove(self)
        self.source = self.probe = None
        self._run = 0
        self.missing.begin()
        self._resent.clear()

    def hold(self, *, held: bool) -> None:
        """Let nothing out, or begin anew."""
        self.held = held
        self.restart()

    def settle(self) -> None:
        """Let what is missing of before say nothing any more: the line is used otherwise now."""
        self.missing.settle(self._last_number - self._shift)

    def grant(self, bits: int, now: float) -> None:
        """Note what the line was seen to carry for this video."""
        self._grant = bits, now

    def granted(self, now: float) -> int | None:
        """Return that, while it is fresh."""
        bits, at = self._grant
        return bits if now - at < _GRANT_S else None

    def note_loss(self, share: float, now: float) -> None:
        """Remember what the phone reported lost."""
        self._loss = (share, now)

    def loss(self, now: float) -> float:
        """Return the share lost on this line lately; nothing while nobody stands behind the edge.

        What the source lost on its own way here is missing too, and no fault of this line.
        """
        share, heard = self._loss
        if self.source is None or now - heard >= _REPORT_FRESH_S:
            return 0.0
        return max(0.0, share - self.source.loss)

    # ------------------------------------------------------------------ packets

    def adapt(self, packet: Packet, now: float) -> bytes | None:
        """Return the packet's header for this subscriber; None if it is not for him (yet)."""
        source = self.source
        if source is None or self.held:
            return None
        number = packet.number
        if self._run != packet.run:
            if not packet.opens():
                source.key_wanted = True
                return None
            self._begin(packet, now)
        elif number < self._first:
            return None
        sent = number + self._shift
        if sent > self._last_number:
            self._last_number = sent
            self._last_time = packet.timestamp + self._time_shift
            self._last_at = now
        self.packets += 1
        self.octets += packet.payload_size
        return self._header(packet)

    def repeat(self, sequence: int, now: float) -> tuple[Packet, bytes] | None:
        """Return a sent packet again, and its header: same key stream, so the same bytes.

        Phones ask again before what was sent again can have arrived.
        """
        source = self.source
        if source is None or self.held or self._run != source.run:
            return None
        if self._resends >= max(_RESENDS_LEAST, self._sent_this_round // 2):
            # On a line that is full already, everything sent again pushes out something new.
            return None
        number = self._number_of(sequence)
        if number < self._first or number <= self._last_number - self._shift - HISTORY:
            return None
        packet = source.recall(number)
        if packet is None or now - self._resent.get(number, float("-inf")) < _RESEND_S:
            return None
        self._note_resent(number, now)
        return packet, self._header(packet)

    def known(self, sequence: int) -> Packet | None:
        """Return what went out under this sequence number, as the source keeps it, if it does."""
        return None if self.source is None else self.source.recall(self._number_of(sequence))

    @property
    def sent_at(self) -> float:
        """Return when its newest packet went out; minus infinity before the first."""
        return float("-inf") if self._last_at is None else self._last_at

    def _note_resent(self, number: int, now: float) -> None:
        self._resends += 1
        self._resent[number] = now
        if len(self._resent) > HISTORY:
            self._resent = {one: at for one, at in self._resent.items() if now - at < _RESEND_S}

    def _number_of(self, sequence: int) -> int:
        """Return the source's number of a packet that went out under this sequence number."""
        behind = (self._last_number - sequence) % SEQUENCE_MOD
        return self._last_number - behind - self._shift

    def ask(self, sequences: list[int]) -> None:
        """Note which packets the phone misses; those of before a rest tell nothing of the line."""
        if self.source is None or self.held or self._run != self.source.run:
            return
        for sequence in sequences:
            number = self._number_of(sequence)
            # What never came here was not lost on this line.
            if number >= self._first and self.source.recall(number) is not None:
                self.missing.note(number)

    @property
    def _sent_this_round(self) -> int:
        return self.packets - self._round_began

    def new_round(self) -> None:
        """Begin to count again, and allow as many retransmissions."""
        self._resends = 0
        self.missing.new_round(self._last_number - self._shift)
        self._round_began = self.packets
        self.at_rest = self.source is None

    def next_sequence(self) -> int:
        """Take the next sequence number, for a packet without media."""
        self._last_number += 1
        return self._last_number & _SEQUENCE

    @property
    def stands(self) -> int:
        """Return the timestamp of what was sent last."""
        return self._last_time & _TIMESTAMP

    def timestamp_at(self, now: float) -> int | None:
        """Return where this stream stands now, for our sender report."""
        source = self.source
        if source is None or self._run != source.run:
            return None
        stands = source.timestamp_at(now)
        return None if stands is None else (stands + self._time_shift) % TIMESTAMP_MOD

    def report(self, now: float) -> bytes | None:
        """Return our sender report on this stream; None while its source has told no time."""
        stands = self.timestamp_at(now)
        if stands is None:
            return None
        return rtcp.our_sender_report(self.ssrc, now, stands, self.packets, self.octets)

    def _begin(self, packet: Packet, now: float) -> None:
        elapsed = 1
        if self._last_at is not None:
            elapsed = max(1, int((now - self._last_at) * CLOCK[self.kind]))
        self._run = packet.run
        self._first = packet.number
        self._shift = self._last_number + 1 - packet.number
        self._time_shift = self._last_time + elapsed - packet.timestamp

    def _header(self, packet: Packet) -> bytes:
        number, second = packet.number, packet.second
        if number == self._first and self._marks:
            second |= _MARKER
        return _PACK(
            packet.first,
            second,
            number + self._shift & _SEQUENCE,
            packet.timestamp + self._time_shift & _TIMESTAMP,
            self.ssrc,
        )
