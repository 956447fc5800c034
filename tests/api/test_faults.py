"""What goes wrong in our own work over HTTP: 500 `fault`, in the log without any value."""

import logging
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any, cast

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel

from server.api import frame
from server.api.binary import streamed
from server.api.endpoint import WORLD, Context, Handler, Route, Who
from server.domain.errors import NotFoundError

SECRET = "510123197001011234"


class Ask(BaseModel):
    """What is asked."""

    number: int


class View(BaseModel):
    """What is answered."""

    number: int


ROUTE = Route(
    method="POST", path="/", name="things.change", who=Who.ANYBODY, summary="Change", ask=Ask
)


def _site(handler: Handler) -> web.Application:
    site = web.Application()
    site[WORLD] = cast("Any", None)
    site[frame.ORIGINS] = frozenset()
    site.router.add_post("/", frame.wrap(ROUTE, handler))
    return site


async def _asked(handler: Handler, ask: object) -> tuple[int, dict[str, Any]]:
    async with (
        TestClient(TestServer(_site(handler))) as client,
        client.post("/", json=ask) as answer,
    ):
        return answer.status, await answer.json()


async def _misshapen(context: Context, ask: Ask) -> View:
    del context, ask
    return View.model_validate({"number": SECRET + "x"})


async def _broken(context: Context, ask: Ask) -> View:
    del context, ask
    raise KeyError(SECRET)


@pytest.mark.parametrize(
    ("handler", "kind"),
    [(_misshapen, "ValidationError"), (_broken, "KeyError")],
    ids=["a view that does not fit", "anything else"],
)
async def test_a_fault_of_ours_is_never_blamed_on_who_asks(
    handler: Handler, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    status, told = await _asked(handler, {"number": 1})
    assert (status, told) == (HTTPStatus.INTERNAL_SERVER_ERROR, {"code": "fault", "facts": {}})
    (noted,) = (one for one in caplog.records if one.levelno >= logging.ERROR)
    assert f"things.change failed: {kind}" in noted.message
    assert SECRET not in caplog.text


async def test_a_body_that_does_not_fit_is_still_the_askers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    status, told = await _asked(_broken, {"number": SECRET + "x"})
    assert (status, told["code"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_value")
    assert told["facts"]["field"] == "number"
    assert not caplog.records


@pytest.mark.parametrize(
    ("raised", "status"),
    [(NotFoundError(), HTTPStatus.NOT_FOUND), (web.HTTPGone(), HTTPStatus.GONE)],
    ids=["a rule's", "the router's"],
)
async def test_a_refusal_stays_one(
    raised: Exception, status: HTTPStatus, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuses(context: Context, ask: Ask) -> View:
        del context, ask
        raise raised

    async with (
        TestClient(TestServer(_site(refuses))) as client,
        client.post("/", json={"number": 1}) as answer,
    ):
        assert answer.status == status
    assert not caplog.records


async def test_a_fault_after_the_first_piece_cuts_the_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        yield b"one"
        raise KeyError(SECRET)

    async def sends(context: Context, ask: Ask) -> web.StreamResponse:
        del ask
        return await streamed(context.request, pieces(), "video/webm", "film.webm")

    with pytest.raises(ClientPayloadError):
        await _read(sends)
    (noted,) = (one for one in caplog.records if one.levelno >= logging.ERROR)
    assert "things.change failed: KeyError" in noted.message
    assert SECRET not in caplog.text


async def _read(handler: Handler) -> bytes:
    async with (
        TestClient(TestServer(_site(handler))) as client,
        client.post("/", json={"number": 1}) as answer,
    ):
        return await answer.read()
