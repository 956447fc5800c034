"""The shipped proxy files, each with Debian's own program in front of a real server."""

import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from server.api.site import BODY_LIMIT
from server.api.tray import LARGEST
from tests.deploy.proxies import NAME, PROXIES, SHIPPED, Ports, Proxy, free_ports
from tests.support.server import Standing, standing

SECRET = "never-to-be-found-in-a-log"
LIVE = "/socket.io/?EIO=4&transport=websocket"
MIB = 1024 * 1024
TOO_MUCH = 16 * MIB
KNOCKS = 300
"""More than an address has in store, and than come back meanwhile."""


@pytest.fixture(scope="module")
def ports() -> Ports:
    return free_ports()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Standing]:
    """A server as docs/deploy/README.md sets it up."""
    settings = {
        "HEYI_PORT": str(ports.server),
        "HEYI_PUBLIC_URL": ports.url,
        "HEYI_TRUSTED_PROXIES": "127.0.0.1",
    }
    with standing(tmp_path_factory.mktemp("behind"), **settings) as server:
        yield server


@pytest.fixture(params=PROXIES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def proxy(kind: str, tmp_path: Path, ports: Ports, behind: Standing) -> AsyncIterator[Proxy]:
    async with PROXIES[kind](tmp_path, ports) as running:
        yield running


@pytest.fixture(scope="module")
def addresses() -> Iterator[str]:
    """Addresses of this machine that nobody has come from yet."""
    return (f"127.0.1.{at}" for at in range(1, 255))


@pytest.fixture
async def visitor(proxy: Proxy) -> AsyncIterator[aiohttp.ClientSession]:
    async with proxy.visitor() as session:
        yield session


async def test_pages_come_by_https_alone(proxy: Proxy, visitor: aiohttp.ClientSession) -> None:
    async with visitor.get("/") as page:
        assert page.status == 200
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    plain = f"http://{NAME}:{proxy.ports.http}/verify"
    async with proxy.visitor() as other, other.get(plain, allow_redirects=False) as away:
        assert away.status == 308
        assert away.headers["Location"].startswith("https://" + NAME)


async def test_figures_are_for_this_machine(
    behind: Standing, visitor: aiohttp.ClientSession
) -> None:
    async with visitor.get("/metrics") as refused:
        assert refused.status == 404
    async with aiohttp.ClientSession() as inside, inside.get(f"{behind.url}/metrics") as shown:
        assert shown.status == 200
        assert "media_rooms" in await shown.text()


async def test_the_live_line_goes_through(proxy: Proxy, visitor: aiohttp.ClientSession) -> None:
    async with visitor.ws_connect(LIVE, origin=proxy.ports.url) as line:
        opened = await line.receive_str()
    assert opened.startswith('0{"sid"')


async def test_a_line_from_another_site_does_not(visitor: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await visitor.ws_connect(LIVE, origin="https://elsewhere.example.org")


async def test_each_visitor_has_a_share_of_his_own_whatever_he_says(
    proxy: Proxy, addresses: Iterator[str]
) -> None:
    async with proxy.visitor(next(addresses)) as eager, proxy.visitor(next(addresses)) as other:
        told = [await looked(eager, claims=f"198.51.100.{at}") for at in range(KNOCKS)]
        assert told[0] == 404
        assert told[-1] == 429
        assert await looked(other) == 404


async def test_what_the_server_takes_goes_through(visitor: aiohttp.ClientSession) -> None:
    assert await told(visitor, BODY_LIMIT, "application/zip") == 415
    assert await shown(visitor, BODY_LIMIT + TOO_MUCH) == 422


async def test_what_is_too_much_is_refused(visitor: aiohttp.ClientSession) -> None:
    assert await told(visitor, BODY_LIMIT + TOO_MUCH) == 413


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_both_files_let_through_what_verifying_takes(name: str) -> None:
    text = (SHIPPED / name).read_text("utf-8")
    limits = re.findall(r"(?:max_body_size|max_size)\s+(\d+)(m|MiB);?$", text, re.MULTILINE)
    sizes = sorted(int(number) * MIB for number, _ in limits)
    assert BODY_LIMIT < sizes[0] < BODY_LIMIT + TOO_MUCH
    assert LARGEST < sizes[1] < LARGEST + TOO_MUCH


async def test_nothing_of_a_link_is_written_even_while_the_server_is_away(
    tmp_path: Path, kind: str
) -> None:
    nobody = free_ports()
    async with PROXIES[kind](tmp_path, nobody) as proxy, proxy.visitor() as visitor:
        async with visitor.get(f"/j/{SECRET}", headers={"Referer": f"/j/{SECRET}"}) as page:
            assert page.status == 502
        assert SECRET not in proxy.written()


async def looked(visitor: aiohttp.ClientSession, claims: str = "") -> int:
    """Return how a link that nobody gave out is answered."""
    headers = {"X-Forwarded-For": claims} if claims else {}
    async with visitor.get("/j/nothing", headers=headers) as page:
        return page.status


async def told(visitor: aiohttp.ClientSession, size: int, type_: str = "application/json") -> int:
    """Return how a request of so many bytes is answered; it asks for nothing, in JSON."""
    headers = {"Content-Type": type_}
    body = io.BytesIO(b" " * (size - 2) + b"{}")
    async with visitor.post("/api/setup", data=body, headers=headers) as answer:
        return answer.status


async def shown(visitor: aiohttp.ClientSession, size: int) -> int:
    """Return how a file of so many bytes is answered that is no record."""
    form = aiohttp.FormData()
    file = io.BytesIO(bytes(size))
    form.add_field("file", file, filename="a.zip", content_type="application/zip")
    async with visitor.post("/verify", data=form) as page:
        return page.status
