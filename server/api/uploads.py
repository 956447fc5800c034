"""Reads one uploaded file of a multipart body, bounded."""

import warnings
from collections.abc import Awaitable, Callable, Collection

from aiohttp import (
    BadContentDispositionHeader,
    BadContentDispositionParam,
    BodyPartReader,
    web,
)
from aiohttp.http_exceptions import BadHttpMessage

from server.api.endpoint import Context
from server.domain.errors import InvalidValueError, TooLargeError
from server.ports.pieces import PIECE, in_one

UPLOAD_LIMIT = 20 * 1024 * 1024
TEXT_LIMIT = 1024

_WARNINGS = (BadContentDispositionHeader, BadContentDispositionParam)

Take = Callable[[bytes], Awaitable[None]]
"""Takes the next piece of a file; raises to take no more."""


def keep_names_unprinted() -> None:
    """Silence aiohttp's warnings of odd file names: they quote them, and no log holds names."""
    for one in _WARNINGS:
        warnings.simplefilter("ignore", one)


async def read_upload(context: Context, limit: int = UPLOAD_LIMIT) -> tuple[str, bytes]:
    """Return the name and the bytes of the part called `file`."""
    if context.request.content_type != "multipart/form-data":
        raise InvalidValueError(field="file", reason="missing")
    try:
        part = await _part(context.request)
        return part.filename or "", await _content(part, limit)
    except (ValueError, BadHttpMessage):  # a body that is no multipart after all
        raise InvalidValueError(field="file", reason="malformed") from None


async def read_form(context: Context, fields: Collection[str], take: Take) -> dict[str, str]:
    """Return the short texts among `fields`; what there is of `file` goes to `take`."""
    if context.request.content_type != "multipart/form-data":
        raise InvalidValueError(field="file", reason="missing")
    found: dict[str, bytes] = {}
    try:
        async for part in await context.request.multipart():
            name, body = _expected(part, {"file", *fields} - found.keys())
            if name == "file":
                await _take(body, take)
            found[name] = await _content(body, TEXT_LIMIT)
        return {name: found[name].decode() for name in fields if name in found}
    except (ValueError, BadHttpMessage):  # a body that is no multipart after all, or no text
        raise InvalidValueError(field="file", reason="malformed") from None


def _expected(part: object, names: Collection[str]) -> tuple[str, BodyPartReader]:
    """Return a part with its name; ValueError for one nobody waits for, which is not even read."""
    if not isinstance(part, BodyPartReader) or part.name is None or part.name not in names:
        raise ValueError("a part nobody waits for")
    return part.name, part


async def _take(part: BodyPartReader, take: Take) -> None:
    while piece := await part.read_chunk(PIECE):
        await take(piece)


async def _content(part: BodyPartReader, limit: int) -> bytes:
    pieces, size, last = list[bytes](), 0, bytearray()
    while read := await part.read_chunk(PIECE):
        size += len(read)
        if size > limit:
            raise TooLargeError(limit=limit)
        last += read  # who sends two bytes at a time must not make millions of pieces
        if len(last) >= PIECE:
            pieces.append(bytes(last))
            last.clear()
    return await in_one([*pieces, bytes(last)])


async def _part(request: web.Request) -> BodyPartReader:
    reader = await request.multipart()
    async for part in reader:
        if isinstance(part, BodyPartReader) and part.name == "file":
            return part
    raise InvalidValueError(field="file", reason="missing")
