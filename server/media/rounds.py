"""What the worker does at regular times: RTCP to phones, measurements to the app, farewells."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from server.media import rtcp
from server.media.connection import Connection, Stage
from server.media.downlink import Downlink
from server.media.formats import Kind
from server.media.plane import Plane
from server.media.uplink import Uplink
from server.ports.media import MediaLoss, MediaLost, MediaReport

_OURSELVES: Final = "heyi"
_TELLING: Final = 8
"""Of fewer packets in a round no share is worth anything."""
_LIVE: Final = (Stage.CONNECTED, Stage.SILENT)


class Rounds:
    """Two timers over all connections of a plane."""

    def __init__(self, plane: Plane) -> None:
        """Timers begin with `start()`."""
        self._plane = plane
        self._loop = asyncio.get_running_loop()
        self._timers: list[asyncio.TimerHandle] = []
        self.lag_s = 0.0

    def start(self) -> None:
        """Begin both rounds, and hear of phones that ask for much again."""
        self._plane.feedback.asked = lambda one: self._spare(one, self._loop.time())
        self._again(self._plane.settings.report_s, self._report_round)
        self._again(self._plane.settings.measure_s, self._measure_round)

    def close(self) -> None:
        """Stop both."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _again(self, pause: float, work: Callable[[], None]) -> None:
        due = self._loop.time() + pause

        def ring() -> None:
            self._timers.remove(timer)
            self.lag_s = max(self.lag_s * 0.9, self._loop.time() - due)
            # Armed first: a fault in one round must not end all later ones.
            self._again(pause, work)
            work()

        timer = self._loop.call_at(due, ring)
        self._timers.append(timer)

    # ------------------------------------------------------------------ RTCP

    def _report_round(self) -> None:
        now = self._loop.time()
        live = [one for one in self._plane.connections.values() if one.link.ready]
        for connection in live:
            connection.flow.note(_sent(connection), now)
            self._spare(connection, now)
            self._notice_speech(connection, now)
        for connection in live:
            self._report(connection, now)

    def _spare(self, connection: Connection, now: float) -> None:
        """Hold a weak subscriber's videos back, or let them flow again."""
        opened = list(connection.open_downlinks())
        loss = max((one.loss(now) for one in opened), default=0.0)
        bits, missed = connection.starved_bits(now), _missed(opened)
        if not connection.thrift.judge(loss=loss, bits=bits, missed=missed, now=now):
            return
        for downlink in connection.downlinks.values():
            downlink.held = connection.thrift.held and downlink.kind is Kind.VIDEO
            downlink.restart()
            if not downlink.held:
                self._plane.feedback.want_key(downlink)
        self._tell_changed(connection)

    def _report(self, connection: Connection, now: float) -> None:
        """Send one compound packet; a lobby gets one too, so that the phone hears us."""
        ours = connection.feedback_ssrc
        blocks = [one.block(now) for one in connection.uplinks.values()]
        parts = [rtcp.receiver_report(ours, [one for one in blocks if one is not None])]
        named = [(ours, _OURSELVES)]
        for downlink in connection.downlinks.values():
            downlink.new_round()
            stands = downlink.timestamp_at(now)
            if stands is not None:
                parts.append(
                    rtcp.our_sender_report(
                        downlink.ssrc, now, stands, downlink.packets, downlink.octets
                    )
                )
                named.append((downlink.ssrc, downlink.cname))
        parts.append(rtcp.names(named))
        video = connection.uplinks[Kind.VIDEO]
        if video.ssrc is not None:
            parts.append(rtcp.remb(ours, video.ssrc, self._allowance(video, now)))
        self._plane.engine.send_rtcp(connection.link, b"".join(parts))

    def _allowance(self, video: Uplink, now: float) -> int:
        """Return the bit/s a phone may send: what its weakest subscriber takes, within limits."""
        limits = self._plane.settings
        watched = [one for one in video.downlinks if not one.held]
        if not watched:
            return limits.idle_kbps * 1000
        shares = [cast("Connection", one.link.owner).video_bits(now) for one in watched]
        known = [one for one in shares if one is not None]
        return max(limits.floor_kbps * 1000, min([limits.cap_kbps * 1000, *known]))

    # ------------------------------------------------------------------ measurements

    def _notice_speech(self, connection: Connection, now: float) -> None:
        speaking = connection.uplinks[Kind.AUDIO].speaking(now)
        if speaking is not connection.speaking:
            connection.speaking = speaking
            self._tell_changed(connection)

    def _tell_changed(self, connection: Connection) -> None:
        """Tell at once what somebody is waiting to see; the figures stay those of last time."""
        if connection.last_report is not None:
            connection.last_report = replace(
                connection.last_report,
                speaking=connection.speaking,
                video_held=connection.thrift.held,
            )
            self._plane.tell(connection.last_report)

    def _measure_round(self) -> None:
        now = self._loop.time()
        for connection in list(self._plane.connections.values()):
            self._keep_or_drop(connection, now)
            if connection.stage is Stage.CONNECTED:
                self._measure(connection)

    def _keep_or_drop(self, connection: Connection, now: float) -> None:
        limits, plane = self._plane.settings, self._plane
        plane.listen(connection)
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
        connection.last_report = MediaReport(
            connection=connection.identity,
            up_kbps=_kbps(up - before_up, now - before),
            down_kbps=_kbps(down - before_down, now - before),
            up_loss=max(one.loss for one in connection.uplinks.values()),
            down_loss=max((one.loss(now) for one in connection.open_downlinks()), default=0.0),
            rtt_ms=None if connection.rtt_s is None else round(connection.rtt_s * 1000),
            speaking=connection.speaking,
            video_held=connection.thrift.held,
        )
        self._plane.tell(connection.last_report)


def _missed(downlinks: list[Downlink]) -> float | None:
    """Return the share of this round's pictures that the phone asked for again; None: too few."""
    counts = [one.missed for one in downlinks if one.kind is Kind.VIDEO]
    asked, sent = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return asked / sent if sent >= _TELLING else None


def _kbps(octets: int, seconds: float) -> int:
    return round(octets * 8 / 1000 / seconds) if seconds > 0 else 0


def _sent(connection: Connection) -> int:
    return sum(one.octets for one in connection.downlinks.values())
