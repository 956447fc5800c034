"""How the cookies are read and set; `identify` names them."""

from aiohttp import web


def read(request: web.Request, name: str) -> str | None:
    """Return the cookie's value, or None."""
    return request.cookies.get(name)


def write(response: web.StreamResponse, name: str, value: str, max_age: int) -> None:
    """Set it: host-only, Secure, HttpOnly, same site (RFC 6265bis, `__Host-`).

    Browsers treat loopback as a secure origin, so this also holds for a first look
    over plain HTTP on 127.0.0.1.
    """
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def clear(response: web.StreamResponse, name: str) -> None:
    """Delete it."""
    response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True, samesite="Lax")
