"""Who really asks, when a proxy of our own stands in front."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler

TRUSTED: web.AppKey[tuple[IPv4Network | IPv6Network, ...]] = web.AppKey("trusted", tuple)
HEADER = "X-Forwarded-For"


@web.middleware
async def believe_own_proxies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take the address a trusted proxy added last; from anybody else the header is noise."""
    told = request.headers.get(HEADER, "").rpartition(",")[2].strip()
    if told and _is_own(request):
        request = request.clone(remote=told)
    return await handler(request)


def _is_own(request: web.Request) -> bool:
    """Return whether a proxy of ours passed it on.

    A socket on `::` shows addresses of IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2).
    """
    try:
        address = ip_address(request.remote or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in request.app[TRUSTED])


def came_through_a_proxy(request: web.Request) -> bool:
    """Return whether some proxy passed this on, so that its address says nothing."""
    return any(name in request.headers for name in (HEADER, "Forwarded", "Via"))
