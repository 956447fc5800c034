"""A part of the composition root: media workers, and the children that touch recordings."""

from datetime import datetime

from server.archive.grids import LocalGrids
from server.config import Settings
from server.documents.fonts import FontFolders, faces
from server.media.address import announced
from server.media.client import WorkerClient
from server.media.epochs import new_epoch
from server.media.settings import DoorSettings, WorkerSettings
from server.media.tapes import Tapes
from server.media.trust import trust
from server.media.ways import LocalWay, RemoteWay
from server.media.workers import Workers
from server.recorder import grid_command, write_command
from server.setting_forms import SettingsError

_MB = 1024 * 1024


def worker_settings(
    settings: Settings, number: int = 0, *, listen: tuple[str, int] | None = None
) -> WorkerSettings:
    """Return what a media worker is told: its number here, and where to listen for a far app."""
    return WorkerSettings(
        control=settings.control_of(number),
        door=None if listen is None else _door(settings, *listen),
        bind=settings.media_bind,
        port=settings.media_port + number if settings.media_port else 0,
        announced=announced(settings.media_bind, settings.media_address),
        engine=settings.media_engine,
        recorder=_writer(settings) if listen is None else (),
    )


def _door(settings: Settings, host: str, port: int) -> DoorSettings:
    secret = settings.shared_secret()
    if not secret:
        raise SettingsError("--listen needs HEYI_MEDIA_SECRET or HEYI_MEDIA_SECRET_FILE")
    return DoorSettings(host=host, port=port, trust=trust(secret, "worker"))


def app_epoch(settings: Settings, now: datetime) -> int:
    """Return the epoch of this start of the app, kept beside the workers' sockets."""
    return new_epoch(settings.control_of(0).with_name("epoch"), now)


def media_workers(settings: Settings, *, epoch: int) -> Workers:
    """Return every media worker that this app is told of, by the name that figures give it."""
    here = {
        str(number): WorkerClient(LocalWay(settings.control_of(number)), epoch=epoch)
        for number in range(settings.media_workers)
    }
    return Workers(here | (_far(settings, epoch) if settings.remote else {}))


def _far(settings: Settings, epoch: int) -> dict[str, WorkerClient]:
    proof, writer = trust(settings.shared_secret(), "app"), _writer(settings)
    ways = [RemoteWay(host=host, port=port, trust=proof) for host, port in settings.remote]
    return {way.name: WorkerClient(way, epoch=epoch, tapes=Tapes(writer)) for way in ways}


def grids(settings: Settings, fonts: FontFolders) -> LocalGrids:
    """Return the films of all participants, drawn by a child."""
    return LocalGrids(settings.media, grid_command(_reserve(settings)), faces(fonts))


def _writer(settings: Settings) -> tuple[str, ...]:
    return write_command(settings.media, _reserve(settings))


def _reserve(settings: Settings) -> int:
    return settings.recording_reserve_mb * _MB
