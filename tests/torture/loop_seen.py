"""What was seen of a served app's loop: how much of what it may take each turn and tick took.

What the machine did meanwhile is taken off (machine.py).
"""

import logging

from tests.torture.machine import Machine, stalled
from tests.torture.served import Served

log = logging.getLogger(__name__)
KINDS = "worked", "kept", "stood"
"""A turn worked, a tick was kept by its process's work, or both stood still."""


class Seen:
    """How much of what it may take each took, where, and while what was done."""

    def __init__(self, witnesses: Machine) -> None:
        self.turns, self.ticks = 0, 0
        self.witnesses = witnesses
        self.delays: dict[str, list[tuple[float, str, str]]] = {name: [] for name in KINDS}

    async def add(self, served: Served, did: str) -> None:
        """Have told what was seen since the last time."""
        await served.ready()  # by then the turn of the last answer is over
        seen = await served.watched()
        self.turns, self.ticks = self.turns + seen["turns"], self.ticks + seen["ticks"]
        stalls = await self.witnesses.stalls()
        for name, known in self.delays.items():
            for seconds, may_be, where, since, until in seen[name]:
                most = max(stalled(since, until, one, queued=name == "stood") for one in stalls)
                known.append((max(0.0, seconds - most) / may_be, where, did))

    def most(self, kind: str) -> tuple[float, str, str]:
        """Return what took most of what it may."""
        return max(self.delays[kind], default=(0.0, "", ""))

    def long(self) -> dict[str, tuple[float, str, str]]:
        """Return of each kind what was longest, if it was longer than it may be."""
        for name, known in self.delays.items():
            log.info("most %s: %s", name, sorted(known, reverse=True)[:5])
        return {name: self.most(name) for name in KINDS if self.most(name)[0] > 1}
