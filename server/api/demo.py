"""The rehearsal's way to read one-time codes; mounted in demo mode on loopback only."""

from aiohttp import web

from server.api.endpoint import Context
from server.usecases.rehearse import staff_digits

CODES: web.AppKey[dict[str, str]] = web.AppKey("codes", dict)


async def codes(context: Context, _: None) -> web.Response:
    """Return the latest code by person and the staff's six digits; to loopback only."""
    if context.request.remote not in {"127.0.0.1", "::1"}:
        raise web.HTTPNotFound
    staff = await staff_digits(context.world)
    return web.json_response({"codes": dict(context.request.app[CODES]), "staff": staff})
