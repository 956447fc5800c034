"""One slot's audio or video as a subscriber receives it: one stream, whoever is in the slot.

Sequence numbers and timestamps run on when the source changes, so the phone notices no seam.
"""

from typing import Final

from server.media.engine import Link
from server.media.formats import CLOCK, Kind, slot_mid
from server.media.offer import slot_name
from server.media.rtp import HEADER, SEQUENCE_MOD, TIMESTAMP_MOD, Packet
from server.media.uplink import HISTORY, Uplink

_PACK: Final = HEADER.pack
_MARKER: Final = 0x80
_SEQUENCE: Final = SEQUENCE_MOD - 1
_TIMESTAMP: Final = TIMESTAMP_MOD - 1
_RESENDS_LEAST: Final = 32
_REPORT_FRESH_S: Final = 3.0


class Downlink:
    """Maps a source's packets onto its own stream while an edge is open."""

    def __init__(
        self, *, link: Link, slot: int, kind: Kind, ssrc: int, start: tuple[int, int]
    ) -> None:
        """`start` is the first sequence number and timestamp, both random (RFC 3550 5.1)."""
        self.link = link
        self.slot = slot
        self.kind = kind
        self.ssrc = ssrc
        self.cname = slot_name(slot)
        self.source: Uplink | None = None
        self.held = False
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
        self._asked: set[int] = set()
        self._round_began = 0

    # ------------------------------------------------------------------ edges

    def open(self, source: Uplink) -> None:
        """Let a source in; video begins with its next key frame."""
        self.close()
        self.source = source
        source.downlinks.append(self)
        self.restart()

    def restart(self) -> None:
        """Begin anew with the source, with its next key frame."""
        self._run = 0

    def close(self) -> None:
        """Cut: nothing of the old source can leave here again, retransmissions included."""
        if self.source is not None:
            self.source.downlinks.remove(self)
        self.source = None
        self._run = 0

    def note_loss(self, share: float, now: float) -> None:
        """Remember what the phone reported lost."""
        self._loss = (share, now)

    def loss(self, now: float) -> float:
        """Return the share lost lately; nothing while nobody stands behind the edge."""
        share, heard = self._loss
        return share if self.source is not None and now - heard < _REPORT_FRESH_S else 0.0

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

    def repeat(self, sequence: int) -> tuple[Packet, bytes] | None:
        """Return a sent packet again, and its header: same key stream, so the same bytes."""
        source = self.source
        if source is None or self.held or self._run != source.run:
            return None
        self._resends += 1
        if self._resends > max(_RESENDS_LEAST, self._sent_this_round // 2):
            # On a line that is full already, everything sent again pushes out something new.
            return None
        number = self._number_of(sequence)
        if number < self._first or number <= self._last_number - self._shift - HISTORY:
            return None
        packet = source.recall(number)
        return (packet, self._header(packet)) if packet is not None else None

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
            if number >= self._first and len(self._asked) < HISTORY:
                self._asked.add(number)

    @property
    def missed(self) -> tuple[int, int]:
        """Return how many packets the phone asked for again in this round, and were sent."""
        return len(self._asked), self._sent_this_round

    @property
    def _sent_this_round(self) -> int:
        return self.packets - self._round_began

    def new_round(self) -> None:
        """Begin to count again, and allow as many retransmissions."""
        self._resends = 0
        self._asked.clear()
        self._round_began = self.packets

    def timestamp_at(self, now: float) -> int | None:
        """Return where this stream stands now, for our sender report."""
        source = self.source
        if source is None or self._run != source.run:
            return None
        stands = source.timestamp_at(now)
        return None if stands is None else (stands + self._time_shift) % TIMESTAMP_MOD

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
