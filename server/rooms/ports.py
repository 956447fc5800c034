"""What every room is given by the registry."""

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.jurisdiction.pack import JurisdictionPack
from server.ports.media import MediaRouter
from server.ports.recording import RecordingHeads
from server.ports.store import Store
from server.ports.system import Clock, Ids
from server.rooms.view import SceneReader, Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPorts:
    """The world of a room. `epoch` orders this app's edge tables after older apps'.

    `consents` are the scopes that the pack asks for.
    """

    clock: Clock
    ids: Ids
    store: Store
    media: MediaRouter
    recordings: RecordingHeads
    read_scene: SceneReader
    teller: Callable[[], Teller]
    epoch: int
    pack: JurisdictionPack
    rights_blocks: int
    consents: tuple[str, ...]
    grace: float = 20.0
    media_patience: float = 5.0
