"""How far a recording came is in the log whoever is in the room, and whatever has died."""

import asyncio
import json
from pathlib import Path

import pytest

from server.domain import conduct, recording
from server.domain.ids import RecordingId, RoomId, SeatId
from server.ports.media import RecordingEnded, RecordingHead
from server.rooms import attendance
from server.rooms.heads import LOOKS_S
from server.rooms.registry import Registry
from tests.rooms.consents import ONE, decide
from tests.rooms.stage import Stage
from tests.support.builders import (
    AGENT,
    CASE,
    MEDIATOR,
    SESSION,
    WORKER,
)
from tests.support.films import write_film


async def heads(on: Stage) -> list[tuple[int, str]]:
    async with on.store.read() as uow:
        bodies = [json.loads(entry.body) for entry in await uow.log.of_case(CASE)]
    facts = [body["facts"] for body in bodies if body["kind"] == "recording.head"]
    return [(one["chunks"], one["head"]) for one in facts]


async def all_gone(on: Stage) -> None:
    """Let everybody leave, and the room close."""
    room = await on.room()
    for seat in (MEDIATOR, WORKER, AGENT):
        await attendance.leave(room, SeatId(seat), f"socket-{seat}", "gone")
    tick(on)


def tick(on: Stage) -> None:
    on.registry._tick(CASE, on.registry._desk(CASE))


async def wait_for(on: Stage, wanted: list[tuple[int, str]]) -> None:
    """Return once the log has these heads; what runs beside it needs threads and a database."""
    async with asyncio.timeout(5):
        while await heads(on) != wanted:
            await on.clock.advance(LOOKS_S[-1])
            await asyncio.sleep(0.01)


def film(folder: Path) -> str:
    return write_film(folder / "media", ONE, WORKER)


def head(chunks: int, chain: str, name: RecordingId = ONE) -> RecordingHead:
    return RecordingHead(room=RoomId(SESSION), recording=name, chunks=chunks, chain=chain)


async def test_the_last_word_counts_after_everybody_has_left(recorded: Stage) -> None:
    await decide(recorded, conduct.stop(""))
    await all_gone(recorded)
    recorded.registry._follow(head(9, "ab" * 32))
    await wait_for(recorded, [(9, "ab" * 32)])


async def test_nothing_is_logged_of_a_recording_that_the_sitting_does_not_have(
    recorded: Stage,
) -> None:
    await decide(recorded, conduct.stop(""))
    await all_gone(recorded)
    recorded.registry._follow(head(9, "cd" * 32, RecordingId("another")))
    recorded.registry._follow(head(9, "ab" * 32))
    await wait_for(recorded, [(9, "ab" * 32)])


async def test_a_stop_logs_what_is_on_disk_though_the_plane_says_no_more(
    recorded: Stage, tmp_path: Path
) -> None:
    chain = film(tmp_path)
    await decide(recorded, recording.stop())
    tick(recorded)
    await wait_for(recorded, [(1, chain)])


async def test_what_is_written_to_its_end_after_the_stop_is_logged_too(
    recorded: Stage, tmp_path: Path
) -> None:
    first = film(tmp_path)
    await decide(recorded, conduct.stop(""))
    await all_gone(recorded)
    await wait_for(recorded, [(1, first)])
    second = film(tmp_path)
    recorded.registry._follow(
        RecordingEnded(room=RoomId(SESSION), recording=ONE, why="recorder_lost")
    )
    await wait_for(recorded, [(1, first), (2, second)])


async def test_a_recorder_that_died_leaves_what_it_wrote_in_the_log(
    recorded: Stage, tmp_path: Path
) -> None:
    chain = film(tmp_path)
    recorded.registry._follow(
        RecordingEnded(room=RoomId(SESSION), recording=ONE, why="recorder_lost")
    )
    await recorded.room()
    assert (await recorded.stored()).recordings[0].reason == "recorder_lost"
    tick(recorded)
    await wait_for(recorded, [(1, chain)])


@pytest.mark.parametrize("ended", [False, True], ids=["going", "ended"])
async def test_a_new_app_logs_what_the_one_before_did_not(
    recorded: Stage, tmp_path: Path, ended: bool
) -> None:
    chain = film(tmp_path)
    if ended:
        await decide(recorded, conduct.stop(""))
    later = Registry(recorded.registry._ports, recorded.registry._tasks)
    await later.adopt()
    await wait_for(recorded, [(1, chain)])


async def test_what_is_logged_is_not_logged_again_nor_anything_less(
    recorded: Stage, tmp_path: Path
) -> None:
    first, second = film(tmp_path), film(tmp_path)
    recorded.registry._follow(head(1, first))
    await recorded.room()
    await recorded.registry.log_recordings(CASE)
    assert await heads(recorded) == [(1, first), (2, second)]
    recorded.registry._follow(head(1, first))
    await recorded.registry.log_recordings(CASE)
    await Registry(recorded.registry._ports, recorded.registry._tasks).log_recordings(CASE)
    assert await heads(recorded) == [(1, first), (2, second)]
