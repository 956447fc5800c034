"""Partings of apps that never die."""

from collections.abc import Set as AbstractSet

from server.domain.ids import SessionId


class NoPartings:
    """Of no sitting anything is in doubt."""

    async def stored(self, session: SessionId) -> None: ...

    async def owed(self, session: SessionId) -> None: ...

    async def in_doubt(self, session: SessionId) -> bool:
        del session
        return False

    async def forget(self, but: AbstractSet[SessionId]) -> None: ...
