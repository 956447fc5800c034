"""The rehearsal's way to read one-time codes; mounted in demo mode on loopback only."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from server.api.endpoint import Context
from server.api.forwarded import came_through_a_proxy
from server.usecases.rehearse import staff_digits


@dataclass(frozen=True, slots=True)
class LastCodes:
    """The latest one-time code by person, as the demonstration's notifier keeps it."""

    by_person: Mapping[str, str]


CODES: web.AppKey[LastCodes] = web.AppKey("codes", LastCodes)


async def codes(context: Context, _: None) -> web.Response:
    """Return the latest code by person and the staff's six digits; to loopback only."""
    here = context.request.remote in {"127.0.0.1", "::1"}
    if not here or came_through_a_proxy(context.request):
        raise web.HTTPNotFound
    staff = await staff_digits(context.world)
    return web.json_response({"codes": dict(context.request.app[CODES].by_person), "staff": staff})
