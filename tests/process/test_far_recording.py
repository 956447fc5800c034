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
from tests.support.server import GONE_WITHIN, PAUSE, Server, free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


async def _up(server: Server, door: int) -> None:
    async with asyncio.timeout(GONE_WITHIN):
        while f'heyi_media_up{{worker="127.0.0.1:{door}"}} 1.0' not in await metrics(server):
            await asyncio.sleep(PAUSE)


def _octets(media: Path) -> int:
    return sum(log.stat().st_size for log in media.rglob("*.log"))


def _whole(media: Path) -> bool:
    found = [check(media, RecordingId(one.name)) for one in media.iterdir()]
    return all(one.state is RecordingState.WHOLE for one in found)


async def _begin(people: Any) -> None:
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


async def test_one_who_withdraws_ends_it_for_everybody_there_too(tmp_path: Path) -> None:
    stay_on_loopback()
    door = free_port(socket.SOCK_STREAM)
    more = {
        "HEYI_MEDIA_WORKERS": "0",
        "HEYI_MEDIA_REMOTE": f"127.0.0.1:{door}",
        "HEYI_MEDIA_SECRET": SECRET,
    }
    async with (
        far_worker(tmp_path, door),
        serving(tmp_path, "--demo", **more) as server,
        play.cast(server.url) as people,
    ):
        await _up(server, door)
        await play._register(people)
        await play._arrive(people)
        await play._receive(people)
        await _begin(people)
        desk, (worker, agent) = people.mediator, people.parties
        media = server.data / "media"
        await until(lambda: _octets(media) > 50_000, within=60)
        await desk.say("space.caucus", side="applicant", minutes=5)
        await worker.sees(lambda now: now["recording"]["state"] == "waiting")
        await until(lambda: _whole(media), within=20)
        before = _octets(media)
        await desk.say("space.joint")
        await worker.sees(lambda now: now["recording"]["state"] == "on")
        await until(lambda: _octets(media) > before, within=60)
        await answer(agent, agreed=False)
        for browser in (desk, worker, agent):
            await browser.sees(lambda now: now["recording"]["state"] == "stopped")
        assert desk.snapshot["recording"]["reason"] == "withdrawn"
        await until(lambda: _whole(media), within=20)
    far = tmp_path / "far"
    assert not [path for path in far.rglob("*") if path.suffix in {".log", ".manifest"}]
