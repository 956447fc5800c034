"""What every room is given by the registry."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from server.domain.jurisdiction.pack import JurisdictionPack
from server.ports.media import MediaRouter
from server.ports.parting import Partings
from server.ports.recording import RecordingHeads
from server.ports.store import Store
from server.ports.system import Clock, Ids
from server.rooms.view import SceneReader, Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPorts:
    """The world of a room. `epoch` orders this app's edge tables after older apps'.

    `numbers` order all tables of this app: whichever room asks, and however often it was opened
    anew, the worker finds no table older than the one it has.
    """

    clock: Clock
    ids: Ids
    store: Store
    media: MediaRouter
    recordings: RecordingHeads
    partings: Partings
    read_scene: SceneReader
    teller: Callable[[], Teller]
    epoch: int
    pack: JurisdictionPack
    numbers: Iterator[int] = field(default_factory=partial(itertools.count, 1))
    grace: float = 20.0
    media_patience: float = 5.0
