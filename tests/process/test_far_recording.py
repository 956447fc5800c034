"""A sitting on a worker on another host is recorded here: a second process, TLS between them."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from server.archive.recordings import check
from server.domain.ids import RecordingId
from server.ports.recording import RecordingState
from server.rehearsal import play
from server.rehearsal.peer import stay_on_loopback
from tests.media.waiting import until
from tests.process.test_recorded import answer
from tests.process.test_workers import SECRET, far_worker, metrics
from tests.support.line import Line, line_to
from tests.support.server import GONE_WITHIN, PAUSE, Server, free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


async def _up(server: Server, door: int) -> None:
    async with asyncio.timeout(GONE_WITHIN):
        while f'heyi_media_up{{worker="127.0.0.1:{door}"}} 1.0' not in await metrics(server):
            await asyncio.sleep(PAUSE)


def recorded_octets(media: Path) -> int:
    """Return how much of all recordings is on the disk."""
    return sum(log.stat().st_size for log in media.rglob("*.log"))


def _whole(media: Path) -> bool:
    found = [check(media, RecordingId(one.name)) for one in media.iterdir()]
    return all(one.state is RecordingState.WHOLE for one in found)


async def begin_recording(people: Any) -> None:
    """Go into the joint session, let everybody agree, and record."""
    desk, parties = people.mediator, people.parties
    await desk.say("space.joint")
    for phone in parties:
        await answer(phone, agreed=True)
    companion = next(
        one["seat"] for one in desk.snapshot["seats"] if one["person_role"] == "companion"
    )
    await desk.say("consent.oral", seat=companion, scope="recording", agreed=True)
    await desk.sees(lambda now: not now["desk"]["owed_for_recording"])
    await desk.say("recording.start")


async def test_a_far_sitting_is_recorded_here_until_the_link_breaks_or_one_withdraws(
    tmp_path: Path,
) -> None:
    stay_on_loopback()
    far_door, door = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    more = {
        "HEYI_MEDIA_WORKERS": "0",
        "HEYI_MEDIA_REMOTE": f"127.0.0.1:{door}",
        "HEYI_MEDIA_SECRET": SECRET,
    }
    async with (
        far_worker(tmp_path, far_door),
        line_to(far_door, door) as line,
        serving(tmp_path, "--demo", **more) as server,
        play.cast(server.url) as people,
    ):
        await _up(server, door)
        await play._register(people)
        await play._arrive(people)
        await play._receive(people)
        await begin_recording(people)
        media = server.data / "media"
        await until(lambda: recorded_octets(media) > 50_000, within=60)
        await _only_the_joint_session(people, media)
        await _a_withdrawal(people, media)
        await _a_broken_link(people, media, line)
    far = tmp_path / "far"
    assert not [path for path in far.rglob("*") if path.suffix in {".log", ".manifest"}]


async def _only_the_joint_session(people: play.Cast, media: Path) -> None:
    desk, (worker, _) = people.mediator, people.parties
    await desk.say("space.caucus", side="applicant", minutes=5)
    await worker.sees(lambda now: now["recording"]["state"] == "waiting")
    await until(lambda: _whole(media), within=20)
    before = recorded_octets(media)
    await worker.peer.sees_more(5)
    assert recorded_octets(media) == before
    await desk.say("space.joint")
    await worker.sees(lambda now: now["recording"]["state"] == "on")
    await until(lambda: recorded_octets(media) > before, within=60)


async def _a_withdrawal(people: play.Cast, media: Path) -> None:
    await answer(people.agent, agreed=False)
    await _stopped(people, "withdrawn")
    await until(lambda: _whole(media), within=20)
    before = recorded_octets(media)
    await people.worker.peer.sees_more(5)
    assert recorded_octets(media) == before


async def _a_broken_link(people: play.Cast, media: Path, line: Line) -> None:
    before = recorded_octets(media)
    await answer(people.agent, agreed=True)
    await people.mediator.sees(lambda now: not now["desk"]["owed_for_recording"])
    await people.mediator.say("recording.start")
    await until(lambda: recorded_octets(media) > before, within=60)
    await line.cut()
    await _stopped(people, "link_lost")
    await until(lambda: _whole(media), within=20)
    await line.lay()
    await people.mediator.sees(lambda now: now["desk"]["media_ok"])
    assert people.mediator.snapshot["recording"]["state"] == "stopped"


async def _stopped(people: play.Cast, why: str) -> None:
    for browser in (people.mediator, *people.parties):
        await browser.sees(lambda now: now["recording"]["state"] == "stopped")
    assert people.mediator.snapshot["recording"]["reason"] == why
