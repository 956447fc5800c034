"""Malformed, oversized, binary, flooding and foreign: the room goes on for the others."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

import aiohttp
import pytest

from server.rehearsal import story
from server.rehearsal.desk import Desk
from tests.hostile.wire import Wire, dial, knock
from tests.support.server import Standing, standing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

OVERSIZED = 200_000
FRAMES = 400
SEED = 20_250_314
ACCOUNTS = {one.login: one for one in story.ACCOUNTS}


@dataclass
class Scene:
    """A running server, a mediator at work in a room, and a stranger's HTTP client."""

    server: Standing
    desk: Desk
    http: aiohttp.ClientSession
    cookies: str
    session: str

    async def joined(self) -> Wire:
        """Return a raw connection that stands as the recorder."""
        wire = await dial(self.http, self.server.url, self.cookies)
        assert await wire.join()
        return wire

    async def pace(self) -> float:
        """Return the median seconds of the mediator's acknowledgements now."""
        loop, spent = asyncio.get_running_loop(), []
        for _ in range(9):
            begun = loop.time()
            await self.desk.say("own.media", microphone=True, camera=True)
            spent.append(loop.time() - begun)
        return median(spent)


@dataclass(frozen=True)
class Office:
    """A standing server and the cookies of who signed in once."""

    server: Standing
    mediator: dict[str, str]
    recorder: dict[str, str]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with standing(tmp_path_factory.mktemp("hostile"), "--demo") as server:
        yield Office(server, *asyncio.run(_sign_in(server.url)))


async def _sign_in(url: str) -> tuple[dict[str, str], dict[str, str]]:
    async with Desk(url, ACCOUNTS["su"]) as desk, Desk(url, ACCOUNTS["jiang"]) as recorder:
        await desk.sign_in()
        await recorder.sign_in()
        return desk.cookies, recorder.cookies


@pytest.fixture
async def scene(office: Office) -> AsyncIterator[Scene]:
    url = office.server.url
    async with Desk(url, ACCOUNTS["su"]) as desk, aiohttp.ClientSession() as http:
        desk.take_cookies(office.mediator)
        desk.me = await desk.ask("GET", "/api/staff/me")
        cases = (await desk.ask("GET", "/api/cases"))["cases"]
        session = cases[0]["session_id"]
        await desk.enter(session, "staff")
        cookies = "; ".join(f"{name}={value}" for name, value in office.recorder.items())
        yield Scene(office.server, desk, http, cookies, session)


async def test_a_foreign_page_cannot_open_a_connection(scene: Scene) -> None:
    assert await knock(scene.http, scene.server.url, "https://evil.example") in {400, 403}
    own = await dial(scene.http, scene.server.url, scene.cookies, scene.server.url)
    assert await own.join()


async def test_without_a_cookie_nobody_joins(scene: Scene) -> None:
    wire = await dial(scene.http, scene.server.url)
    assert not await wire.join()


async def test_a_connection_that_never_joins_is_ended(scene: Scene) -> None:
    wire = await dial(scene.http, scene.server.url, scene.cookies)
    assert await wire.ended()


@pytest.mark.parametrize(
    "frame",
    [
        '451-["enter",{"_placeholder":true,"num":0}]',
        '4599999999-["enter"]',
        '461-1["x",{"_placeholder":true,"num":0}]',
        '44{"message":"no"}',
        "42[",
        '42{"not":"a list"}',
        "4",
        '42["enter"' + "[" * 3_000 + "]" * 3_000 + "]",
    ],
)
async def test_what_no_client_of_ours_sends_ends_its_connection(scene: Scene, frame: str) -> None:
    wire = await scene.joined()
    await wire.ws.send_str(frame)
    assert await wire.ended()
    assert await scene.pace() < 5


async def test_binary_frames_end_their_connection(scene: Scene) -> None:
    wire = await scene.joined()
    await wire.ws.send_bytes(b"\x00" * 100)
    assert await wire.ended()


async def test_an_oversized_frame_ends_its_connection(scene: Scene) -> None:
    wire = await scene.joined()
    await wire.ws.send_str('42["enter","' + "x" * OVERSIZED + '"]')
    assert await wire.ended()


@pytest.mark.parametrize(
    ("event", "say", "code"),
    [
        ("enter", {}, "invalid_value"),
        ("enter", {"session_id": 7}, "invalid_value"),
        ("enter", [], "invalid_value"),
        ("enter", None, "invalid_value"),
        ("enter", {"session_id": "no-such-session"}, "not_found"),
        ("no.such.event", {}, "not_found"),
        ("__init__", {}, "not_found"),
        ("session.open", {}, "forbidden"),
    ],
)
async def test_wrong_requests_are_answered_with_a_code(
    scene: Scene, event: str, say: object, code: str
) -> None:
    wire = await scene.joined()
    answer = await wire.ask(event, say)
    assert answer is not None
    assert (answer["ok"], answer["code"]) == (False, code)


async def test_nobody_names_another_sender(scene: Scene) -> None:
    wire = await scene.joined()
    entered = await wire.ask("enter", {"session_id": scene.session, "version": 1})
    assert entered is not None
    assert entered["ok"]
    told = {"microphone": True, "camera": True, "seat": scene.desk.id}
    answer = await wire.ask("own.media", told)
    assert answer is not None
    assert answer["code"] == "invalid_value"


async def test_a_flood_is_refused_then_cut_and_slows_nobody(scene: Scene) -> None:
    quiet = await scene.pace()
    wire = await scene.joined()
    for number in range(5_000):
        if wire.ws.closed:
            break
        with suppress(ConnectionError):
            await wire.ws.send_str(f'42{number}["enter",{{}}]')
    assert await wire.ended()
    assert await scene.pace() < max(quiet * 50, 1.0)


async def test_random_frames_leave_the_server_well_and_its_log_short(scene: Scene) -> None:
    log = scene.server.data.parent / "server.log"
    before = len(log.read_text().splitlines())
    chance = random.Random(SEED)
    for _ in range(FRAMES // 20):
        wire = await scene.joined()
        for _ in range(20):
            if wire.ws.closed:
                break
            with suppress(ConnectionError):
                await wire.ws.send_str(_mutated(chance))
        await wire.ws.close()
    assert await scene.pace() < 5
    assert len(log.read_text().splitlines()) - before < FRAMES / 4


def _mutated(chance: random.Random) -> str:
    frame = list('421["own.media",{"microphone":true,"camera":false}]')
    for _ in range(chance.randint(1, 6)):
        frame[chance.randrange(len(frame))] = chr(chance.randint(1, 0x2FFF))
    return "".join(frame)


async def test_the_newest_browser_of_a_seat_replaces_the_older(scene: Scene) -> None:
    first = await scene.joined()
    second = await scene.joined()
    for wire in (first, second):
        await wire.ask("enter", {"session_id": scene.session, "version": 1})
    assert await first.ended()
    answer = await second.ask("own.media", {"microphone": True, "camera": False})
    assert answer is not None
    assert answer["ok"]
