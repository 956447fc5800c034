"""Whose address counts behind a proxy, and that the demonstration's codes stay here."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from server.api.forwarded import TRUSTED, believe_own_proxies, came_through_a_proxy
from server.config import load
from server.setting_forms import SettingsError, networks


async def _remote(request: web.Request) -> web.Response:
    through = came_through_a_proxy(request)
    return web.json_response({"remote": request.remote, "through": through})


Client = TestClient[web.Request, web.Application]


async def _client(*trusted: str) -> Client:
    app = web.Application(middlewares=[believe_own_proxies])
    app[TRUSTED] = networks(trusted)
    app.router.add_get("/", _remote)
    return TestClient(TestServer(app))


@pytest.fixture
async def behind() -> AsyncIterator[Client]:
    async with await _client("127.0.0.1") as client:
        yield client


@pytest.fixture
async def alone() -> AsyncIterator[Client]:
    async with await _client() as client:
        yield client


async def test_a_trusted_proxys_last_word_is_believed(behind: Client) -> None:
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4"}
    answer = await (await behind.get("/", headers=told)).json()
    assert answer == {"remote": "198.51.100.4", "through": True}


@pytest.mark.parametrize(
    ("trusted", "believed"),
    [("127.0.0.0/8", True), ("::/0", False), ("10.0.0.0/8", False), ("127.0.0.2", False)],
)
async def test_a_whole_network_of_proxies_may_be_trusted(trusted: str, *, believed: bool) -> None:
    async with await _client(trusted) as client:
        answer = await (await client.get("/", headers={"X-Forwarded-For": "203.0.113.9"})).json()
    assert answer["remote"] == ("203.0.113.9" if believed else "127.0.0.1")


@pytest.mark.parametrize("remote", ["::ffff:10.1.2.3", "10.1.2.3"])
async def test_an_address_that_a_socket_on_every_address_shows_is_the_same(remote: str) -> None:
    app = web.Application()
    app[TRUSTED] = networks(["10.0.0.0/8"])
    asked = make_mocked_request("GET", "/", {"X-Forwarded-For": "203.0.113.9"}, app=app)
    told = []

    async def handler(request: web.Request) -> web.Response:
        told.append(request.remote)
        return web.Response()

    await believe_own_proxies(asked.clone(remote=remote), handler)
    assert told == ["203.0.113.9"]


async def test_nobody_else_is_believed(alone: Client) -> None:
    answer = await (await alone.get("/", headers={"X-Forwarded-For": "203.0.113.9"})).json()
    assert answer == {"remote": "127.0.0.1", "through": True}


@pytest.mark.parametrize("name", ["host", "public_url"])
def test_a_demonstration_stays_on_this_machine(name: str) -> None:
    elsewhere = {"host": "192.0.2.5", "public_url": "https://heyi.example"}
    with pytest.raises(SettingsError, match="HEYI_DEMO"):
        load(demo=True, **{name: elsewhere[name]})


def test_an_announced_address_opens_the_media_port_to_everybody() -> None:
    assert load().media_bind == "127.0.0.1"
    assert load(media_address="203.0.113.7").media_bind == "0.0.0.0"
    assert load(media_address="203.0.113.7", media_host="192.0.2.8").media_bind == "192.0.2.8"
    assert load(media_address="203.0.113.7, 2001:db8::7").media_bind == "::"
    assert load(media_address="2001:db8::7", media_host="2001:db8::8").media_bind == "2001:db8::8"
