"""Session logs as they are shown: ids, codes and digests, with the names the reader may know."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from server.api.schemas import log as wire
from server.domain.session_log import Entry
from server.usecases.see_logs import CaseLog, FoundLogs, LogLine

AT_ONCE = 100


def log_list(found: FoundLogs) -> wire.LogList:
    """Return one page of logs."""
    return wire.LogList(
        logs=[_row(line) for line in found.lines],
        total=found.total,
        page=found.page,
        checkpoint=_checkpoint(found),
    )


def _row(line: LogLine) -> wire.LogRow:
    last = line.last
    return wire.LogRow(
        case_id=line.case.id,
        case_no=line.case.case_no,
        registered_at=line.case.created_at,
        entries=last.seq if last else 0,
        last_at=datetime.fromisoformat(json.loads(last.body)["at"]) if last else None,
    )


def _checkpoint(found: FoundLogs) -> wire.LogCheckpoint | None:
    if found.checkpoint is None or found.signed_at is None:
        return None
    return wire.LogCheckpoint(
        origin=found.checkpoint.origin,
        size=found.checkpoint.head.size,
        at=found.signed_at,
        stamped=found.stamped,
    )


async def log_json(log: CaseLog, breathe: Callable[[], Awaitable[None]]) -> bytes:
    """Return the session log as it was hashed, with the actors' names beside it: a `LogView`.

    It may have thousands of entries; a turn of the loop writes a hundred of them.
    """
    frame = wire.LogView(
        case_no=log.case.case_no,
        entries=[],
        head=log.head,
        names=dict(log.names),
        covered=log.covered,
    )
    before, mark, after = frame.model_dump_json().partition('"entries":[')
    pieces = []
    for begin in range(0, len(log.entries), AT_ONCE):
        some = log.entries[begin : begin + AT_ONCE]
        pieces.append(",".join(_entry(one, log.names).model_dump_json() for one in some))
        await breathe()
    return f"{before}{mark}{','.join(pieces)}{after}".encode()


def _entry(entry: Entry, names: Mapping[str, str]) -> wire.LogEntryView:
    body = json.loads(entry.body)
    return wire.LogEntryView(
        seq=entry.seq,
        at=datetime.fromisoformat(body["at"]),
        kind=body["kind"],
        actor=body["actor"],
        actor_name=names.get(body["actor"], ""),
        facts=body["facts"],
        hash=entry.hash,
    )
