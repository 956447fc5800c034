"""Everything the worker holds of one peer connection: path, credentials, uplinks, slots."""

import base64
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, cast

from server.domain.ids import ConnectionId, RoomId
from server.media.answer import Answer
from server.media.downlink import Downlink
from server.media.engine import MAX_RTP_SSRCS, Link
from server.media.formats import KIND_OF_PAYLOAD, Kind
from server.media.meters import Allowance, Estimate, Flow, Trips
from server.media.offer import Offer, write_offer
from server.media.probe import Probe
from server.media.secure import SecureChannel
from server.media.settings import WorkerSettings
from server.media.stun import Address, Check, passes
from server.media.thrift import Thrift
from server.media.uplink import Uplink
from server.ports.media import SLOTS, MediaReport

_UFRAG_BYTES: Final = 6
_PASSWORD_BYTES: Final = 18
_OVER_CAP: Final = 3
_SOUND_AT_ONCE_S: Final = 2.0
"""Five seconds of a usual voice, which may come together once a stalled line goes on."""
_REPORTS_PER_S: Final = 64_000
"""Octets: several times what a phone on a bad line asks for. Reading one costs by its size."""

_CHECKS_PER_S: Final = 50
_CHECKS_AT_ONCE_S: Final = 2.0
"""Browsers begin with one in 20 ms (RFC 8445 14.2), sent again where no answer came; the consent of
a connection that stands takes one in seconds (RFC 7675 5.1). Answering one takes 30 us."""


class Stage(StrEnum):
    """How far a connection has come."""

    OFFERED = "offered"
    SECURING = "securing"
    CONNECTED = "connected"
    SILENT = "silent"
    CLOSED = "closed"


class Connection:
    """State only; the plane moves it."""

    def __init__(
        self, *, room: RoomId, identity: ConnectionId, settings: WorkerSettings, now: float
    ) -> None:
        """Draw credentials and stream numbers; the secure channel comes with `offer()`."""
        self._settings = settings
        self.room, self.identity = room, identity
        self.stage = Stage.OFFERED
        self.link = Link(self)
        self.farewell: Address | None = None
        self.ufrag = base64.b64encode(settings.chance(_UFRAG_BYTES)).decode()
        self.password = base64.b64encode(settings.chance(_PASSWORD_BYTES)).decode()
        self.answer: Answer | None = None
        self.channel: SecureChannel | None = None
        self._ssrcs = self._draw_ssrcs(1 + 2 * SLOTS)
        self.feedback_ssrc = self._ssrcs[0]
        self.uplinks = {
            kind: Uplink(kind, link=self.link, asked_by=self.feedback_ssrc, allowance=allowance)
            for kind, allowance in self._allowances(now).items()
        }
        self.by_payload = {number: self.uplinks[kind] for number, kind in KIND_OF_PAYLOAD.items()}
        self.downlinks = {
            (slot, kind): self._downlink(slot, kind) for slot in range(SLOTS) for kind in Kind
        }
        self.by_ssrc = {one.ssrc: one for one in self.downlinks.values()}
        self.ssrcs_seen: set[int] = set()
        self.media_seen = self.speaking = self.settling = False
        self.made_at = self.heard_at = now
        self.media_at = float("-inf")
        self.trips = Trips()
        self.spoke_at = float("-inf")
        self.measured = (0, 0, now)
        self.last_report: MediaReport | None = None
        self.heard_before = 0
        self.reports = Allowance(_REPORTS_PER_S, now)
        self.checks = Allowance(_CHECKS_PER_S, now, at_once_s=_CHECKS_AT_ONCE_S)
        self.thrift = Thrift()
        self.probe: Probe | None = None
        self.flow, self.sound, self.estimate = Flow(), Flow(), Estimate()

    @property
    def cap(self) -> int:
        """Return the bit/s that this phone may send at most."""
        return self._settings.cap_kbps * 1000

    def offer(self, port: int, *, send: Callable[[bytes], None], closed: Callable[[], None]) -> str:
        """Make the secure channel and return the SDP offer."""
        self.channel = SecureChannel(send=send, closed=closed)
        ssrcs = {place: one.ssrc for place, one in self.downlinks.items()}
        return write_offer(
            Offer(
                session=int.from_bytes(self._settings.chance(7), "big"),
                ufrag=self.ufrag,
                password=self.password,
                fingerprint=self.channel.fingerprint,
                addresses=self._settings.announced,
                port=self._settings.announced_port or port,
                ssrcs=ssrcs,
            )
        )

    def proved(self, check: Check) -> bool:
        """Whether a check comes from who was given our offer and gave this answer."""
        answer = self.answer
        if answer is not None and check.theirs != answer.ufrag:
            return False
        return passes(check, self.password)

    def admits(self, ssrc: int, uplink: Uplink) -> bool:
        """Whether a packet's stream is this uplink's; a new stream replaces the one before."""
        if ssrc == uplink.ssrc:
            return True
        # An earlier stream's stragglers must not take the uplink back, nor can there be many.
        if ssrc in self.ssrcs_seen or len(self.ssrcs_seen) >= MAX_RTP_SSRCS:
            return False
        self.ssrcs_seen.add(ssrc)
        uplink.begin(ssrc)
        return True

    def uplink_of(self, ssrc: int) -> Uplink | None:
        """Return the uplink whose stream this is now."""
        return next((one for one in self.uplinks.values() if one.ssrc == ssrc), None)

    def open_downlinks(self) -> Iterator[Downlink]:
        """Yield the downlinks somebody stands behind."""
        return (one for one in self.downlinks.values() if one.source is not None)

    def videos(self) -> list[Downlink]:
        """Return the open videos, those that matter most first.

        The table says whose picture matters how much; among equals it is who spoke last.
        """
        opened = [one for one in self.open_downlinks() if one.kind is Kind.VIDEO]
        return sorted(opened, key=_importance)

    def note_estimate(self, bits: int, ssrcs: list[int], now: float) -> None:
        """Take what the phone says it can take for these streams, if that is all it is sent.

        Browsers speak of all together; others send a message about each.
        """
        flowing = [one for one in self.open_downlinks() if not one.held and one.flow.bits]
        videos = [one for one in flowing if one.kind is Kind.VIDEO]
        if videos and all(one.ssrc in ssrcs for one in videos):
            heard = any(one.ssrc in ssrcs for one in flowing if one.kind is Kind.AUDIO)
            voices = 0.0 if heard else self.sound.bits
            self.estimate.note(round(bits + voices), self.flow.bits, now)

    def for_videos(self, now: float) -> float | None:
        """Return the bit/s left for videos where the phone said that its line was full lately."""
        limit = self.estimate.limit(now)
        return None if limit is None else max(0.0, limit - self.sound.bits)

    def share(self, now: float) -> float | None:
        """Return the bit/s that one of the videos shown may take; None without sign of a limit."""
        bits = self.for_videos(now)
        if bits is None:
            return None
        return bits / max(1, sum(not one.held for one in self.videos()))

    def _allowances(self, now: float) -> dict[Kind, Allowance]:
        """Return how many octets of each kind may come."""
        sound = self._settings.sound_kbps * 1000 / 8
        return {
            Kind.AUDIO: Allowance(sound, now, at_once_s=_SOUND_AT_ONCE_S),
            Kind.VIDEO: Allowance(self.cap / 8 * _OVER_CAP, now),
        }

    def _downlink(self, slot: int, kind: Kind) -> Downlink:
        chance = self._settings.chance
        # Below half of the range, so that no wrap comes before the receiver has seen a packet.
        sequence = int.from_bytes(chance(2), "big") >> 1
        place = 1 + 2 * slot + (kind is Kind.VIDEO)
        return Downlink(
            link=self.link,
            slot=slot,
            kind=kind,
            ssrc=self._ssrcs[place],
            start=(sequence, int.from_bytes(chance(4), "big")),
        )

    def _draw_ssrcs(self, count: int) -> list[int]:
        drawn: dict[int, None] = {}
        while len(drawn) < count:
            drawn[int.from_bytes(self._settings.chance(4), "big") or 1] = None
        return list(drawn)


def _importance(video: Downlink) -> tuple[int, float, int]:
    source = cast("Connection", video.source.link.owner) if video.source else None
    return video.rank, -(source.spoke_at if source else 0.0), video.slot
