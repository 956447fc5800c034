"""How long an officer waits: search and opening among many sealed records."""

import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from server.domain.case import Case
from server.domain.committee import Committee
from server.domain.ids import CaseId, CommitteeId, RecordId
from server.domain.register import RegisterEntry, RegisterQuery
from server.store.schema import migrate
from server.store.store import SqlStore, open_store
from server.system import SystemIds

SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢郭洪曾邱周叶廖"
GIVEN = "水根启航慧珍一帆建平书澜国栋春梅秀英志明永泉阿强美玲"
BATCH, SAMPLES = 2_000, 200
GOAL_P95_MS = 100.0
BEGIN = date(2016, 1, 1)
MS = 1000.0


@dataclass(frozen=True, slots=True)
class _Made:
    committee: CommitteeId
    store: SqlStore


async def bench_records(records: int) -> dict[str, object]:
    """Return search latencies in milliseconds over `records` invented records."""
    async with empty_store() as store:
        made = _Made(CommitteeId("bench"), store)
        filled = await _timed(lambda: _fill(made, records))
        return await _measure(made, records) | {"filled_s": round(filled, 1)}


@asynccontextmanager
async def empty_store() -> AsyncIterator[SqlStore]:
    """Give a store in a new SQLite file, which goes with it."""
    with tempfile.TemporaryDirectory(prefix="heyi-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'heyi.db'}"
        await migrate(url)
        store = await open_store(url, bytes(range(32)), SystemIds())
        try:
            yield store
        finally:
            await store.close()


async def _fill(made: _Made, records: int) -> None:
    await found_committee(made.store, made.committee)
    for start in range(0, records, BATCH):
        async with made.store.write() as uow:
            for n in range(start, min(records, start + BATCH)):
                await uow.cases.add(invented_case(made.committee, n))
                await uow.register.add(_entry(made.committee, n))


async def found_committee(store: SqlStore, committee: CommitteeId) -> None:
    """Keep a committee to which the invented cases belong."""
    async with store.write() as uow:
        await uow.committees.add(
            Committee(id=committee, name="测试", short_name="测试", number_prefix="测")
        )


def _name(n: int) -> str:
    at = n * 7919
    return SURNAMES[at % 20] + GIVEN[at // 20 % 26] + GIVEN[at // 520 % 26]


def invented_case(committee: CommitteeId, n: int) -> Case:
    """Return the n-th case."""
    return Case(
        id=CaseId(f"case{n:07d}"),
        committee_id=committee,
        case_no=f"测调受{n}",
        dispute_type="99",
        sub_type="",
        source="applied",
        matter="测试",
        summary="测试",
        created_at=datetime(2016, 1, 1, tzinfo=UTC),
        accepted_on=BEGIN,
        due_on=BEGIN,
    )


def _entry(committee: CommitteeId, n: int) -> RegisterEntry:
    year, serial = 2016 + n % 10, n // 10 + 1
    return RegisterEntry(
        record_id=RecordId(f"record{n:07d}"),
        case_id=CaseId(f"case{n:07d}"),
        committee_id=committee,
        number=f"测人调字〔{year}〕第{serial:03d}号",
        year=year,
        serial=serial,
        party_names=(_name(n), _name(n + 13)),
        dispute_type="99",
        sub_type="",
        amount=n * 137 % 50_000_000,
        sealed_at=datetime(2016, 1, 1, tzinfo=UTC) + timedelta(hours=n),
        effective_on=BEGIN + timedelta(days=n % 3650),
        confirmation_deadline=None,
        mediator_name=_name(n + 5),
        digest="0" * 64,
    )


async def _measure(made: _Made, records: int) -> dict[str, object]:
    queries: dict[str, Callable[[int], RegisterQuery]] = {
        "name": lambda n: RegisterQuery(committee_id=made.committee, name=_name(n)),
        "part_of_name": lambda n: RegisterQuery(committee_id=made.committee, name=_name(n)[:2]),
        "number": lambda n: RegisterQuery(
            committee_id=made.committee, number=_entry(made.committee, n).number
        ),
        "dates": lambda n: RegisterQuery(
            committee_id=made.committee,
            effective_from=BEGIN + timedelta(days=n % 3600),
            effective_to=BEGIN + timedelta(days=n % 3600 + 30),
        ),
    }
    found: dict[str, object] = {"records": records, "goal_p95_ms": GOAL_P95_MS}
    for name, query in queries.items():
        found |= await _latencies(made, name, [query(n * 97 % records) for n in range(SAMPLES)])
    return found


async def _latencies(made: _Made, name: str, queries: list[RegisterQuery]) -> dict[str, object]:
    spent = [await _timed(lambda q=query: _search(made, q)) * MS for query in queries]  # type: ignore[misc]  # a bound default
    cuts = quantiles(spent, n=100)
    return {f"{name}_p50_ms": round(cuts[49], 2), f"{name}_p95_ms": round(cuts[94], 2)}


async def _search(made: _Made, query: RegisterQuery) -> None:
    async with made.store.read() as uow:
        await uow.register.search(query)


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun
