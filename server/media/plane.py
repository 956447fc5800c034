"""The worker's core: connections, rooms and what happens with every packet.

An engine brings datagrams and takes packets; the control socket brings tables and takes events.
Between them this decides, on one event loop and without waiting.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Final

from server.domain.ids import ConnectionId, RoomId
from server.media.answer import read_answer
from server.media.claims import TELLING, bearable, torn
from server.media.connection import Connection, Stage
from server.media.engine import Engine, Link
from server.media.feedback import Feedback
from server.media.formats import H264, Kind
from server.media.paths import Paths, Spawn
from server.media.recording import Recorder
from server.media.repair import Repair
from server.media.rtp import Packet, send_time
from server.media.settings import WorkerSettings
from server.media.table import Room
from server.media.uplink import Uplink
from server.ports.media import (
    BadSdpError,
    BadTableError,
    Edge,
    MediaConnected,
    MediaEvent,
    MediaFullError,
    MediaLoss,
    MediaLost,
    MediaReady,
    Recorded,
    TableVersion,
    UnknownConnectionError,
)

_FAULTS: Final = 500
_AROUND: Final = 44
"""Octets that a packet has besides on its way: IPv4, UDP and the seal."""
_LEAST_REPORT: Final = 128
"""Octets that the shortest RTCP packet counts for: 500 a second of those."""

_log = logging.getLogger(__name__)


class Plane:
    """Implements `server.media.engine.Receiver` towards the engine."""

    def __init__(
        self,
        settings: WorkerSettings,
        engine: Engine,
        *,
        tell: Callable[[MediaEvent], None],
        spawn: Spawn,
    ) -> None:
        """`spawn` starts a coroutine that somebody awaits at the end; `tell` takes events."""
        self.settings = settings
        self.engine = engine
        self.rooms: dict[RoomId, Room] = {}
        self.connections: dict[ConnectionId, Connection] = {}
        self.tell = tell
        self.port = self.gone = 0
        self.draining = False
        self.epoch = 0
        self._spawn = spawn
        self._time = asyncio.get_running_loop().time
        self._repair = Repair(engine)
        self.feedback = Feedback(engine, self._repair)
        self.paths = Paths(settings, engine, self.feedback, tell=tell, spawn=spawn, drop=self.drop)
        # Bound once, so that the engine reaches them without a detour.
        self.stun, self.dtls = self.paths.stun, self.paths.dtls
        self.recorder = Recorder(settings.recorder, spawn=spawn, tell=tell, want_key=self._want_key)
        self._stamped_at, self._stamp = 0.0, send_time(0)
        self._turns = itertools.count()
        self._row: list[Packet] = []
        self._row_of: Uplink | None = None

    async def open(self) -> int:
        """Start receiving; return the port."""
        self.port = await self.engine.open(self)
        return self.port

    def close(self) -> None:
        """Close every connection and stop receiving."""
        for room in list(self.rooms):
            self.close_room(room)
        self.recorder.close()
        self._repair.close()
        self.feedback.close()

    # ------------------------------------------------------------------ what the app asks

    def connect(self, room_id: RoomId, identity: ConnectionId) -> str:
        """Return the offer of a new connection; one of the same name is replaced."""
        self.disconnect(identity)
        if len(self.connections) >= self.settings.max_connections:
            raise MediaFullError
        room = self._room(room_id)
        connection = Connection(
            room=room_id, identity=identity, settings=self.settings, now=self._time()
        )
        self.connections[identity] = room.connections[identity] = connection
        self.paths.add(connection)
        self._apply(room)
        return connection.offer(
            self.port,
            send=lambda raw: self.paths.send(connection, raw),
            closed=lambda: self.drop(connection, MediaLoss.CLOSED),
        )

    def answer(self, identity: ConnectionId, sdp: str) -> None:
        """Take a connection's answer; the same one again is no error."""
        connection = self.connections.get(identity)
        if connection is None:
            raise UnknownConnectionError
        answer = read_answer(sdp)
        if connection.answer is not None:
            if connection.answer != answer:
                raise BadSdpError(reason="answered")
            return
        connection.answer = answer
        self.paths.secure_when_possible(connection)

    def route(
        self,
        room_id: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        """Apply a room's table; when this returns, what it cuts is cut."""
        for name in {end for edge in edges for end in (edge.source, edge.subscriber)}:
            known = self.connections.get(name)
            if known is not None and known.room != room_id:
                raise BadTableError(reason="other_room")
        room = self._room(room_id)
        room.accept(version, edges, recorded)
        self._apply(room)

    def disconnect(self, identity: ConnectionId) -> None:
        """Close a connection if it is there, without an event."""
        connection = self.connections.get(identity)
        if connection is not None:
            self._remove(connection)

    def close_room(self, room_id: RoomId) -> None:
        """Close a room's connections and forget its table."""
        room = self.rooms.pop(room_id, None)
        self.recorder.forget(room_id)
        for connection in list(room.connections.values()) if room else ():
            self._remove(connection)

    def suspend(self, room: Room) -> None:
        """Let nothing flow in the room until it is routed again."""
        room.suspended = True
        self._apply(room)

    def tell_all(self) -> None:
        """Tell a new app how far every connection has come."""
        for connection in self.connections.values():
            if connection.stage is Stage.CONNECTED:
                self.tell(MediaConnected(connection=connection.identity))
            if connection.media_seen:
                self.tell(MediaReady(connection=connection.identity))

    def drop(self, connection: Connection, reason: MediaLoss) -> None:
        """Close a connection and say why."""
        if connection.stage is not Stage.CLOSED:
            self._remove(connection)
            self.tell(MediaLost(connection=connection.identity, reason=reason))

    def _room(self, room_id: RoomId) -> Room:
        if room_id not in self.rooms:
            if self.draining or len(self.rooms) >= self.settings.max_rooms:
                raise MediaFullError
            self.rooms[room_id] = Room(room_id, turn=next(self._turns))
        room = self.rooms[room_id]
        room.epoch = self.epoch
        return room

    def _apply(self, room: Room) -> None:
        cut = room.cut()
        self.recorder.follow(room)
        self.engine.drain(cut)
        for downlink in room.open():
            if downlink.kind is Kind.VIDEO:
                owner: Connection = downlink.link.owner
                downlink.held = owner.thrift.meet(downlink.slot, self._time())
            self.feedback.want_key(downlink)

    def _want_key(self, uplink: Uplink) -> None:
        """A recording begins like a subscriber: with a picture that needs none before it."""
        if uplink.kind is Kind.VIDEO:
            uplink.key_wanted = True
            self._repair.start(uplink)

    def _remove(self, connection: Connection) -> None:
        connection.stage = Stage.CLOSED
        self.gone += 1
        connection.farewell = connection.link.address
        self.engine.forget(connection.link)
        for downlink in connection.downlinks.values():
            downlink.close()
        heard_by = {one.link for up in connection.uplinks.values() for one in up.downlinks}
        for uplink in connection.uplinks.values():
            uplink.close()
            self._repair.forget(uplink)
        self.engine.drain(heard_by)
        self.paths.forget(connection)
        self.connections.pop(connection.identity, None)
        room = self.rooms.get(connection.room)
        if room is not None:
            room.connections.pop(connection.identity, None)
        if connection.channel is not None:
            self._spawn(connection.channel.close())

    # ------------------------------------------------------------------ media

    def rtp(self, link: Link, packet: bytearray, now: float) -> None:
        """Forward one packet to whoever the table lets have it, now."""
        connection: Connection = link.owner
        read = self._admit(connection, packet, now)
        if read is None:
            return
        uplink = connection.by_payload[read.payload_type]
        if uplink.take(read, now) is None:
            self.engine.counters["drop_repeated"] += 1
            return
        if read.payload_type == H264 and torn(uplink, read):
            uplink.forget(read)
            self._refused("drop_picture_size")
            return
        if now != self._stamped_at:
            self._stamped_at, self._stamp = now, send_time(now)
        read.stamp(self._stamp)
        if not connection.media_seen:
            self._first_media(connection)
        if uplink.key_wanted:
            uplink.see_key(read)
        if uplink is not self._row_of:
            self.burst_over()
            self._row_of = uplink
        self._row.append(read)

    def burst_over(self) -> None:
        """Forward what came in a row from one phone, to one subscriber after the other."""
        uplink, row = self._row_of, self._row
        if uplink is None:
            return
        self._row_of, self._row = None, []
        wanted = uplink.key_wanted
        try:
            self._forward(uplink, row, self._stamped_at)
            if uplink.tap is not None:
                uplink.tap.take(row, self._stamped_at)
        except Exception:  # noqa: BLE001
            # As in the engine: what a phone managed to break costs that phone alone.
            self.engine.counters["faults"] += 1
            _log.debug("a row of packets failed", exc_info=True)
            self.faulty(uplink.link)
        if uplink.key_wanted and not wanted:
            # Who missed a key frame before this row may have found one further on in it.
            uplink.see_keys(row)
        if uplink.gap_noticed or uplink.key_wanted:
            self._repair.start(uplink)

    def _admit(self, connection: Connection, raw: bytearray, now: float) -> Packet | None:
        """Return the packet as read, or None if it is not what this phone may send."""
        uplink = connection.by_payload.get(raw[1] & 0x7F)
        if uplink is None:
            return self._refused("drop_payload_type")
        try:
            packet = Packet(raw, uplink.layouts)
        except ValueError:
            return self._refused("drop_rtp_malformed")
        if packet.ssrc != uplink.ssrc and not connection.admits(packet.ssrc, uplink):
            return self._refused("drop_ssrc")
        if not uplink.allowance.spend(len(raw) + _AROUND, now):
            return self._refused("drop_flood")
        told = packet.payload_size and raw[packet.payload_at] in TELLING[packet.payload_type]
        return packet if not told or bearable(packet) else self._refused("drop_picture_size")

    def _refused(self, why: str) -> Packet | None:
        self.engine.counters[why] += 1
        return None

    def _forward(self, uplink: Uplink, row: list[Packet], now: float) -> None:
        send, sent = self.engine.send_rtp, 0
        for downlink in uplink.downlinks:
            link, adapt, mid = downlink.link, downlink.adapt, downlink.mid
            if link.srtp is None or link.address is None:
                continue
            for packet in row:
                head = adapt(packet, now)
                if head is not None and send(link, packet, head, mid):
                    sent += 1
        if sent:
            self.engine.counters["forwarded"] += sent

    def _first_media(self, connection: Connection) -> None:
        connection.media_seen = True
        self.tell(MediaReady(connection=connection.identity))

    def faulty(self, link: Link) -> None:
        """Let go of a phone that goes on sending what breaks our handlers."""
        link.faults += 1
        if link.faults > _FAULTS:
            self.drop(link.owner, MediaLoss.FAULTY)

    def rtcp(self, link: Link, packet: bytes) -> None:
        """Act on what a phone reports and asks."""
        connection = link.owner
        if connection.reports.spend(max(len(packet), _LEAST_REPORT), self._time()):
            self.feedback.take(connection, packet)
        else:
            self.engine.counters["drop_flood"] += 1
