"""When the mediator spoke with one side alone, as a case's log tells it.

The log holds beginning and end of every caucus and nothing of what was said in it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.case import Side
from server.domain.session import SpaceKind
from server.domain.session_log import Entry

CAUCUS_ENDS = frozenset(
    {
        "room.open",
        "room.close",
        "room.lobby",
        "session.open",
        "session.pause",
        "session.resume",
        "session.freeze",
        "session.takeover",
        "session.adjourn",
        "session.close",
        "session.stopped",
    }
)
_TICK = timedelta(milliseconds=1)
"""The log cuts its times off after the millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caucus:
    """One private talk; `until` is None while it lasts."""

    side: Side
    since: datetime
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Return whether the moment may lie in it: in doubt it does."""
        return self.since <= moment and (self.until is None or moment < self.until + _TICK)


def caucuses(entries: Iterable[Entry]) -> tuple[Caucus, ...]:
    """Return every caucus of a case, in order."""
    found: list[Caucus] = []
    begun: tuple[Side, datetime] | None = None
    for body in (json.loads(entry.body) for entry in entries):
        if body["kind"] not in CAUCUS_ENDS:
            continue
        at = datetime.fromisoformat(body["at"])
        if begun is not None:
            found.append(Caucus(side=begun[0], since=begun[1], until=at))
        begun = _begun(body["kind"], body["facts"], at)
    if begun is not None:
        found.append(Caucus(side=begun[0], since=begun[1], until=None))
    return tuple(found)


def _begun(kind: str, facts: dict[str, str], at: datetime) -> tuple[Side, datetime] | None:
    if kind != "room.open" or facts["space"] != SpaceKind.CAUCUS:
        return None
    return Side(facts["side"]), at
