"""Who sits in whose slot, and the edge table that follows from it: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain.audience import Pair
from server.domain.ids import ConnectionId, SeatId
from server.ports.media import SLOTS, Edge

Slots = Mapping[SeatId, Mapping[SeatId, int]]


@dataclass(frozen=True, slots=True)
class Legs:
    """A seat's connections: its media come from `source`; what it hears goes to all `listening`."""

    source: ConnectionId
    listening: tuple[ConnectionId, ...]


def assign(before: Slots, pairs: Iterable[Pair]) -> Slots:
    """Return the slots of every listener; a source keeps its slot while it is heard.

    More sources than slots leaves the last ones without one: they are not heard, and
    the audience says so, because it is made of what has a slot.
    """
    sources: dict[SeatId, list[SeatId]] = {}
    for source, listener in sorted(pairs):
        sources.setdefault(listener, []).append(source)
    return {who: _seat(before.get(who, {}), heard) for who, heard in sources.items()}


def _seat(before: Mapping[SeatId, int], heard: list[SeatId]) -> Mapping[SeatId, int]:
    kept = {source: before[source] for source in heard if source in before}
    free = [slot for slot in range(SLOTS) if slot not in kept.values()]
    fresh = (source for source in heard if source not in kept)
    return kept | dict(zip(fresh, free, strict=False))


def edges(
    slots: Slots, legs: Mapping[SeatId, Legs], ranks: Mapping[SeatId, int]
) -> frozenset[Edge]:
    """Return the edge table: a slot whose both ends have a connection is an edge to each of them.

    `ranks` say whose pictures wait first where a line is weak.
    """
    return frozenset(
        Edge(
            source=legs[source].source,
            subscriber=subscriber,
            slot=slot,
            rank=ranks.get(source, 0),
        )
        for listener, heard in slots.items()
        for source, slot in heard.items()
        if source in legs and listener in legs
        for subscriber in legs[listener].listening
    )


def heard(slots: Slots, legs: Mapping[SeatId, Legs]) -> frozenset[Pair]:
    """Return the pairs that these slots and connections make real."""
    return frozenset(
        (source, listener)
        for listener, sources in slots.items()
        for source in sources
        if source in legs and listener in legs
    )
