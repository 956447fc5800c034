"""A room's edge table: what is accepted, and which downlink listens to whom because of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.domain.ids import ConnectionId, RoomId
from server.media.connection import Connection
from server.media.downlink import Downlink
from server.media.engine import Link
from server.media.formats import Kind
from server.media.uplink import Uplink
from server.ports.media import BadTableError, Edge, Recorded, StaleTableError, TableVersion


@dataclass(slots=True)
class Room:
    """One room's connections and its newest table. Suspended: the table stands, nothing flows.

    `epoch` is that of the app which asked for anything in it last. `turn` says when its round
    comes: all rooms at once would let every packet wait.
    """

    identity: RoomId
    turn: int = 0
    epoch: int = 0
    connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    version: TableVersion | None = None
    edges: frozenset[Edge] = frozenset()
    suspended: bool = False
    recorded: Recorded | None = None

    def accept(
        self, version: TableVersion, edges: frozenset[Edge], recorded: Recorded | None = None
    ) -> None:
        """Take a table, or raise StaleTableError or BadTableError and keep the one before."""
        table = (version, edges, recorded)
        if self.version is not None:
            again = table == (self.version, self.edges, self.recorded)
            if version <= self.version and not again:
                raise StaleTableError(epoch=self.version.epoch, n=self.version.n)
        _check(edges)
        self.version, self.edges, self.recorded = table
        self.suspended = False

    def cut(self) -> set[Link]:
        """Close every downlink that the table does not hold; return whose they were."""
        wanted = self._wanted()
        cut = set()
        for place, downlink in self._downlinks():
            if downlink.source is not None and downlink.source is not wanted.get(place):
                downlink.close()
                cut.add(downlink.link)
        return cut

    def open(self) -> list[Downlink]:
        """Open what the table holds beyond what is open; return what was opened."""
        wanted = self._wanted()
        opened = []
        self._rank()
        for place, downlink in self._downlinks():
            source = wanted.get(place)
            if source is not None and downlink.source is None:
                downlink.open(source)
                opened.append(downlink)
        return opened

    def _rank(self) -> None:
        for edge in self.edges:
            if edge.subscriber in self.connections:
                subscriber = self.connections[edge.subscriber]
                subscriber.downlinks[edge.slot, Kind.VIDEO].rank = edge.rank

    def _wanted(self) -> Mapping[tuple[ConnectionId, int, Kind], Uplink]:
        if self.suspended:
            return {}
        return {
            (edge.subscriber, edge.slot, kind): self.connections[edge.source].uplinks[kind]
            for edge in self.edges
            if edge.source in self.connections
            for kind, flows in ((Kind.AUDIO, edge.audio), (Kind.VIDEO, edge.video))
            if flows
        }

    def _downlinks(self) -> Iterable[tuple[tuple[ConnectionId, int, Kind], Downlink]]:
        for identity, connection in self.connections.items():
            for (slot, kind), downlink in connection.downlinks.items():
                yield (identity, slot, kind), downlink


def _check(edges: frozenset[Edge]) -> None:
    if len({(edge.subscriber, edge.slot) for edge in edges}) != len(edges):
        raise BadTableError(reason="slot_taken")
    if len({(edge.source, edge.subscriber) for edge in edges}) != len(edges):
        raise BadTableError(reason="edge_twice")
