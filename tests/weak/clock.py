"""An event loop whose time leaps to the next timer: a minute takes as long as its work does."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Never waits: where it would have, the loop's clock goes on."""

    loop: "LeapingLoop"

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.loop.now += timeout
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Leaping()
        super().__init__(selector)
        selector.loop = self
        self.now = 1000.0

    def time(self) -> float:
        return self.now


def leap(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(work)
