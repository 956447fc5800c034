"""A timer that runs only while something waits."""

import asyncio
from collections.abc import Callable


class Lasting:
    """Calls `look` every so many seconds for as long as it says that something still waits."""

    def __init__(self, every_s: float, look: Callable[[], bool]) -> None:
        """It sleeps until `start`."""
        self._every_s, self._look = every_s, look
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look in so many seconds, unless that is to come already."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._every_s, self._turn)

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn(self) -> None:
        self._timer = None
        if self._look():
            self.start()
