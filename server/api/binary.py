"""Answers that are no JSON: pages, pictures and documents, never kept by a browser's cache."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from urllib.parse import quote

from aiohttp import web

from server.api.endpoint import Context
from server.domain.errors import DomainError, InvalidValueError, NotFoundError
from server.ports.pieces import in_pieces, joined
from server.usecases.show_recordings import Film

WEBP, PNG, PDF, ZIP = "image/webp", "image/png", "application/pdf", "application/zip"
MP4, WEBM, MATROSKA = "video/mp4", "video/webm", "video/x-matroska"
_WIDTH = 1080
_PIECE_S = 30.0
"""Seconds that one piece of 64 KiB may take: who reads slower holds up a place that others need."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def written(json: bytes) -> web.Response:
    """Return JSON that was written piece by piece, as `render` does what is small."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return _answer(json, "application/json", headers, charset="utf-8")


def shown(content: bytes, media: str) -> web.Response:
    """Return something to be shown inside our own pages."""
    return _answer(content, media, _HEADERS)


def saved(content: bytes, media: str, name: str) -> web.Response:
    """Return something to be saved under a name (RFC 6266)."""
    return _answer(content, media, {**_HEADERS, "Content-Disposition": _named(name)})


def _named(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _answer(
    content: bytes, media: str, headers: Mapping[str, str], charset: str | None = None
) -> web.Response:
    # aiohttp hands bytes to the socket in one step: 4 MB take 4 to 7 ms.
    length = {"Content-Length": str(len(content))}
    return web.Response(
        body=in_pieces(content), content_type=media, headers={**headers, **length}, charset=charset
    )


async def streamed(
    request: web.Request, pieces: AsyncGenerator[bytes], media: str, name: str
) -> web.StreamResponse:
    """Send something to be saved, piece by piece, as it comes to be.

    Where it breaks off, or nobody reads for half a minute, the connection is cut without the last
    chunk (RFC 9112 section 7.1), so that nobody keeps a part for the whole.
    """
    headers = {**_HEADERS, "Content-Disposition": _named(name), "Content-Type": media}
    answer = web.StreamResponse(headers=headers)
    await answer.prepare(request)
    try:
        async with aclosing(pieces) as opened:
            async for piece in opened:
                async with asyncio.timeout(_PIECE_S):
                    await answer.write(piece)
    # Whatever it was, half of a file must not look like the whole.
    except Exception as broken:
        if request.transport is not None:
            request.transport.abort()
        if isinstance(broken, DomainError | TimeoutError):
            return answer
        raise
    await answer.write_eof()
    return answer


async def film(request: web.Request, found: Film) -> web.StreamResponse:
    """Send a film as what it begins like, under its name and the ending of that."""
    first = await anext(found.pieces, b"")
    media, ending = _form(first)
    return await streamed(request, joined(first, found.pieces), media, f"{found.name}.{ending}")


def _form(first: bytes) -> tuple[str, str]:
    """Return a film's media type and the ending of its name (ISO/IEC 14496-12 4.3, RFC 9559)."""
    if first[4:8] == b"ftyp":
        return MP4, "mp4"
    return (MATROSKA, "mkv") if b"matroska" in first[:64] else (WEBM, "webm")


def page_of(context: Context) -> int:
    """Return the page that the path names; NotFoundError for what is no number."""
    page = context.path["page"]
    if not page.isdecimal() or len(page) > 4:  # noqa: PLR2004  no agreement has 10,000 pages
        raise NotFoundError
    return int(page)


def width_of(context: Context) -> int:
    """Return the width asked for in pixels, 1080 by default."""
    asked = context.query.get("w", str(_WIDTH))
    if not asked.isdecimal() or len(asked) > 4:  # noqa: PLR2004
        raise InvalidValueError(field="w", reason="not_a_number")
    return int(asked)
