"""What the core asks of the store for the archive time stamps of sealed records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from server.domain.ids import CommitteeId, RecordId
from server.domain.renewal import ArchiveStamp, RenewalRules, StampCounts


class ArchiveStamps(Protocol):
    """How long each sealed record's archive time stamp lasts; `Register.add` adds them."""

    async def add(self, stamp: ArchiveStamp) -> None: ...
    async def get(self, record: RecordId) -> ArchiveStamp: ...
    async def save(self, stamp: ArchiveStamp, renewals: int) -> bool:
        """Store it; False, and nothing is, unless it had been renewed so often before."""
        ...

    async def due(
        self, rules: RenewalRules, now: datetime, after: RecordId | None, limit: int
    ) -> Sequence[ArchiveStamp]:
        """Return some that are due (`why_due`), in the order of their ids, after that one."""
        ...

    async def count(
        self, rules: RenewalRules, now: datetime, committee: CommitteeId | None = None
    ) -> StampCounts: ...

    async def troubled(self, committee: CommitteeId, limit: int) -> Sequence[ArchiveStamp]:
        """Return some of those that could not be renewed."""
        ...

    async def below_lta(self, committee: CommitteeId, limit: int) -> Sequence[ArchiveStamp]:
        """Return some of those whose seal is below B-LTA."""
        ...

    async def latest(self, committee: CommitteeId) -> datetime | None:
        """Return when a stamp was renewed last, None before the first."""
        ...
