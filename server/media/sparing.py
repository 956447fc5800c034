"""Keeps the voices of weak lines whole: judges each subscriber, holds videos, tries them again."""

import asyncio
from collections.abc import Callable
from typing import Final

from server.media.connection import Connection
from server.media.downlink import Downlink
from server.media.formats import Kind
from server.media.missing import Gone
from server.media.plane import Plane
from server.media.probe import Probe
from server.media.shares import least
from server.media.thrift import CLEAN_LOSS, Signs

_SPAN: Final = 20
_FULL: Final = 0.5
_SCATTERED: Final = 1
"""More gaps than one a stream are no single hole in the air."""
_HEADROOM: Final = 1.25
SETTLE_S: Final = 0.8
"""So long a line's queue takes to empty."""
_TOO_MUCH: Final = 1.1
"""So much more than a line carries does not pass for long without a queue."""
_MEASURED_S: Final = 1.0
"""Over so long phones reckon what they receive: a pause of ours stays in their estimate."""
_EASED: Final = 0.85
_EASE_S: Final = 1.0
"""So long a source has to come down to what a line was seen to carry, before it is let through."""


class Sparing:
    """One over all connections of a plane; `changed` hears of each whose videos wait or go on."""

    def __init__(self, plane: Plane, changed: Callable[[Connection], None]) -> None:
        """It acts on the plane's connections, on its event loop."""
        self._plane = plane
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._settling: dict[Connection, asyncio.TimerHandle] = {}

    def measure(self, connection: Connection, now: float) -> None:
        """Note what flows; once a round."""
        everything, voices = 0, 0
        for one in connection.downlinks.values():
            everything += one.octets
            if one.kind is Kind.AUDIO:
                voices += one.octets
            if one.source is not None:
                one.flow.note(one.octets, now)
        connection.flow.note(everything, now)
        connection.sound.note(voices, now)
        picture = connection.uplinks[Kind.VIDEO]
        picture.flow.note(picture.octets, now)

    def judge(self, connection: Connection, now: float) -> None:
        """Hold what a line cannot carry, and try what waited for long enough."""
        thrift = connection.thrift
        if _quiet(connection, now) and thrift.passes(now):
            return
        videos = connection.videos()
        flows = {one.slot: one.flow.bits for one in videos}
        connection.estimate.doubt(now, exceeded=_exceeded(connection, videos, now))
        if thrift.judge(_signs(connection, videos, now), flows, now):
            self._settle(connection, videos, now)
        if connection.probe is not None and not connection.probe.running:
            connection.probe = None
        if connection.probe is not None and thrift.uneasy:
            connection.probe.stop()
        slot = thrift.due(now)
        if slot is not None and connection.probe is None:
            self._try(connection, connection.downlinks[slot, Kind.VIDEO])

    def _apply(self, connection: Connection, videos: list[Downlink]) -> None:
        for one in videos:
            one.settle()
            held = connection.settling or one.slot in connection.thrift.held
            if held is not one.held:
                one.hold(held=held)
                self._plane.feedback.want_key(one)
        self._changed(connection)

    def _settle(self, connection: Connection, videos: list[Downlink], now: float) -> None:
        """Let the line's queue empty; those that go on then begin with a fresh, smaller picture."""
        thrift = connection.thrift
        shown = [one for one in videos if one.slot not in thrift.held]
        for one in shown:
            one.grant(round(_EASED * thrift.left / len(shown)), now)
        connection.settling = bool(shown)
        self._apply(connection, videos)
        if shown:
            connection.estimate.rest(now + SETTLE_S + _MEASURED_S)
            self._settle_by(connection)

    def _settle_by(self, connection: Connection) -> None:
        """Let the queue have its whole time, also where an earlier one was still emptying."""
        if (earlier := self._settling.get(connection)) is not None:
            earlier.cancel()
        later = self._loop.call_later(SETTLE_S, self._settled, connection)
        self._settling[connection] = later

    def _settled(self, connection: Connection) -> None:
        self._settling.pop(connection, None)
        connection.settling = False
        self._apply(connection, connection.videos())

    # ------------------------------------------------------------------ trying again

    def _try(self, connection: Connection, downlink: Downlink) -> None:
        source = downlink.source
        if source is None:
            return
        connection.probe = Probe(
            self._plane.engine,
            downlink,
            least=least(source, self._loop.time()),
            top=source.flow.bits * _HEADROOM,
            over=lambda bits: self._tried(connection, downlink, bits),
        )
        connection.probe.start()

    def _tried(self, connection: Connection, downlink: Downlink, bits: int | None) -> None:
        now = self._loop.time()
        connection.probe = None
        if bits is not None and not bits:
            connection.thrift.refuse(now)
            return
        source = downlink.source
        if bits is not None and source is not None and source.flow.bits > bits:
            downlink.grant(bits, now)
            self._loop.call_later(_EASE_S, self._release, connection, downlink)
            connection.thrift.wait(now)
        else:
            self._release(connection, downlink)

    def _release(self, connection: Connection, downlink: Downlink) -> None:
        now = self._loop.time()
        if downlink.source is None or not downlink.held:
            return
        connection.thrift.release(downlink.slot, now)
        self._apply(connection, connection.videos())


def _quiet(connection: Connection, now: float) -> bool:
    """Whether nothing at all speaks against a line, as on most: there is nothing to weigh then."""
    if connection.probe is not None or connection.estimate.limit(now) is not None:
        return False
    opened = connection.open_downlinks()
    return not any(one.missing.some or one.loss(now) > CLEAN_LOSS for one in opened)


def _exceeded(connection: Connection, videos: list[Downlink], now: float) -> bool:
    """Whether more flows than the phone says it can take, and nothing shows that it queues."""
    room = connection.for_videos(now)
    if room is None or not connection.trips.swift(now):
        return False
    return sum(one.flow.bits for one in videos if not one.held) > _TOO_MUCH * room


def _signs(connection: Connection, videos: list[Downlink], now: float) -> Signs:
    shown = [one for one in videos if not one.held]
    # One looks when it is worst: half a span in which nothing was lost makes up for that.
    newest, recent, long = (_gone(shown, span) for span in (_SPAN, 2 * _SPAN, 4 * _SPAN))
    gaps = len(shown) + _SCATTERED
    return Signs(
        loss=max((one.loss(now) for one in connection.open_downlinks() if not one.held), default=0),
        missed=recent.count / (2 * _SPAN) if recent.gaps >= gaps else 0,
        choked=newest.count >= _FULL * _SPAN and newest.gaps >= gaps,
        lost=long.count / (long.among + _SPAN / 2),
        room=connection.for_videos(now),
        sound=connection.sound.bits,
        least={one.slot: least(one.source, now) for one in videos if one.source},
    )


def _gone(shown: list[Downlink], span: int) -> Gone:
    """Return what is missing of the last `span` packets of all of them together."""
    each = [one.missing.gone(span // len(shown)) for one in shown]
    return Gone(
        count=sum(one.count for one in each),
        gaps=sum(one.gaps for one in each),
        among=sum(one.among for one in each),
    )
