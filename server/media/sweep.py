"""When a worker looks for what gone connections left behind: seldom, as media stand still then.

Connections are cycles, which only Python's collector frees. Left alone it looks whenever some
objects came that did not go, and through all that are new. Each packet kept to be sent again is
one, and they are new all the time: with 48 rooms a look takes 10 to 75 ms (docs/bench.md).
"""

import gc
from collections.abc import Callable
from typing import Final

MANY: Final = 100
"""Gone connections for which a busy worker stands still once: some 20 MB."""
_IN_NEED: Final = 50_000
"""Objects that came and did not go: not so many rooms come in at once, unless something leaks."""

Collect = Callable[[], object]


def seldom() -> Collect:
    """Let this process look by itself in need alone; return what to call instead.

    What is loaded by now stays, and is looked through no more.
    """
    gc.freeze()
    gc.set_threshold(_IN_NEED)
    return gc.collect


class Sweep:
    """Looks once nobody is here, and else once MANY have gone."""

    def __init__(self, collect: Collect) -> None:
        """Begin before anybody went."""
        self._collect = collect
        self._looked_at = 0

    def look(self, gone: int, *, anybody: bool) -> None:
        """Collect if it is time: `gone` connections ever, and `anybody` who is still here."""
        if gone - self._looked_at >= (MANY if anybody else 1):
            self._looked_at = gone
            self._collect()
