"""What waits for a room: refused, taken once, or never lost; and what goes wrong there."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from server.domain.errors import NotFoundError
from server.domain.ids import SeatId
from server.ports.media import MediaLoss, MediaLost, WorkerLost
from server.rooms import attendance
from server.rooms.mailbox import LIMIT, BusyError, Mailbox, RoomClosedError
from tests.rooms.stage import Stage
from tests.support.builders import CASE, MEDIATOR, SESSION, WORKER

SECRET = "510123197001011234"


async def _write(journal: list[str], word: str) -> None:
    journal.append(word)


@asynccontextmanager
async def held(mailbox: Mailbox) -> AsyncIterator[None]:
    """Hold the mailbox up with one job; it goes on, and has done all, when the block ends."""
    let_go = asyncio.Event()
    running = asyncio.create_task(mailbox.submit(let_go.wait))
    while mailbox._queue.qsize() or not mailbox._busy:
        await asyncio.sleep(0)
    yield
    let_go.set()
    await running
    await _done(mailbox)


async def _done(mailbox: Mailbox) -> None:
    async with asyncio.timeout(10):
        while not mailbox.idle:
            await asyncio.sleep(0)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    made = Mailbox()
    running = asyncio.create_task(made.run())
    yield made
    made.close()
    await running


def _failing(error: Exception) -> Callable[[], Awaitable[None]]:
    async def job() -> None:
        raise error

    return job


async def _fill(mailbox: Mailbox) -> list[asyncio.Task[None]]:
    asking = [asyncio.create_task(mailbox.submit(lambda: _write([], "x"))) for _ in range(LIMIT)]
    await asyncio.sleep(0)
    return asking


async def test_too_much_that_is_asked_for_is_refused_but_not_what_narrows(
    mailbox: Mailbox,
) -> None:
    done: list[str] = []
    async with held(mailbox):
        asking = await _fill(mailbox)
        with pytest.raises(BusyError):
            await mailbox.submit(lambda: _write(done, "asked"))
        cutting = asyncio.create_task(mailbox.submit(lambda: _write(done, "cut"), always=True))
        await asyncio.sleep(0)
        mailbox.post(lambda: _write(done, "lost"))
    await asyncio.gather(cutting, *asking)
    assert done == ["cut", "lost"]


async def test_what_is_posted_again_and_again_waits_once_and_is_the_latest(
    mailbox: Mailbox,
) -> None:
    done: list[str] = []
    async with held(mailbox):
        for word in ("first", "second"):
            mailbox.post(lambda word=word: _write(done, word), latest_of="tick")  # type: ignore[misc]
            mailbox.post(lambda word=word: _write(done, f"other {word}"))  # type: ignore[misc]
    assert done == ["second", "other first", "other second"]


async def test_it_is_posted_anew_once_it_runs(mailbox: Mailbox) -> None:
    done: list[str] = []

    async def tick() -> None:
        done.append("tick")
        if len(done) == 1:
            mailbox.post(tick, latest_of="tick")

    async with held(mailbox):
        mailbox.post(tick, latest_of="tick")
    assert done == ["tick", "tick"]


async def test_a_fault_in_what_was_posted_is_logged_without_its_words(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    async with held(mailbox):
        mailbox.post(_failing(ValueError(SECRET)))
    assert [one.levelno for one in caplog.records] == [logging.ERROR]
    assert "ValueError" in caplog.text
    assert f"{__file__}:" in caplog.text
    assert SECRET not in caplog.text


async def test_a_refusal_of_what_was_posted_is_logged_by_its_code(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    async with held(mailbox):
        mailbox.post(_failing(NotFoundError(name=SECRET)))
    assert [(one.levelno, "not_found" in one.message) for one in caplog.records] == [
        (logging.WARNING, True)
    ]
    assert SECRET not in caplog.text


async def test_a_fault_whose_asker_went_away_is_logged(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()
    let_go = asyncio.Event()

    async def job() -> None:
        begun.set()
        await let_go.wait()
        raise KeyError(SECRET)

    asking = asyncio.create_task(mailbox.submit(job))
    await begun.wait()
    asking.cancel()
    await asyncio.sleep(0)
    let_go.set()
    await _done(mailbox)
    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text


async def test_a_fault_that_somebody_waits_for_is_his_alone(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match=SECRET):
        await mailbox.submit(_failing(ValueError(SECRET)))
    assert not caplog.records


async def test_a_job_that_something_else_ended_does_not_end_the_room(mailbox: Mailbox) -> None:
    async def ended() -> None:
        gone = asyncio.get_running_loop().create_future()
        gone.cancel()
        await gone

    asked = asyncio.create_task(mailbox.submit(ended))
    mailbox.post(ended)
    told = await asyncio.gather(asked, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    journal: list[str] = []
    async with asyncio.timeout(10):
        await mailbox.submit(lambda: _write(journal, "after"))
    assert journal == ["after"]


async def test_whoever_ends_the_mailbox_ends_it_amid_a_job() -> None:
    mailbox = Mailbox()
    running = asyncio.create_task(mailbox.run())
    asked = asyncio.create_task(mailbox.submit(asyncio.Event().wait))
    while not mailbox._busy:
        await asyncio.sleep(0)
    running.cancel()
    ends = await asyncio.gather(running, asked, return_exceptions=True)
    assert [type(one) for one in ends] == [asyncio.CancelledError, RoomClosedError]


async def test_a_room_held_up_for_minutes_keeps_one_tick_and_every_loss(joint: Stage) -> None:
    mailbox = joint.registry._desk(CASE).mailbox
    room = await joint.room()
    connection = room.presence[SeatId(WORKER)].connection
    assert connection is not None
    timing = asyncio.create_task(joint.registry.keep_time())
    async with held(mailbox):
        for _ in range(LIMIT + 10):
            await joint.clock.advance(1)
        assert mailbox._queue.qsize() == 1
        joint.registry._follow(MediaLost(connection=connection, reason=MediaLoss.EXPIRED))
        joint.registry._follow(WorkerLost(elsewhere=frozenset()))
        await joint.registry.touch(CASE)
        assert mailbox._queue.qsize() == 4
    timing.cancel()
    assert not room.connections()


async def test_a_full_mailbox_takes_a_mediator_who_went_and_freezes(joint: Stage) -> None:
    mailbox = joint.registry._desk(CASE).mailbox
    async with held(mailbox):
        asking = await _fill(mailbox)
        going = asyncio.create_task(
            joint.registry.within(
                SESSION,
                lambda room: attendance.leave(
                    room, SeatId(MEDIATOR), f"socket-{MEDIATOR}", "network"
                ),
                always=True,
            )
        )
        await asyncio.sleep(0)
    await asyncio.gather(going, *asking)
    assert (await joint.room()).chair_empty_since is not None


async def test_a_revoked_seat_is_cut_behind_a_full_mailbox(joint: Stage) -> None:
    mailbox = joint.registry._desk(CASE).mailbox
    async with held(mailbox):
        asking = await _fill(mailbox)
        cutting = asyncio.create_task(joint.registry.cut(CASE, SeatId(WORKER), "link_ended"))
        await asyncio.sleep(0)
    await asyncio.gather(cutting, *asking)
    assert joint.teller.parted == [f"socket-{WORKER}"]


async def test_a_freeze_that_could_not_be_written_is_in_the_log(
    joint: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    room = await joint.room()
    monkeypatch.setattr(room, "decide", lambda *_: _failing(ValueError(SECRET))())
    room.chair_empty_since = -1_000.0
    joint.registry._tick(CASE, joint.registry._desk(CASE))
    await _done(joint.registry._desk(CASE).mailbox)
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text
