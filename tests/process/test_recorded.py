"""Recording through `heyi serve`: agreed on phones, begun at the desk, ended by one withdrawal."""

from pathlib import Path
from typing import Any

import pytest

from server.archive.recordings import check
from server.domain.ids import RecordingId
from server.ports.recording import RecordingState
from server.rehearsal import play
from server.rehearsal.peer import stay_on_loopback
from tests.media.waiting import until, until_told
from tests.support.server import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def answer(phone: Any, *, agreed: bool) -> None:
    text = next(each for each in phone.seat["consents"] if each["scope"] == "recording")
    given = {"scope": "recording", "agreed": agreed, "text_version": text["text_version"]}
    await phone.ask("POST", "/api/seat/consents", given)


async def told(desk: Any, case: str, kind: str) -> list[str]:
    """Return what the log tells of recordings, once it tells this: a head comes after a while."""
    kinds = list[str]()

    async def there() -> bool:
        log = await desk.ask("GET", f"/api/cases/{case}/log")
        kinds[:] = [one["kind"] for one in log["entries"] if one["kind"].startswith("recording.")]
        return kind in kinds

    await until_told(there)
    return kinds


def _whole(media: Path) -> bool:
    folders = list(media.iterdir()) if media.is_dir() else []
    found = [check(media, RecordingId(one.name)) for one in folders]
    return bool(found) and all(one.state is RecordingState.WHOLE for one in found)


async def test_one_who_withdraws_ends_it_for_everybody(tmp_path: Path) -> None:
    stay_on_loopback()
    async with serving(tmp_path, "--demo") as server, play.cast(server.url) as people:
        await play._register(people)
        await play._arrive(people)
        await play._receive(people)
        desk, (worker, agent) = people.mediator, people.parties
        companion = next(
            one["seat"] for one in desk.snapshot["seats"] if one["person_role"] == "companion"
        )
        await desk.say("space.joint")
        for phone in (worker, agent):
            await answer(phone, agreed=True)
        await desk.sees(lambda now: now["desk"]["owed_for_recording"] == [f"consent:{companion}"])
        await desk.say("consent.oral", seat=companion, scope="recording", agreed=True)
        await desk.say("recording.start")
        for browser in (desk, worker, agent):
            await browser.sees(lambda now: now["recording"]["state"] == "on")
        media = server.data / "media"
        await until(lambda: any(log.stat().st_size for log in media.rglob("*.log")), within=20)
        await desk.say("space.caucus", side="applicant", minutes=5)
        await worker.sees(lambda now: now["recording"]["state"] == "waiting")
        await desk.say("space.joint")
        await worker.sees(lambda now: now["recording"]["state"] == "on")
        await answer(agent, agreed=False)
        for browser in (desk, worker, agent):
            await browser.sees(lambda now: now["recording"]["state"] == "stopped")
        assert desk.snapshot["recording"]["reason"] == "withdrawn"
        await until(lambda: _whole(media), within=20)
        kinds = await told(desk, people.case, "recording.head")
        assert kinds[:1] == ["recording.started"]
        assert [one for one in kinds if one != "recording.head"] == [
            "recording.started",
            "recording.suspended",
            "recording.resumed",
            "recording.stopped",
        ]
