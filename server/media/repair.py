"""Asks phones for lost packets and key frames, again and again but not too often."""

import asyncio
from typing import Final

from server.media import rtcp
from server.media.engine import Engine
from server.media.lasting import Lasting
from server.media.uplink import NACK_EVERY_S, Uplink

_NACK_MOST: Final = 64


class Repair:
    """Goes on only while something is missing."""

    def __init__(self, engine: Engine) -> None:
        """Requests go out through `engine`."""
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._uplinks: dict[Uplink, None] = {}
        self._timer = Lasting(NACK_EVERY_S, self._round)

    def start(self, uplink: Uplink) -> None:
        """Ask at once, and go on until what is missing has come or is given up."""
        self._uplinks[uplink] = None
        self._ask(uplink)
        self._timer.start()

    def forget(self, uplink: Uplink) -> None:
        """Ask this one no more."""
        self._uplinks.pop(uplink, None)

    def close(self) -> None:
        """Stop the timer."""
        self._uplinks.clear()
        self._timer.close()

    def _round(self) -> bool:
        for uplink in list(self._uplinks):
            self._ask(uplink)
            if not uplink.needs_repair(self._loop.time()):
                self.forget(uplink)
        return bool(self._uplinks)

    def _ask(self, uplink: Uplink) -> None:
        now = self._loop.time()
        if uplink.ssrc is None:
            return
        missing = uplink.overdue(now)
        for at in range(0, len(missing), _NACK_MOST):
            part = missing[at : at + _NACK_MOST]
            self._engine.send_rtcp(uplink.link, rtcp.nack(uplink.asked_by, uplink.ssrc, part))
            self._engine.counters["nack_sent"] += 1
        if uplink.key_due(now):
            self._engine.send_rtcp(uplink.link, rtcp.pli(uplink.asked_by, uplink.ssrc))
            self._engine.counters["pli_sent"] += 1
