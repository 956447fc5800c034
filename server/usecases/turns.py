"""Lets only one at a time do a piece of long work, without holding up its case's room."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """One lock for each name, kept only while somebody waits for it or holds it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """Return the lock of that name."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock
