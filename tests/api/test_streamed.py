"""What is sent while it comes to be: the whole of it, or a cut connection."""

from collections.abc import AsyncGenerator

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer

from server.api.binary import streamed
from server.ports.recording import FilmLostError


async def _film(*, breaks: bool) -> AsyncGenerator[bytes, None]:
    yield b"one"
    if breaks:
        raise FilmLostError
    yield b"two"


async def _asked(*, breaks: bool) -> bytes:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await streamed(request, _film(breaks=breaks), "video/webm", "film.webm")

    site = web.Application()
    site.router.add_get("/", handle)
    async with TestClient(TestServer(site)) as client, client.get("/") as answer:
        return await answer.read()


async def test_a_film_arrives_whole() -> None:
    assert await _asked(breaks=False) == b"onetwo"


async def test_a_film_that_breaks_off_is_no_finished_download() -> None:
    with pytest.raises(ClientPayloadError):
        await _asked(breaks=True)
