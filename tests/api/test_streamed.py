"""What is sent while it comes to be: the whole of it, or a cut connection."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer

from server.api import binary
from server.api.binary import film, saved, streamed
from server.ports.recording import FilmLostError
from server.usecases.show_recordings import Film


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


async def test_who_does_not_read_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_PIECE_S", 0.2)
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield bytes(64 * 1024)
        finally:
            closed.set()

    async def handle(request: web.Request) -> web.StreamResponse:
        return await streamed(request, endless(), "video/webm", "film.webm")

    site = web.Application()
    site.router.add_get("/", handle)
    async with TestClient(TestServer(site)) as client, client.get("/"), asyncio.timeout(5):
        await closed.wait()


async def test_large_content_arrives_whole_and_lets_others_take_their_turn() -> None:
    content = bytes(range(256)) * 32_768
    turns, sent = 0, asyncio.Event()

    async def handle(_: web.Request) -> web.StreamResponse:
        return saved(content, "application/zip", "记录/1.zip")

    async def count() -> None:
        nonlocal turns
        while not sent.is_set():
            turns += 1
            await asyncio.sleep(0)

    site = web.Application()
    site.router.add_get("/", handle)
    async with TestClient(TestServer(site)) as client, asyncio.TaskGroup() as tasks:
        tasks.create_task(count())
        async with client.get("/") as answer:
            assert await answer.read() == content
        sent.set()
    assert turns > len(content) / 65_536
    assert answer.content_length == len(content)
    assert answer.headers["Content-Disposition"].endswith("''%E8%AE%B0%E5%BD%95%2F1.zip")


async def _begun(first: bytes) -> AsyncGenerator[bytes, None]:
    yield first
    yield b"the rest"


@pytest.mark.parametrize(
    ("first", "media", "name"),
    [
        (b"\0\0\0\x1cftypiso5", "video/mp4", "one.mp4"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", "video/webm", "one.webm"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", "video/x-matroska", "one.mkv"),
    ],
)
async def test_a_film_is_named_after_what_it_is(first: bytes, media: str, name: str) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await film(request, Film(name="one", pieces=_begun(first)))

    site = web.Application()
    site.router.add_get("/", handle)
    async with TestClient(TestServer(site)) as client, client.get("/") as answer:
        assert answer.content_type == media
        assert name in answer.headers["Content-Disposition"]
        assert await answer.read() == first + b"the rest"
