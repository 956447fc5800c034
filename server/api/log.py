"""Handlers of the log's checkpoints, for whoever watches that it is only added to.

Sizes and hashes, nothing of any case.
"""

import base64

from aiohttp import web

from server.api.endpoint import Context
from server.api.schemas.log import LogProof
from server.api.throttle import DOORS
from server.domain.errors import InvalidValueError
from server.usecases.log_tree import consistency, latest_checkpoint

_LONGEST = 15


async def checkpoint(context: Context, _: None) -> web.Response:
    """Return the newest checkpoint as C2SP writes it."""
    context.request.app[DOORS].look(context.request)
    latest = await latest_checkpoint(context.world)
    return web.Response(text=latest.text, headers={"Cache-Control": "no-store"})


async def proof(context: Context, _: None) -> LogProof:
    """Return the proof that the newest tree only added to a smaller one."""
    context.request.app[DOORS].look(context.request)
    first = _size(context.query.get("first", ""))
    latest, hashes = await consistency(context.world, first)
    return LogProof(
        first=first,
        checkpoint=latest.text,
        hashes=[base64.b64encode(one).decode() for one in hashes],
    )


def _size(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST:
        raise InvalidValueError(field="first", reason="not_a_number")
    return int(text)
