"""From the joint session to the officer's film of everybody, through `heyi serve`."""

import asyncio
import io
from pathlib import Path
from typing import Any

import av
import pytest

from server.rehearsal import play
from server.rehearsal.peer import stay_on_loopback
from tests.media.waiting import until
from tests.process.test_far_recording import begin_recording, recorded_octets
from tests.support.server import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LUMA = (90, 160, 220)
"""How bright the worker, the agent and the mediator show themselves."""


async def _whole_sitting(people: play.Cast, media: Path) -> None:
    await play._register(people)
    await play._arrive(people)
    await play._receive(people)
    await begin_recording(people)
    await until(lambda: recorded_octets(media) > 300_000, within=60)
    await people.mediator.say("recording.stop")
    for step in (play._draft, play._sign, play._seal):
        await step(people)


async def _made(officer: Any, grid: str) -> dict[str, Any]:
    shown: dict[str, Any] = await officer.ask("POST", grid)
    assert shown["state"] in {"waiting", "making"}
    async with asyncio.timeout(200):
        while shown["state"] not in {"ready", "failed"}:
            await asyncio.sleep(0.2)
            shown = await officer.ask("GET", grid)
    return shown


def _shades(content: bytes) -> set[int]:
    """Return which of the three shades a frame from the middle shows somewhere."""
    with av.open(io.BytesIO(content), "r") as film:
        frames = list(film.decode(video=0))
    plane = frames[len(frames) // 2].planes[0]
    found = set(bytes(plane)[::97])
    return {shade for shade in LUMA if found & set(range(shade - 8, shade + 9))}


async def test_an_officer_has_one_film_made_of_everybody(tmp_path: Path) -> None:
    stay_on_loopback()
    async with serving(tmp_path, "--demo") as server, play.cast(server.url) as people:
        await _whole_sitting(people, server.data / "media")
        officer = people.officer
        (row,) = (await officer.ask("GET", f"/api/records?name={people.worker.name}"))["records"]
        record = f"/api/records/{row['id']}"
        opening = (await officer.ask("POST", f"{record}/open", {"reason": "核对"}))["opening"]
        query = f"?opening={opening}"
        shown = await officer.ask("GET", f"{record}/recordings{query}")
        (recording,) = shown["recordings"]
        assert recording["grid"]["state"] == "none"
        grid = f"{record}/grids/{recording['id']}"
        made = await _made(officer, f"{grid}{query}")
        assert made["state"] == "ready", made
        film = await officer.fetch(f"{grid}/film{query}")
        assert len(film) == made["octets"]
        assert _shades(film) == set(LUMA)
        log = await officer.ask("GET", f"/api/cases/{people.case}/log")
        kinds = [one["kind"] for one in log["entries"] if "grid" in one["kind"]]
        assert kinds == [
            "recording.grid_asked",
            "recording.grid_made",
            "recording.grid_watched",
        ]
