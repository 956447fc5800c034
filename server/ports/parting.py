"""What the app that comes after this one must know of people who were parted."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from server.domain.ids import SessionId


class Partings(Protocol):
    """Whether all that parted people in a sitting is in the store.

    What says so is there while all is well, and taken away where something is owed. That takes no
    room on a full disk; and whatever is missing, for whatever reason, is in doubt.
    """

    async def stored(self, session: SessionId) -> None:
        """Say that all is stored. Where that cannot be said, the sitting stays in doubt."""
        ...

    async def owed(self, session: SessionId) -> None:
        """Say, so that it outlives this app, that something is not stored."""
        ...

    async def in_doubt(self, session: SessionId) -> bool:
        """Return whether something may have been lost with an earlier app."""
        ...

    async def forget(self, but: AbstractSet[SessionId]) -> None:
        """Keep nothing of sittings other than these."""
        ...
