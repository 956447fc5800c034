"""Wraps every handler: who asks, from where, with what body; and renders the answer."""

import json
import logging
from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler as WebHandler
from pydantic import BaseModel, ValidationError

from server.api import cookies, refusals
from server.api.endpoint import WORLD, Answer, Context, Handler, Result, Route, Who
from server.domain.access import allow
from server.domain.errors import DomainError, SignedOutError, TooLargeError
from server.usecases.identify import SEAT_COOKIE, STAFF_COOKIE, hash_token, seat_of, staff_of

log = logging.getLogger(__name__)

JSON_LIMIT = 2 * 1024 * 1024
"""The largest body we ask for is a set-up with the picture of a seal."""

ORIGINS: web.AppKey[frozenset[str]] = web.AppKey("origins", frozenset)
_SAFE = {"GET", "HEAD"}
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ForeignOriginError(DomainError):
    """A request that changes something came from another site."""

    code = "foreign_origin"


class NotJsonError(DomainError):
    """The body is not JSON."""

    code = "not_json"


def wrap(route: Route, handler: Handler) -> WebHandler:
    """Return aiohttp's handler for a route."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await _serve(route, handler, request)
        except DomainError as refused:
            return refusals.from_domain(refused)
        except (web.HTTPException, ConnectionResetError):  # the second: who asked is gone
            raise
        # Whatever else goes wrong is our own fault, also an answer that fits no type.
        except Exception as fault:  # noqa: BLE001
            return refusals.from_fault(fault, route.name)

    return handle


async def _serve(route: Route, handler: Handler, request: web.Request) -> web.StreamResponse:
    check_origin(request)
    context = await _context(route, request)
    try:
        ask = await _body(route, request)
    except ValidationError as wrong:
        return refusals.from_validation(wrong)
    return render(await handler(context, ask))


def check_origin(request: web.Request) -> None:
    """Refuse a change asked for by another site's page (ASVS 3.5)."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("Origin")
    allowed = request.app[ORIGINS]
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if (origin is not None and origin not in allowed) or site not in {"same-origin", "none"}:
        raise ForeignOriginError


async def _context(route: Route, request: web.Request) -> Context:
    context = Context(
        world=request.app[WORLD],
        request=request,
        path=dict(request.match_info),
        query=_query(route, request),
    )
    if route.who is Who.STAFF:
        return await _as_staff(route, context)
    if route.who is Who.SEAT:
        return await _as_seat(context)
    return context


def _query(route: Route, request: web.Request) -> Mapping[str, str]:
    return {name: request.query[name] for name in route.query if name in request.query}


async def _as_staff(route: Route, context: Context) -> Context:
    token = cookies.read(context.request, STAFF_COOKIE)
    actor = await staff_of(context.world, token) if token else None
    if actor is None:
        raise SignedOutError
    if route.act is not None:
        allow(actor, route.act)
    return _replace(context, actor=actor)


async def _as_seat(context: Context) -> Context:
    token = cookies.read(context.request, SEAT_COOKIE)
    invitation = await seat_of(context.world, token) if token else None
    if token is None or invitation is None:
        raise SignedOutError
    return _replace(context, invitation=invitation, seat_hash=hash_token(token))


def _replace(context: Context, **changes: object) -> Context:
    values = {name: getattr(context, name) for name in context.__dataclass_fields__}
    return Context(**(values | changes))


async def _body(route: Route, request: web.Request) -> BaseModel | None:
    if route.ask is None:
        return None
    if request.content_type != "application/json":
        raise NotJsonError
    content = await _content(request)
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):  # also bad UTF-8, endless numbers, endless depth
        raise NotJsonError from None
    return route.ask.model_validate(raw)


async def _content(request: web.Request) -> bytes:
    """Return the body; parsing a larger one would hold everybody up."""
    content = bytearray()
    async for piece in request.content.iter_any():
        content += piece
        if len(content) > JSON_LIMIT:
            raise TooLargeError(limit=JSON_LIMIT)
    return bytes(content)


def render(result: Result) -> web.StreamResponse:
    """Return a handler's result as a response."""
    if isinstance(result, web.StreamResponse):
        return result
    answer = result if isinstance(result, Answer) else Answer(view=result)
    response = web.Response(
        status=answer.status,
        text=answer.view.model_dump_json(),
        content_type="application/json",
        headers=_HEADERS,
    )
    for name, value in answer.cookies.items():
        if value is None:
            cookies.clear(response, name)
        else:
            cookies.write(response, name, *value)
    return response
