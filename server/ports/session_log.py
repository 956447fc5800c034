"""What the core asks of the store for the session logs, and the tree over all of them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from server.domain.checkpoint import Checkpoint
from server.domain.ids import CaseId
from server.domain.session_log import Entry, Happening, Link
from server.domain.tree import Edge, Spot


class SessionLog(Protocol):
    """The hash chains. Entries can only be appended; the database refuses the rest."""

    async def append(
        self, case: CaseId, what: Sequence[Happening], at: datetime
    ) -> Sequence[Entry]: ...
    async def of_case(self, case: CaseId, kinds: Collection[str] = ()) -> Sequence[Entry]:
        """Return the case's entries, with `kinds` those of them alone."""
        ...

    def pages(self, case: CaseId, kinds: Collection[str] = ()) -> AsyncIterator[Sequence[Entry]]:
        """Yield them in order, as many at a time as may be worked on in one turn of the loop."""
        ...

    async def head(self, case: CaseId) -> Entry | None: ...


class LogTree(Protocol):
    """The tree over all session logs. Places and checkpoints are only ever added."""

    async def waiting(self) -> Sequence[CaseId]:
        """Return the cases with committed entries that have no place yet, oldest first."""
        ...

    async def place(self, case: CaseId, limit: int) -> int:
        """Give up to `limit` entries of a case their places and return how many.

        Raises BrokenChainError where they do not follow those placed before.
        """
        ...

    async def edge(self) -> Edge: ...
    async def nodes(self, spots: Collection[Spot]) -> Mapping[Spot, bytes]: ...
    async def positions(self, case: CaseId, until: int) -> Sequence[int]:
        """Return the places of the case's first `until` entries, as many as have one."""
        ...

    async def links(self, begin: int, limit: int) -> Sequence[Link]:
        """Return what entries are checked by, in the order of the tree from a position on."""
        ...

    async def latest(self) -> Checkpoint | None: ...
    async def latest_at(self) -> datetime | None: ...
    async def covering(self, size: int) -> Checkpoint | None:
        """Return the first checkpoint of a tree at least so large."""
        ...

    async def keep(self, checkpoint: Checkpoint, at: datetime) -> bool:
        """Keep a checkpoint; False where a larger tree's, or this one's, is kept already."""
        ...

    async def keep_stamp(self, size: int, token: bytes, at: datetime) -> bytes:
        """Keep the time stamp of the checkpoint of this size; return the one that is kept."""
        ...

    async def stamp_of(self, size: int) -> bytes | None:
        """Return the time stamp of the checkpoint of this size, None where it has none yet."""
        ...

    async def unstamped(self, after: int, limit: int) -> Sequence[Checkpoint]:
        """Return checkpoints of more than `after` entries without a time stamp, oldest first."""
        ...

    async def shown_to(self, witness: str) -> tuple[int, bool]:
        """Return the size of what a witness took last, 0 for none, and whether it was stamped."""
        ...

    async def keep_shown(self, witness: str, size: int, stamped: bool) -> None:  # noqa: FBT001
        """Keep what a witness took last."""
        ...
