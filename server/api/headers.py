"""The headers every answer carries."""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

SOCKETS: web.AppKey[str] = web.AppKey("sockets", str)

_ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), autoplay=(self), screen-wake-lock=(self), geolocation=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def socket_origin(url: str) -> str:
    """Return the WebSocket origin of a site; older Safari does not count it as 'self'."""
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return f"{scheme}://{parts.netloc}"


def content_policy(sockets: str, nonce: str | None = None, *, script: bool = False) -> str:
    """Return the Content-Security-Policy (W3C CSP3): own origin only, nothing inline.

    A page painted by the server may carry one style element under `nonce`, and one `script`.
    """
    style = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    scripts = style if script else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src {style}",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            f"connect-src 'self' {sockets}",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


@web.middleware
async def secure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the headers on every answer, also on refusals raised by the router."""
    try:
        response = await handler(request)
    except web.HTTPException as raised:
        response = raised
    if response.prepared:
        return response
    response.headers.setdefault("Content-Security-Policy", _policy(request))
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if isinstance(response, web.HTTPException):
        raise response
    return response


def _policy(request: web.Request) -> str:
    return content_policy(request.app[SOCKETS])
