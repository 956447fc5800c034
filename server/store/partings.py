"""Empty files that say of which sittings all partings are stored, beside the workers' sockets.

They lie on this host: an app that takes over from another host finds none, and is careful. What it
left here itself counts no more once another app has served the database since.
"""

import asyncio
import logging
import os
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from server.domain.ids import SessionId

log = logging.getLogger(__name__)


class PartingFiles:
    """One empty file a sitting in `folder`; see `ports.parting`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = folder.with_name(f"{folder.name}-at")

    async def begin(self, start: int | None) -> None:
        """Keep the files if the last start on the database was this folder's; None: who knows.

        An app elsewhere knows of partings that these files have never heard of.
        """
        await asyncio.to_thread(self._begin, start)

    async def stored(self, session: SessionId) -> None:
        """Make the file. It need not outlast a power cut: without it the sitting is in doubt."""
        await asyncio.to_thread(_made, self._of(session))

    async def owed(self, session: SessionId) -> None:
        """Take the file away, so that a power cut does not bring it back."""
        await asyncio.to_thread(_gone, self._of(session))

    async def in_doubt(self, session: SessionId) -> bool:
        """Return whether there is no such file."""
        return not await asyncio.to_thread(self._of(session).exists)

    async def forget(self, but: AbstractSet[SessionId]) -> None:
        """Take away what sittings left that are over."""
        await asyncio.to_thread(self._sweep, but)

    def _begin(self, start: int | None) -> None:
        if start is None or _number(self._last) != start - 1:
            self._sweep(frozenset())
            _durable(self._folder)
        if start is not None:
            _noted(self._last, start)

    def _of(self, session: SessionId) -> Path:
        return self._folder / str(session)

    def _sweep(self, but: AbstractSet[SessionId]) -> None:
        for file in self._folder.glob("*"):
            if SessionId(file.name) not in but:
                file.unlink(missing_ok=True)


def _made(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        log.warning("%s: everybody will be let in anew after a stop: %s", file.name, error.strerror)


def _gone(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
        _durable(file.parent)
    except OSError as error:
        log.error("%s: a parting would be lost with this app: %s", file.name, error.strerror)  # noqa: TRY400 - never its trace


def _durable(folder: Path) -> None:
    with suppress(FileNotFoundError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _noted(file: Path, start: int) -> None:
    """Write it; half written or lost it only makes the next start careful."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(str(start), encoding="ascii")
    except OSError as error:
        log.warning("%s: everybody will be let in anew after a stop: %s", file, error.strerror)
