"""Whatever happens in whatever order: open is exactly what the newest table holds."""

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import booleans, dictionaries, sampled_from, tuples

from server.domain.ids import ConnectionId
from server.media.connection import Connection
from server.media.formats import Kind
from server.media.settings import WorkerSettings
from server.media.table import Room
from server.ports.media import SLOTS, BadTableError, Edge, StaleTableError, TableVersion
from tests.media.conftest import ROOM

NAMES = tuple(ConnectionId(name) for name in "abm")
SETTINGS = WorkerSettings(control=Path("unused"))

Flow = tuple[ConnectionId, ConnectionId, int, Kind]
Drawn = dict[tuple[ConnectionId, int], tuple[ConnectionId, bool, bool]]
# Few names and slots, so that the same slot often changes hands.
drawn_edges = dictionaries(
    tuples(sampled_from(NAMES), sampled_from((0, SLOTS - 1))),
    tuples(sampled_from(NAMES), booleans(), booleans()),
    max_size=4,
)


def edges_of(drawn: Drawn) -> frozenset[Edge]:
    return frozenset(
        Edge(source=source, subscriber=subscriber, slot=slot, audio=audio, video=video)
        for (subscriber, slot), (source, audio, video) in drawn.items()
        if source != subscriber
    )


class Tables(RuleBasedStateMachine):
    """A room under joins, leaves, tables and suspensions, beside the plain definition of it."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(ROOM)
        self.wanted: frozenset[Edge] = frozenset()
        self.n = 0
        for name in NAMES:
            self.join(name)

    @rule(name=sampled_from(NAMES))
    def join(self, name: ConnectionId) -> None:
        if name not in self.room.connections:
            self.room.connections[name] = Connection(
                room=ROOM, identity=name, settings=SETTINGS, now=0
            )
        self._apply()

    @rule(name=sampled_from(NAMES))
    def leave(self, name: ConnectionId) -> None:
        gone = self.room.connections.pop(name, None)
        if gone is not None:
            for downlink in gone.downlinks.values():
                downlink.close()
            for uplink in gone.uplinks.values():
                for downlink in list(uplink.downlinks):
                    downlink.close()

    @rule(drawn=drawn_edges, older=booleans())
    def route(self, drawn: Drawn, older: bool) -> None:
        edges = edges_of(drawn)
        version = TableVersion(epoch=1, n=self.n if older else self.n + 1)
        try:
            self.room.accept(version, edges)
        except (BadTableError, StaleTableError):
            return
        self.n, self.wanted = version.n, edges
        self._apply()

    @rule()
    def suspend(self) -> None:
        self.room.suspended = True
        self.wanted = frozenset()
        self._apply()

    def _apply(self) -> None:
        self.room.cut()
        self.room.open()

    @invariant()
    def open_is_what_the_newest_table_holds(self) -> None:
        here = self.room.connections
        expected = {
            (edge.source, edge.subscriber, edge.slot, kind)
            for edge in self.wanted
            if edge.source in here and edge.subscriber in here
            for kind, flows in ((Kind.AUDIO, edge.audio), (Kind.VIDEO, edge.video))
            if flows
        }
        assert self._open() == expected

    def _open(self) -> set[Flow]:
        owners = {
            id(uplink): name
            for name, connection in self.room.connections.items()
            for uplink in connection.uplinks.values()
        }
        return {
            (owners[id(downlink.source)], name, slot, kind)
            for name, connection in self.room.connections.items()
            for (slot, kind), downlink in connection.downlinks.items()
            if downlink.source is not None
        }


Tables.TestCase.settings = hypothesis_settings(max_examples=100, stateful_step_count=30)
TestTables = Tables.TestCase


def test_a_new_app_s_first_table_is_newer_than_any_of_the_old_one() -> None:
    room = Room(ROOM)
    room.accept(TableVersion(epoch=1, n=500), frozenset())
    room.accept(TableVersion(epoch=2, n=1), frozenset())
    with pytest.raises(StaleTableError):
        room.accept(TableVersion(epoch=1, n=501), frozenset())


def test_the_same_version_may_come_again_but_not_with_other_edges() -> None:
    room = Room(ROOM)
    edge = Edge(source=NAMES[0], subscriber=NAMES[1], slot=0)
    room.accept(TableVersion(epoch=1, n=1), frozenset({edge}))
    room.accept(TableVersion(epoch=1, n=1), frozenset({edge}))
    with pytest.raises(StaleTableError):
        room.accept(TableVersion(epoch=1, n=1), frozenset())
