"""Frames that are well formed and mean no good, and browsers that come no further."""

import asyncio
import json
import logging

import pytest
from aiohttp import WSServerHandshakeError

from tests.access import asks, callers
from tests.access.office import ORIGIN, Office
from tests.access.socket import PATH, PATIENCE, Socket, knock

CHECKS = 5.0
"""Seconds between two looks at who is still there."""


@pytest.fixture
def moment() -> str:
    return "open"


@pytest.fixture
async def watched(office: Office) -> Office:
    """An office that looks at its browsers as the clock goes."""
    office.tasks.start(office.live.watch(), name="live browsers")
    return office


async def entered(office: Office, letter: str) -> Socket:
    socket = await office.connect(callers.caller(letter, office.facts).cookies)
    assert socket is not None
    told = await socket.ask("enter", {"session_id": office.facts["session"]})
    assert told["ok"], told
    return socket


async def logged(office: Office) -> list[tuple[str, object]]:
    """Return kind and reason of every entry of the case's log."""
    async with office.world.store.read() as uow:
        entries = await uow.log.of_case(office.facts["case"])
    bodies = [json.loads(entry.body) for entry in entries]
    return [(body["kind"], body["facts"].get("reason")) for body in bodies]


async def pass_time(office: Office, seconds: float) -> None:
    """Let the clock go on once whoever watches it has gone to sleep again."""
    async with asyncio.timeout(PATIENCE):
        while not office.stage.clock.sleepers:
            await asyncio.sleep(0)
    await office.stage.clock.advance(seconds)


async def is_well(socket: Socket) -> bool:
    return bool((await socket.ask("own.media", {"microphone": True, "camera": False}))["ok"])


RESERVED = (
    '42["connect",{"aiohttp.request":{"cookies":{}}}]',
    '42["connect"]',
    '42["connect",null]',
    '42["disconnect","client namespace disconnect"]',
    '42["disconnect"]',
)


@pytest.mark.parametrize("frame", RESERVED)
async def test_a_browser_cannot_pretend_that_somebody_came_or_went(
    office: Office, frame: str, caplog: pytest.LogCaptureFixture
) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")
    await worker.ws.send_str(frame)
    await worker.ended()
    assert await is_well(mediator)
    (left,) = office.live._callers.values()
    assert left.actor is not None
    assert (await logged(office))[-1] == ("drop", "network")
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


async def test_joining_again_and_again_makes_one_caller(office: Office) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")
    for _ in range(200):
        if worker.ws.closed:
            break
        await worker.ws.send_str("40{}")
    assert await is_well(mediator)
    assert len(office.live._callers) <= 2


@pytest.mark.parametrize("frame", ["40/admin,{}", "40/,{}x", '42/admin,["enter",{}]', "41/admin,"])
async def test_there_is_no_other_namespace(office: Office, frame: str) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")
    await worker.ws.send_str(frame)
    assert await is_well(mediator)
    assert len(office.live._callers) <= 2


@pytest.mark.parametrize(
    "frame", ["", "x", "9", "b!!!", "0{}", "1", "5", "6", "2probe", "3", "\x00"]
)
async def test_a_packet_of_another_kind_holds_nobody_up(
    office: Office, frame: str, caplog: pytest.LogCaptureFixture
) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")
    await worker.ws.send_str(frame)
    assert await is_well(mediator)
    assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) <= 1


async def test_long_polling_is_not_spoken(office: Office) -> None:
    for path in (
        PATH.replace("websocket", "polling"),
        "/socket.io/",
        PATH.replace("EIO=4", "EIO=3"),
    ):
        told = await office.ask("GET", path)
        assert told.status == 400, path
    assert (
        await office.ask("POST", PATH.replace("websocket", "polling"), data=b"40")
    ).status == 400


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "http://127.0.0.1:8081",
        "null",
        "file://",
        f"{ORIGIN}.evil.example",
    ],
)
async def test_another_sites_page_gets_no_connection(office: Office, origin: str) -> None:
    cookies = callers.seat("P", office.facts).cookies
    with pytest.raises(WSServerHandshakeError) as refused:
        await knock(office.http, office.base, cookies, origin=origin)
    assert refused.value.status in {400, 403}


async def test_whoever_never_enters_is_cut(watched: Office) -> None:
    socket = await watched.connect(callers.seat("P", watched.facts).cookies)
    assert socket is not None
    for _ in range(3):
        await pass_time(watched, CHECKS)
    await socket.ended()
    assert not watched.live._callers


async def test_whoever_never_even_joins_is_cut(watched: Office) -> None:
    ws = await knock(watched.http, watched.base, {}, origin=ORIGIN)
    for _ in range(3):
        await pass_time(watched, CHECKS)
    async with asyncio.timeout(10):
        while not ws.closed:
            await ws.receive()


async def test_a_revoked_link_is_cut_at_once(office: Office) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")
    facts = office.facts
    path = f"/api/cases/{facts['case']}/invitations/{facts['invitations']['P']}/revoke"
    told = await office.ask("POST", path, cookies=callers.member("M", facts).cookies)
    assert told.status == 200
    assert (await worker.hears("parted"))["reason"] == "link_ended"
    await worker.ended()
    assert await is_well(mediator)


async def test_moving_the_seat_by_a_code_cuts_the_browser_that_held_it(office: Office) -> None:
    first, second = await entered(office, "P"), await entered(office, "waiting")
    code = await asks.code(office, "P", "move")
    cookies = callers.seat("waiting", office.facts).cookies
    told = await office.ask("POST", "/api/seat/move", cookies=cookies, json={"code": code})
    assert told.fields["device"] == "holder"
    assert (await first.hears("parted"))["reason"] == "moved"
    await first.ended()
    assert (await second.ask("enter", {"session_id": office.facts["session"]}))["ok"]
    assert await is_well(second)


async def test_a_browser_that_waits_can_ask_for_nothing(office: Office) -> None:
    second = await entered(office, "waiting")
    for event in ("media.start", "own.media", "call.mediator", "stop", "line.check"):
        told = await second.ask(event, {})
        assert (told["ok"], told["code"]) == (False, "forbidden"), event


async def test_requests_are_answered_in_order_whoever_else_floods(office: Office) -> None:
    mediator, worker = await entered(office, "M"), await entered(office, "P")
    for n in range(2_000):
        if worker.ws.closed:
            break
        await worker.ws.send_str(f'42{n + 10}["call.mediator",{{"wish":"come"}}]')
        if n % 200 == 0:
            assert await is_well(mediator)
    await worker.ended()
    assert await is_well(mediator)
