"""The way to each phone: its checks are answered, its handshake made, its silence noted."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from server.media.connection import Connection, Stage
from server.media.engine import Engine, Link
from server.media.feedback import Feedback
from server.media.settings import WorkerSettings
from server.media.stun import Address, Check, MalformedCheckError, read_check, success
from server.ports.media import MediaConnected, MediaEvent, MediaLoss

Spawn = Callable[[Coroutine[Any, Any, None]], object]

_log = logging.getLogger(__name__)


class Paths:
    """Takes what comes before there are keys: STUN from anybody, DTLS from proved addresses."""

    def __init__(
        self,
        settings: WorkerSettings,
        engine: Engine,
        feedback: Feedback,
        *,
        tell: Callable[[MediaEvent], None],
        spawn: Spawn,
        drop: Callable[[Connection, MediaLoss], None],
    ) -> None:
        """`drop` closes a connection whose handshake failed."""
        self._settings = settings
        self._engine = engine
        self._feedback = feedback
        self._tell = tell
        self._spawn = spawn
        self._drop = drop
        self._by_ufrag: dict[str, Connection] = {}
        self._time = asyncio.get_running_loop().time

    def add(self, connection: Connection) -> None:
        """Know the connection by the name its phone uses in checks."""
        self._by_ufrag[connection.ufrag] = connection

    def forget(self, connection: Connection) -> None:
        """Answer no check of a connection that is closed."""
        self._by_ufrag.pop(connection.ufrag, None)

    def stun(self, raw: bytes, address: Address) -> None:
        """Answer an authentic check; say nothing to anybody else (no reflection, no oracle)."""
        try:
            check = read_check(raw)
        except MalformedCheckError:
            self._engine.counters["drop_stun_malformed"] += 1
            return
        connection = self._by_ufrag.get(check.ours)
        if connection is None or not connection.proved(check):
            self._engine.counters["drop_stun_unauthentic"] += 1
            return
        # Behind the proof: nobody's guesses may use up what a phone needs to stay connected.
        if not connection.checks.spend(1, self._time()):
            self._engine.counters["drop_stun_flood"] += 1
            return
        if self._spoken_for(connection, address):
            self._engine.counters["drop_stun_claim"] += 1
            return
        self._engine.admit(connection.link, address)
        self._choose(connection, check, address)
        self._hear(connection)
        self._engine.datagram(address, success(check, address, connection.password))
        self.secure_when_possible(connection)

    def dtls(self, link: Link, raw: bytes) -> None:
        """Give a record to the handshake it belongs to."""
        connection = link.owner
        if connection.channel is None or not connection.channel.feed(raw):
            self._engine.counters["drop_dtls"] += 1

    def _spoken_for(self, connection: Connection, address: Address) -> bool:
        """Whether another phone's media comes from there: the address of a check can be forged.

        One that a phone has left, for a new connection or to whoever its router gives it now, is
        free once nothing has come from it for `quiet_s`.
        """
        holder = self._engine.holder(address)
        if holder is None or holder is connection.link or holder.address != address:
            return False
        owner: Connection = holder.owner
        self.listen(owner)
        return self._time() - owner.media_at <= self._settings.quiet_s

    def _choose(self, connection: Connection, check: Check, address: Address) -> None:
        """Follow the phone's nomination until authentic packets show its choice."""
        link = connection.link
        moving = self._time() - connection.heard_at > self._settings.quiet_s / 2
        if link.address is None or (check.nominated and (link.srtp is None or moving)):
            link.address = address

    def secure_when_possible(self, connection: Connection) -> None:
        """Begin the handshake once the answer and a proved address are there."""
        if connection.stage is not Stage.OFFERED or connection.answer is None:
            return
        if connection.link.address is not None:
            connection.stage = Stage.SECURING
            self._spawn(self._secure(connection))

    async def _secure(self, connection: Connection) -> None:
        if connection.answer is None or connection.channel is None:
            return
        answer = connection.answer
        try:
            pair = await connection.channel.handshake(
                answer.fingerprints, server=answer.we_are_server
            )
        except Exception as fault:  # noqa: BLE001  # OpenSSL and aiortc fail in many ways
            _log.info("%s: handshake failed: %r", connection.identity, fault)
            self._drop(connection, MediaLoss.REFUSED)
            return
        if connection.stage is not Stage.SECURING:
            return
        connection.link.srtp = pair
        connection.stage = Stage.CONNECTED
        self._hear(connection)
        for downlink in connection.open_downlinks():
            downlink.restart()
            self._feedback.want_key(downlink)
        self._tell(MediaConnected(connection=connection.identity))

    def send(self, connection: Connection, raw: bytes) -> None:
        """Send a record of the handshake, or the last one after the connection closed."""
        address = connection.link.address or connection.farewell
        if address is not None:
            self._engine.datagram(address, raw)

    def listen(self, connection: Connection) -> None:
        """Note whether anything authentic has come since this was asked last."""
        if connection.link.heard != connection.heard_before:
            connection.heard_before = connection.link.heard
            self._hear(connection)
            connection.media_at = connection.heard_at

    def _hear(self, connection: Connection) -> None:
        connection.heard_at = self._time()
        if connection.stage is Stage.SILENT:
            connection.stage = Stage.CONNECTED
            self._tell(MediaConnected(connection=connection.identity))
