"""Background tasks end with their owner, and their failures are heard."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from server.store.errors import UnavailableError
from server.system import SystemClock, TaskScope
from tests.support.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def scope(clock: FakeClock) -> AsyncIterator[TaskScope]:
    async with TaskScope(clock) as opened:
        yield opened


async def test_leaving_cancels_and_awaits_what_runs(clock: FakeClock) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await clock.sleep(60)
        finally:
            ended.append("work")

    async with TaskScope(clock) as scope:
        scope.start(work(), name="work")
        await clock.advance(1)
    assert ended == ["work"]
    assert len(scope) == 0


async def test_a_failure_is_logged_and_told(
    scope: TaskScope, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[BaseException] = []

    async def work() -> None:
        raise ValueError("broken")

    scope.start(work(), name="pump", on_failure=told.append)
    await clock.advance(0)
    assert [str(error) for error in told] == ["broken"]
    assert "pump: failed" in caplog.text


async def test_a_kept_task_starts_again_until_it_returns(
    scope: TaskScope, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[float] = []

    async def work() -> None:
        tries.append(clock.monotonic())
        if len(tries) < 3:
            raise ConnectionError

    with caplog.at_level(logging.ERROR):
        scope.keep(work, name="link")
        await clock.advance(30)
    assert len(tries) == 3
    assert tries[1] - tries[0] < tries[2] - tries[1]
    assert len(scope) == 0


@pytest.mark.parametrize(
    ("fault", "noted"),
    [
        (ValueError("陈水根 510123197001011234"), "ValueError\n"),
        (UnavailableError(), "store_unavailable {} because of OSError"),
    ],
)
async def test_the_log_tells_what_failed_and_where_but_no_fault_s_words(
    scope: TaskScope,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
    noted: str,
) -> None:
    fault.__cause__ = OSError("陈水根")
    left = [fault]

    async def once() -> None:
        if left:
            raise left.pop()

    scope.keep(once, name="sweep")
    await clock.advance(30)
    left.append(fault)
    scope.start(once(), name="pump")
    await clock.advance(0)
    kept, started = (one.getMessage() for one in caplog.records if one.levelno == logging.ERROR)
    assert kept.startswith(f"sweep: failed, starts again: {noted}")
    assert started.startswith(f"pump: failed: {noted}")
    assert "陈水根" not in caplog.text


async def test_a_closed_scope_starts_nothing(clock: FakeClock) -> None:
    scope = TaskScope(clock)
    await scope.close()
    with pytest.raises(RuntimeError):
        scope.start(asyncio.sleep(0), name="late")


async def test_the_fake_clock_wakes_sleepers_in_order(scope: TaskScope, clock: FakeClock) -> None:
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float, times: int) -> None:
        for _ in range(times):
            await clock.sleep(seconds)
            woken.append((name, clock.monotonic()))

    scope.start(sleeper("a", 2, 3), name="a")
    scope.start(sleeper("b", 3, 1), name="b")
    await clock.advance(5)
    assert woken == [("a", 2), ("b", 3), ("a", 4)]
    assert clock.sleepers == 1


async def test_the_system_clock_is_aware_and_waits() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() > before
    assert clock.now().utcoffset() is not None


async def test_a_started_task_can_be_ended_and_waited_for(
    scope: TaskScope, clock: FakeClock
) -> None:
    started = scope.start(clock.sleep(60), name="grace")
    assert not started.done
    started.cancel()
    await started.wait()
    assert started.done
