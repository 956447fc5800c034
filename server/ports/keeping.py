"""Which closed cases are asked for, when somebody looks after the files that are kept."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.ids import CommitteeId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBefore:
    """Cases of some kinds of dispute that were closed before a moment, kept for `years`."""

    dispute_types: frozenset[str]
    years: int
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingQuery:
    """Closed cases of a committee that somebody holds back, or that are in one of `due`."""

    committee_id: CommitteeId
    due: tuple[ClosedBefore, ...]
    page: int = 1
    page_size: int = 20
