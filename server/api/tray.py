"""Holds what strangers present while it is judged: small in memory, large on the disk, then gone.

Few large bodies at once, one for each address, so that nobody fills the disk or takes every
place; the ordinary record of under one MiB needs none.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from server.api.throttle import TooFastError
from server.domain.errors import TooLargeError
from server.ports.disk import refusing_when_full
from server.ports.system import Ids
from server.usecases.attach_signed_paper import MOST_BYTES

LARGEST = MOST_BYTES + 28 * 1024 * 1024
"""Bytes of a package: all scans that a text may have, with room for the rest of its record."""

IN_MEMORY = 1024 * 1024
PLACES = 4
PATIENCE_S = 600
"""Seconds that a large body may take to arrive: at 2 Mbit/s it does."""

_AGAIN_S = 60


class Tray:
    """A folder that holds large bodies of others for moments, and nothing else."""

    def __init__(self, folder: Path, ids: Ids) -> None:
        """Nothing is made before the first large body."""
        self._folder, self._ids = folder, ids
        self._taken = dict[str, Path]()

    def clear(self) -> None:
        """Remove what a server that was killed has left there."""
        for left in self._folder.glob("*.presented"):
            left.unlink(missing_ok=True)

    @asynccontextmanager
    async def lend(self, address: str) -> AsyncIterator["Dish"]:
        """Lend what takes one body; whatever it held is gone afterwards.

        Raises TooFastError where a body that arrives so slowly keeps its place from others;
        judging it, once it is whole, may take longer.
        """
        dish = Dish(self, address)
        try:
            async with asyncio.timeout(PATIENCE_S) as dish.patience:
                yield dish
        except TimeoutError:
            raise _no_place() from None
        finally:
            if dish.place is not None:
                del self._taken[address]
                dish.place.unlink(missing_ok=True)

    def claim(self, address: str) -> Path:
        """Return an empty file; TooFastError where all places, or the address's own, are taken."""
        if address in self._taken or len(self._taken) >= PLACES:
            raise _no_place()
        place = self._folder / f"{self._ids.new()}.presented"
        _make(place)
        self._taken[address] = place
        return place


class Dish:
    """Takes one body piece by piece."""

    def __init__(self, tray: Tray, address: str) -> None:
        """Begin in memory."""
        self._tray, self._address = tray, address
        self._held = bytearray()
        self.place: Path | None = None
        """The file that holds it, once it is large."""
        self.patience = asyncio.timeout(None)
        self._size = 0

    async def take(self, piece: bytes) -> None:
        """Take one more piece. Raises TooLargeError, TooFastError, DiskFullError."""
        self._size += len(piece)
        if self._size > LARGEST:
            raise TooLargeError(limit=LARGEST)
        self._held += piece
        if len(self._held) > IN_MEMORY:
            await self._put_down()

    async def whole(self) -> bytes | Path:
        """Return the body, or the file that holds it until the dish is given back."""
        self.patience.reschedule(None)
        if self.place is None:
            return bytes(self._held)
        await self._put_down()
        return self.place

    async def _put_down(self) -> None:
        if self.place is None:
            self.place = self._tray.claim(self._address)
        piece, self._held = bytes(self._held), bytearray()
        await asyncio.to_thread(_append, self.place, piece)


def _make(place: Path) -> None:
    with refusing_when_full():
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.touch(mode=0o600, exist_ok=False)


def _append(place: Path, piece: bytes) -> None:
    # Opened each time and never made: who was called away meanwhile leaves nothing behind.
    with refusing_when_full(), place.open("r+b") as body:
        body.seek(0, 2)
        body.write(piece)


def _no_place() -> TooFastError:
    return TooFastError(retry_after_s=_AGAIN_S, reason="no_place")


TRAY = web.AppKey("tray", Tray)
