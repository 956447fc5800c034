"""The data folder as every process finds it, before anything of the app is loaded."""

import os

from server.archive.backups import UNFINISHED
from server.config import Settings
from server.ports.backup import BackupError
from server.setting_forms import SettingsError


def expect_folder(settings: Settings) -> None:
    """Raise SettingsError where the data folder cannot be written, nor a folder made for it."""
    places = (settings.data, *settings.data.parents)
    # Path.exists() raises below a folder that may not be entered, in this Python.
    there = next(one for one in places if os.path.exists(one))  # noqa: PTH110
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return
    raise SettingsError(
        f"HEYI_DATA: {settings.data} cannot be written: name a folder that this account may write",
        f"HEYI_DATA：{settings.data} 写不进去。请指定一个本账号可写的文件夹。",
    )


def prepare_folders(settings: Settings) -> None:
    """Make the data folder's parts; keys and sockets are for this account alone.

    Raises BackupError where a restore into it was begun and not finished.
    """
    if (settings.data / UNFINISHED).exists():
        raise BackupError(reason="unfinished")
    private = dict.fromkeys(("keys", "run", "media", "spool"), 0o700)
    for name, mode in {**private, "records": 0o755}.items():
        (settings.data / name).mkdir(mode=mode, parents=True, exist_ok=True)
