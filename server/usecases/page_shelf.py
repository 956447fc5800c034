"""Keeps the pictures of the pages shown last, so that a page is drawn once for everybody."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from server.usecases.turns import Turns

WIDTHS = (120, 240, 480, 720, 1080, 1440, 2000)
READABLE = 480
"""Pixels from which on a page counts as shown, not as a thumbnail."""

KEPT = 16
"""Documents in one width; a few hundred kilobytes each."""

Draw = Callable[[], Awaitable[list[bytes]]]


def width_for(asked: int) -> int:
    """Return the narrowest width we draw that is not narrower than asked for."""
    return next((width for width in WIDTHS if width >= asked), WIDTHS[-1])


class PageShelf:
    """Pictures by the SHA-256 of their PDF and their width, the least used dropped first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._shelf: OrderedDict[tuple[str, int], list[bytes]] = OrderedDict()
        self._turns = Turns()

    async def pages(self, sha256: str, width: int, draw: Draw) -> list[bytes]:
        """Return the pages, drawing them if nobody has; whoever asks meanwhile waits."""
        key = (sha256, width)
        lock = self._turns.of(f"{sha256} {width}")
        async with lock:
            if key not in self._shelf:
                self._shelf[key] = await draw()
            self._shelf.move_to_end(key)
            while len(self._shelf) > self._kept:
                self._shelf.popitem(last=False)
            return self._shelf[key]

    def clear(self) -> None:
        """Keep no picture any more: some are of what was destroyed."""
        self._shelf.clear()
