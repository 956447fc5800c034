"""What the worker does at regular times: RTCP to phones, measurements to the app, farewells."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from server.domain.ids import ConnectionId
from server.media import rtcp
from server.media.connection import Connection, Stage
from server.media.formats import Kind
from server.media.plane import Plane
from server.media.shares import all_taken, lowest
from server.media.sparing import Sparing
from server.media.uplink import Uplink
from server.ports.media import MediaLoss, MediaLost, MediaReport

_OURSELVES: Final = "heyi"
_RISES: Final = 1.04
"""After a limit a phone may send so much more each round, ten percent a second."""
_TURNS: Final = 8
"""A round goes by an eighth of the rooms at a time, so that no packet waits for all of them."""
_LAG_KEPT: Final = 0.99
_LIVE: Final = (Stage.CONNECTED, Stage.SILENT)


class Rounds:
    """Two timers over all connections of a plane."""

    def __init__(self, plane: Plane) -> None:
        """Timers begin with `start()`."""
        self._plane = plane
        self._loop = asyncio.get_running_loop()
        self._timers: list[asyncio.TimerHandle] = []
        self._sparing = Sparing(plane, self._tell_changed)
        self.lag_s = 0.0

    def start(self) -> None:
        """Begin both rounds, and hear of phones that ask for much again."""
        self._plane.feedback.asked = lambda one: self._sparing.judge(one, self._loop.time())
        self.begin(self._plane.settings.report_s, self._report_round)
        self.begin(self._plane.settings.measure_s, self._measure_round)

    def close(self) -> None:
        """Stop both."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def begin(self, period: float, work: Callable[[list[Connection]], None]) -> None:
        """Do this to every connection once a period, to one part of the rooms after the other."""
        turns = itertools.cycle(range(_TURNS))
        self._again(period / _TURNS, lambda: work(self._of_turn(next(turns))))

    def _of_turn(self, turn: int) -> list[Connection]:
        rooms = self._plane.rooms.values()
        mine = [one for one in rooms if one.turn % _TURNS == turn]
        return [connection for room in mine for connection in room.connections.values()]

    def _again(self, pause: float, work: Callable[[], None], late: float = 0.0) -> None:
        due = self._loop.time() + pause - late

        def ring() -> None:
            self._timers.remove(timer)
            late = self._loop.time() - due
            self.lag_s = max(self.lag_s * _LAG_KEPT, late)
            # Armed first: a fault in one round must not end all later ones.
            self._again(pause, work, min(late, pause / 2))
            work()

        timer = self._loop.call_at(due, ring)
        self._timers.append(timer)

    # ------------------------------------------------------------------ RTCP

    def _report_round(self, connections: list[Connection]) -> None:
        now = self._loop.time()
        live = [one for one in connections if one.link.ready]
        for connection in live:
            self._sparing.measure(connection, now)
            self._sparing.judge(connection, now)
            self._notice_speech(connection, now)
        for connection in live:
            self._report(connection, now)

    def _report(self, connection: Connection, now: float) -> None:
        """Send one compound packet; a lobby gets one too, so that the phone hears us."""
        ours = connection.feedback_ssrc
        blocks = [one.block(now) for one in connection.uplinks.values()]
        parts = [rtcp.receiver_report(ours, [one for one in blocks if one is not None])]
        named = [rtcp.named(ours, _OURSELVES)]
        for downlink in connection.downlinks.values():
            if downlink.at_rest:
                continue
            downlink.new_round()
            report = downlink.report(now)
            if report is not None:
                parts.append(report)
                named.append(downlink.named)
        parts.append(rtcp.names(named))
        video = connection.uplinks[Kind.VIDEO]
        if video.ssrc is not None:
            parts.append(rtcp.remb(ours, video.ssrc, self._allowance(video, now)))
        self._plane.engine.send_rtcp(connection.link, b"".join(parts))

    def _allowance(self, video: Uplink, now: float) -> int:
        """Return the bit/s a phone may send: what its weakest subscriber takes, within limits."""
        limits = self._plane.settings
        known = all_taken(video, now)
        takes = [bits for bits in known if bits is not None]
        if not video.downlinks:
            # Who comes next need not be as weak as who was last.
            video.allowed, video.limited = limits.idle_kbps * 1000, False
        elif not takes and all(one.held for one in video.downlinks):
            # Nobody gets it; what comes back first must fit a weak line.
            video.allowed = limits.floor_kbps * 1000
        else:
            cap = limits.cap_kbps * 1000
            most = video.allowed * _RISES if video.limited else cap
            floor = max(limits.floor_kbps * 1000, lowest(video, known))
            video.allowed = max(floor, min([cap, most, *takes]))
            video.limited = bool(takes) or video.allowed < cap
        return round(video.allowed)

    # ------------------------------------------------------------------ measurements

    def _notice_speech(self, connection: Connection, now: float) -> None:
        speaking = connection.uplinks[Kind.AUDIO].speaking(now)
        if speaking is not connection.speaking:
            connection.speaking = speaking
            connection.spoke_at = now
            self._tell_changed(connection)

    def _tell_changed(self, connection: Connection) -> None:
        """Tell at once what somebody is waiting to see; the figures stay those of last time."""
        if connection.last_report is not None:
            connection.last_report = replace(
                connection.last_report,
                speaking=connection.speaking,
                videos_held=_held(connection),
            )
            self._plane.tell(connection.last_report)

    def _measure_round(self, connections: list[Connection]) -> None:
        now = self._loop.time()
        for connection in connections:
            self._keep_or_drop(connection, now)
            if connection.stage is Stage.CONNECTED:
                self._measure(connection)

    def _keep_or_drop(self, connection: Connection, now: float) -> None:
        limits, plane = self._plane.settings, self._plane
        plane.paths.listen(connection)
        quiet = now - connection.heard_at
        if connection.stage not in _LIVE:
            if now - connection.made_at > limits.connect_s:
                plane.drop(connection, MediaLoss.NEVER_CONNECTED)
        elif quiet > limits.expire_s:
            plane.drop(connection, MediaLoss.EXPIRED)
        elif quiet > limits.quiet_s and connection.stage is Stage.CONNECTED:
            connection.stage = Stage.SILENT
            plane.tell(MediaLost(connection=connection.identity, reason=MediaLoss.SILENT))

    def _measure(self, connection: Connection) -> None:
        now = self._loop.time()
        up = sum(one.octets for one in connection.uplinks.values())
        down = _sent(connection)
        before_up, before_down, before = connection.measured
        connection.measured = (up, down, now)
        trip = connection.trips.last_s
        connection.last_report = MediaReport(
            connection=connection.identity,
            up_kbps=_kbps(up - before_up, now - before),
            down_kbps=_kbps(down - before_down, now - before),
            up_loss=max(one.loss for one in connection.uplinks.values()),
            down_loss=max((one.loss(now) for one in connection.open_downlinks()), default=0.0),
            rtt_ms=None if trip is None else round(trip * 1000),
            speaking=connection.speaking,
            videos_held=_held(connection),
        )
        self._plane.tell(connection.last_report)


def _held(connection: Connection) -> tuple[ConnectionId, ...]:
    """Return whose videos wait."""
    return tuple(
        cast("Connection", one.source.link.owner).identity
        for one in connection.videos()
        if one.slot in connection.thrift.held and one.source is not None
    )


def _kbps(octets: int, seconds: float) -> int:
    return round(octets * 8 / 1000 / seconds) if seconds > 0 else 0


def _sent(connection: Connection) -> int:
    return sum(one.octets for one in connection.downlinks.values())
