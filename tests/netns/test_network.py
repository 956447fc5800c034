"""A phone that changes its network, or has no UDP, keeps its seat and its sound and picture."""

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aioice.ice
import pytest

from tests.netns.office import Desk, Office, Sitting, office, register, still_running
from tests.netns.phone import Phone, phone
from tests.netns.street import OFFICE, Street, street, why_not

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.allow_hosts(["127.0.0.1", "::1", OFFICE]),
]

CHANGES = 5
"""How often the phone goes from one network to the other."""
HANGS_AFTER = 30.0
WATCHED = 4.0
"""How long, from each change on, the others must not be without media; also a hang limit."""
GOAL_MS = 2_000


@pytest.fixture
def ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    if reason := why_not():
        pytest.skip(reason)
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [OFFICE])
    with street(tmp_path) as laid:
        laid.join("wifi")
        yield laid


@dataclass(frozen=True, kw_only=True)
class Room:
    """A session in which the worker's phone, the mediator and the recorder are together."""

    office: Office
    mediator: Desk
    recorder: Desk
    phone: Phone
    sitting: Sitting


@asynccontextmanager
async def room(folder: Path, ways: Street) -> AsyncIterator[Room]:
    async with (
        office(folder) as running,
        running.desk("su") as mediator,
        running.desk("jiang") as recorder,
        phone(ways) as one,
    ):
        for desk in (mediator, recorder):
            await desk.sign_in()
        sitting = await register(mediator, recorder)
        for desk in (mediator, recorder):
            await desk.join(sitting.session, 120)
        await one.arrive(sitting.link)
        await mediator.sees(lambda state: bool(seat(state, sitting)["present"]))
        await mediator.say("session.open")
        await mediator.say("space.reception", side="applicant")
        await one.pictured(0, HANGS_AFTER)
        document = "resident_identity_card"
        await mediator.say("identity.check", seat=sitting.person, document=document, matches=True)
        await mediator.say("rights.skip", reason="测试")
        await mediator.say("admit", seat=sitting.person)
        await mediator.sees(lambda state: bool(seat(state, sitting)["admitted"]))
        yield Room(office=running, mediator=mediator, recorder=recorder, phone=one, sitting=sitting)


def seat(state: dict[str, Any], sitting: Sitting) -> dict[str, Any]:
    """Return how the mediator sees the worker."""
    return next(one for one in state["seats"] if one["person_id"] == sitting.person)


async def test_a_phone_on_another_network_is_back_by_itself(
    tmp_path: Path, ways: Street, capsys: pytest.CaptureFixture[str]
) -> None:
    async with room(tmp_path, ways) as it:
        before = seat(it.mediator.snapshot, it.sitting)
        connections = await it.office.participants()
        it.phone.asked.clear()
        took, quiet = [], 0.0
        now, other = "wifi", "mobile"
        for _ in range(CHANGES):
            known = len(await it.phone.states())
            others = asyncio.create_task(still_running(it.recorder, WATCHED))
            at = await it.phone.now()
            ways.part(now)
            ways.join(other)
            note = await it.phone.pictured(at, HANGS_AFTER, first=known)
            took.append(note["at"] - at)
            quiet = max(quiet, await others)
            now, other = other, now
            # Let it settle as a person would who walks from one network into the other.
            await it.phone.pictured(await it.phone.now(), HANGS_AFTER, first=known)
        each = ", ".join(f"{one:.0f}" for one in took)
        with capsys.disabled():
            sys.stdout.write(
                f"\nnetwork change -> picture: median {statistics.median(took):.0f} ms ({each}),"
                f" goal {GOAL_MS} ms; longest silence elsewhere {quiet:.2f} s\n"
            )

        async def alone() -> None:
            while await it.office.participants() != connections:
                await asyncio.sleep(0.1)

        await asyncio.wait_for(alone(), HANGS_AFTER)
        assert (await it.phone.states()).count("connected") == 1
        after = seat(it.mediator.snapshot, it.sitting)
        kept = ("seat", "admitted", "space", "present")
        assert [after[name] for name in kept] == [before[name] for name in kept]
        assert after["admitted"]
        assert [one for one in it.phone.asked if "/api/link" in one or "/enter" in one] == []
        assert quiet < WATCHED


async def test_a_phone_without_udp_comes_in_over_tcp(tmp_path: Path, ways: Street) -> None:
    if reason := ways.without_udp():
        pytest.skip(reason)
    async with room(tmp_path, ways) as it:
        assert await it.phone.protocol() == "tcp"
        await it.mediator.peer.sees_more(5)  # type: ignore[union-attr]  # it has joined
