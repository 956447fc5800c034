"""Empty files that say of which sittings all partings are stored, beside the workers' sockets.

They lie on this host: an app that takes over from another host finds none, and is careful.
"""

import asyncio
import logging
import os
from collections.abc import Set as AbstractSet
from pathlib import Path

from server.domain.ids import SessionId

log = logging.getLogger(__name__)


class PartingFiles:
    """One empty file a sitting in `folder`; see `ports.parting`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.error("%s: a parting would be lost with this app: %s", file.name, error.strerror)  # noqa: TRY400 - never its trace
