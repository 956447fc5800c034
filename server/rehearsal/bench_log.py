"""How long it takes to check the whole log: every case's chain and the tree over all of them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from server.domain.ids import CaseId
from server.domain.log_check import LogCheck
from server.domain.session_log import Entry, chain, happened

AT = datetime(2025, 3, 14, 3, 35, tzinfo=UTC)
PER_CASE = 200
PIECE = 20_000
GOAL_S = 10.0
MILLION = 1_000_000


def bench_log(entries: int) -> dict[str, object]:
    """Return the seconds that checking `entries` invented entries takes.

    Without reading them from a database: what is checked lies in memory, piece by piece.
    """
    log, check, wall, cpu = _log(entries), LogCheck(), 0.0, 0.0
    while piece := list(islice(log, PIECE)):
        begun, busy = time.perf_counter(), time.process_time()
        for entry in piece:
            check.add(entry)
        wall += time.perf_counter() - begun
        cpu += time.process_time() - busy
    return {
        "entries": check.finish().size,
        "goal_s": GOAL_S * entries / MILLION,
        "check_s": round(wall, 2),
        "check_cpu_s": round(cpu, 2),
    }


def _log(entries: int) -> Iterator[Entry]:
    """Make entries as they are in a case, one case after the other."""
    last: Entry | None = None
    for number in range(entries):
        case = CaseId(f"{number // PER_CASE:032x}")
        what = happened("signature.made", f"{number:032x}", digest=f"{number:064x}", version=1)
        last = chain(case, last if number % PER_CASE else None, what, AT)
        yield last
