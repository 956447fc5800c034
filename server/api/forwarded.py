"""Who really asks, when a proxy of our own stands in front."""

from aiohttp import web
from aiohttp.typedefs import Handler

TRUSTED: web.AppKey[frozenset[str]] = web.AppKey("trusted", frozenset)
HEADER = "X-Forwarded-For"


@web.middleware
async def believe_own_proxies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take the address a trusted proxy added last; from anybody else the header is noise."""
    told = request.headers.get(HEADER, "").rpartition(",")[2].strip()
    if told and request.remote in request.app[TRUSTED]:
        request = request.clone(remote=told)
    return await handler(request)


def came_through_a_proxy(request: web.Request) -> bool:
    """Return whether some proxy passed this on, so that its address says nothing."""
    return any(name in request.headers for name in (HEADER, "Forwarded", "Via"))
