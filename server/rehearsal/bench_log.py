"""How long it takes to check the whole log: every case's chain and the tree over all of them.

The log lies in a database, as it does in an office: what is measured reads it too.
"""

import asyncio
import gc
import time
from datetime import UTC, datetime

from server.domain.ids import CommitteeId
from server.domain.log_check import LogCheck
from server.domain.session_log import happened
from server.rehearsal.bench_records import empty_store, found_committee, invented_case
from server.store.store import SqlStore
from server.usecases.log_tree import ALONE, read_through

AT = datetime(2025, 3, 14, 3, 35, tzinfo=UTC)
COMMITTEE = CommitteeId("bench")
PER_CASE = 200
GOAL_S = 10.0
MILLION = 1_000_000


async def bench_log(entries: int) -> dict[str, object]:
    """Return the seconds that reading and checking `entries` invented entries takes."""
    async with empty_store() as store:
        begun = time.perf_counter()
        await _fill(store, entries)
        filled = time.perf_counter() - begun
        gc.freeze()  # as the server does, and `heyi restore`
        check, begun, busy = LogCheck(), time.perf_counter(), time.process_time()
        await read_through(store, check, ALONE, asyncio.sleep)
        return {
            "entries": check.finish().size,
            "goal_s": GOAL_S * entries / MILLION,
            "check_s": round(time.perf_counter() - begun, 2),
            "check_cpu_s": round(time.process_time() - busy, 2),
            "filled_s": round(filled, 1),
        }


async def _fill(store: SqlStore, entries: int) -> None:
    """Log and place entries as they are in a case, one case after the other."""
    await found_committee(store, COMMITTEE)
    for begin in range(0, entries, PER_CASE):
        case = invented_case(COMMITTEE, begin // PER_CASE)
        what = [
            happened("signature.made", f"{n:032x}", digest=f"{n:064x}", version=1)
            for n in range(begin, min(entries, begin + PER_CASE))
        ]
        async with store.write() as uow:
            await uow.cases.add(case)
            await uow.log.append(case.id, what, AT)
            await uow.tree.place(case.id, PER_CASE)
