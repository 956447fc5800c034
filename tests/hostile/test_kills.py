"""The story goes on whatever is killed in it: nothing acknowledged is lost, media come back.

`KILL_STORIES` plays it more than once, each time killing at other moments.
"""

import asyncio
import os
import random
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from server.rehearsal import play, story
from server.rehearsal.browser import Browser, RehearsalError
from server.rehearsal.desk import Desk
from server.rehearsal.own_server import ready
from server.rehearsal.party import Party, seal_scan
from server.rehearsal.peer import Peer, stay_on_loopback
from server.rehearsal.play import Cast
from tests.support.server import Server, children, command_of, gone, heyi, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

STORIES = int(os.environ.get("KILL_STORIES", "1"))
APP, MEDIA = "server app", "server media"
PATIENCE, PAUSE = 30.0, 0.2
Step = Callable[[Cast], Coroutine[Any, Any, None]]
Doing = Callable[[], Coroutine[Any, Any, Any]]
_LOST = (RehearsalError, aiohttp.ClientError, TimeoutError, ConnectionError)


class Phone(Party):
    """A telephone that remembers a code that was sent before the server was killed."""

    def __init__(self, url: str, name: str, mobile: str, shade: int) -> None:
        super().__init__(url, name, mobile, shade)
        self.shade = shade
        self.has_code = asyncio.Event()
        self._codes: dict[str, str] = {}

    async def code(self, purpose: str) -> str:
        try:
            self._codes[purpose] = await super().code(purpose)
        except RehearsalError:
            if purpose not in self._codes:
                raise
        self.has_code.set()
        return self._codes[purpose]


@dataclass
class Evening:
    """One story and the server that is killed under it."""

    server: Server
    people: Cast
    chance: random.Random
    left_behind: list[int] = field(default_factory=list)

    @property
    def phones(self) -> tuple[Phone, Phone]:
        worker, agent = self.people.parties
        assert isinstance(worker, Phone)
        assert isinstance(agent, Phone)
        return worker, agent

    @property
    def agreement(self) -> str:
        return f"/api/cases/{self.people.case}/agreement"

    async def kill_app(self) -> None:
        """Kill the app; its pool must not outlive it."""
        self.left_behind += children(self.server.part(APP))
        await self.server.kill(APP)
        await ready(self.server.url)
        await gone(self.left_behind)

    def kill_pool_child(self) -> None:
        """Kill a child of the process pool, where one has begun."""
        below = children(self.server.part(APP))
        workers = [pid for pid in below if "forkserver" in command_of(pid)]
        if workers:
            os.kill(workers[-1], signal.SIGKILL)

    async def everybody_returns(self) -> None:
        """Reconnect every browser and rebuild its media, as pages do by themselves."""
        people = self.people
        for browser in (*self.phones, people.mediator, people.recorder):
            await _dropped(browser)
            browser.snapshot = {}  # a new app numbers its changes anew
        for phone in self.phones:
            await phone.enter(people.session, "seat")
        await people.mediator.enter(people.session, "staff")
        await people.recorder.enter(people.session, "staff")
        if people.mediator.snapshot["state"] == "frozen":
            await people.mediator.say("session.resume")
        await self.media_return()

    async def media_return(self) -> None:
        """Rebuild the media of everybody who had some."""
        for phone in self.phones:
            phone.peer = await _rebuilt(phone, phone.peer, phone.shade)
        desk = self.people.mediator
        if desk.peer is not None:
            desk.peer = await _rebuilt(desk, desk.peer, 220)

    async def media_flows(self) -> None:
        """See that both sides see again."""
        if self.people.mediator.snapshot["space"] != "joint":
            await self.people.mediator.say("space.joint")
        await asyncio.gather(*(phone.peer.sees_more(3) for phone in self.phones))

    async def known(self) -> dict[str, Any]:
        """Return everything that must survive, as its owners see it."""
        people = self.people
        case = await people.recorder.ask("GET", f"/api/cases/{people.case}")
        text = await people.recorder.ask("GET", self.agreement)
        seats = [await phone.ask("GET", "/api/seat") for phone in self.phones]
        log = await people.mediator.ask("GET", f"/api/cases/{people.case}/log")
        return {
            "case": {name: case[name] for name in ("case_no", "parties", "version")},
            "draft": {name: text[name] for name in ("clauses", "items", "payments", "revision")},
            "signed": [one["signed_at"] for one in text["signatures"]],
            "consents": [[one["answer"] for one in seat["consents"]] for seat in seats],
            "answers": [seat["answer"] for seat in seats],
            "log": [one["hash"] for one in log["entries"]],
        }


async def _dropped(browser: Browser) -> None:
    async with asyncio.timeout(PATIENCE):
        while browser._live.connected:
            await asyncio.sleep(PAUSE)


async def _rebuilt(browser: Browser, old: Peer, shade: int) -> Peer:
    """Return a new connection; a worker that has just been started is asked again."""
    await old.close()
    async with asyncio.timeout(PATIENCE):
        while True:
            peer = Peer(shade)
            try:
                await peer.join(browser)
            except RehearsalError:
                await peer.close()
                await asyncio.sleep(PAUSE)
            else:
                return peer


def expect_kept(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Raise unless everything is still there; the log may have grown."""
    log = before["log"]
    assert after["log"][: len(log)] == log
    assert {**after, "log": log} == before


async def _cast(server: Server, stack: AsyncExitStack) -> Cast:
    accounts = {one.login: one for one in story.ACCOUNTS}
    people = Cast(
        mediator=Desk(server.url, accounts["su"]),
        recorder=Desk(server.url, accounts["jiang"]),
        head=Desk(server.url, accounts["he"]),
        officer=Desk(server.url, accounts["ye"]),
        worker=Phone(server.url, "陈水根", story.WORKER_MOBILE, 90),
        agent=Phone(server.url, "林启航", story.AGENT_MOBILE, 160),
    )
    for browser in people.browsers:
        await stack.enter_async_context(browser)
    return people


async def _app_is_killed_after(evening: Evening, step: Step) -> None:
    await step(evening.people)
    before = await evening.known()
    admitted = _admitted(evening.people.mediator)
    await evening.kill_app()
    await evening.everybody_returns()
    expect_kept(before, await evening.known())
    assert _admitted(evening.people.mediator) == admitted


def _admitted(desk: Desk) -> dict[str, bool]:
    return {one["seat"]: one["admitted"] for one in desk.snapshot["seats"]}


async def _worker_is_killed(evening: Evening) -> None:
    before = await evening.known()
    await evening.server.kill(MEDIA)
    await evening.media_return()
    await evening.media_flows()
    expect_kept(before, await evening.known())


async def _pool_is_killed_during(evening: Evening, step: Step) -> None:
    """The text is locked all the same: the work is done again in a new child.

    Each of the mediator's requests loses one child at most, for what ends twice is given up.
    """
    ask = evening.people.mediator.ask
    answered, killed_before = 0, -1

    async def counted(*words: Any, **more: Any) -> Any:
        nonlocal answered
        try:
            return await ask(*words, **more)
        finally:
            answered += 1

    evening.people.mediator.ask = counted  # type: ignore[method-assign]
    running = asyncio.create_task(step(evening.people))
    while not running.done():
        await asyncio.sleep(evening.chance.uniform(0.2, 0.6))
        if answered > killed_before:
            killed_before = answered
            evening.kill_pool_child()
        if (await ask("GET", evening.agreement))["state"] == "locked":
            break
    await running
    evening.people.mediator.ask = ask  # type: ignore[method-assign]


async def _app_is_killed_during(
    evening: Evening, act: Doing, begins: asyncio.Event | None = None
) -> None:
    """Kill the app in the middle of an act: what was acknowledged is there, else it is repeated."""
    before = await evening.known()
    running = asyncio.create_task(_told(act))
    if begins is not None:
        await begins.wait()
    await asyncio.sleep(evening.chance.uniform(0.0, 0.5))
    await evening.kill_app()
    acknowledged = await running
    after = await evening.known()
    signed = [one is not None for one in after["signed"]]
    assert all(now for now, was in zip(signed, before["signed"], strict=True) if was)
    assert after["log"][: len(before["log"])] == before["log"]
    grown = sum(signed) - sum(one is not None for one in before["signed"])
    if acknowledged:
        assert grown == 1 or not any(one is None for one in before["signed"])
    elif grown == 0:
        await act()


async def _told(act: Doing) -> bool:
    """Return whether the act was acknowledged."""
    try:
        await act()
    except _LOST:
        return False
    return True


async def _sign(evening: Evening) -> None:
    people = evening.people
    worker, agent = evening.phones
    pdf = (await people.mediator.ask("GET", evening.agreement))["pdf_sha256"]
    await _app_is_killed_during(evening, worker.sign, worker.has_code)
    await _app_is_killed_during(evening, lambda: agent.sign(seal_scan()), agent.has_code)
    for desk in (people.mediator, people.recorder):
        await _app_is_killed_during(evening, partial(_staff_signs, desk, evening.agreement, pdf))
    await _app_is_killed_during(
        evening, lambda: people.head.ask("POST", f"{evening.agreement}/seal", {"pdf_sha256": pdf})
    )
    await _sealed(evening)
    await evening.everybody_returns()


async def _staff_signs(desk: Desk, agreement: str, pdf: str) -> None:
    await desk.ask("POST", f"{agreement}/sign", {"pdf_sha256": pdf})


async def _sealed(evening: Evening) -> None:
    """Wait for the record; the seal that was begun is finished by itself at the next start."""
    async with asyncio.timeout(PATIENCE):
        while True:
            text = await evening.people.mediator.ask("GET", evening.agreement)
            if text["record_id"] and not text["seal_waits"]:
                return
            await asyncio.sleep(PAUSE)


@pytest.mark.parametrize("seed", range(STORIES))
async def test_the_story_survives_every_kill(tmp_path: Path, seed: int) -> None:
    stay_on_loopback()
    async with serving(tmp_path, "--demo") as server, AsyncExitStack() as stack:
        people = await _cast(server, stack)
        evening = Evening(server, people, random.Random(seed))
        await play._register(people)
        await play._arrive(people)
        await _app_is_killed_after(evening, play._receive)
        await play._talk(people)
        await _worker_is_killed(evening)
        await _pool_is_killed_during(evening, play._draft)
        await _sign(evening)
        await evening.media_flows()
        await play._end(people)
        outcome = await play._retrieve(people)
        package = tmp_path / "record.zip"
        package.write_bytes(outcome.package)
        assert (await heyi(server.data, "verify", str(package))).status == 0
        family = [server.pid, *children(server.pid)]
    await gone([*family, *evening.left_behind])
