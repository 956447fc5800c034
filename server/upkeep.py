"""What an operator does beside the server: copy everything, replace the key."""

from contextlib import AbstractContextManager

from server.archive.backups import Backups
from server.config import Settings, environment
from server.documents.key_files import FileKeys
from server.store.keys import (
    KeyInUseError,
    UnfinishedRotationError,
    in_use,
    load_or_create,
    next_of,
    settle,
)
from server.store.rotation import rotate
from server.store.snapshots import snapshots
from server.system import SystemIds

SAID = {
    KeyInUseError.code: (
        "服务正在运行，或者另一个命令正在用密钥。请先停下再试。",
        "A server or another command uses the key: stop it first.",
    ),
    UnfinishedRotationError.code: (
        "上次更换主密钥没有完成，请再运行一次 heyi rotate-key。",
        "Replacing the key was not finished: run heyi rotate-key again.",
    ),
}
"""Refusals of the keys in the operator's words, by code."""


def backups(settings: Settings) -> Backups:
    """Return what copies the data folder and its database."""
    return Backups(settings.data, snapshots(settings.database, environment()))


def keys_in_use(settings: Settings) -> AbstractContextManager[None]:
    """Hold the keys, so that nobody replaces them meanwhile. Raises KeyInUseError."""
    return in_use(settings.keys / "kek")


async def rotate_key(settings: Settings) -> int:
    """Replace the key that wraps all others; return how many keys were wrapped again.

    Killed at any point it is run again. Raises KeyInUseError beside a running server.
    """
    kek = settings.keys / "kek"
    with in_use(kek, alone=True):
        old, new = load_or_create(kek), load_or_create(next_of(kek))
        wrapped = await rotate(settings.database, old, new, SystemIds())
        FileKeys(settings.keys, old).rekey(FileKeys(settings.keys, new))
        settle(kek)
    return wrapped
