"""Handlers of the log: its checkpoints for whoever watches that it is only added to, its list.

Numbers, sizes and hashes, nothing of any case's people or matter.
"""

import base64

from aiohttp import web

from server.api.endpoint import Context
from server.api.queries import day, page_number
from server.api.schemas.log import LogList, LogProof
from server.api.throttle import DOORS
from server.api.views.log import log_list
from server.domain.errors import InvalidValueError
from server.usecases import see_logs
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


async def search(context: Context, _: None) -> LogList:
    """Return one page of the logs, by case number and by the days of registration."""
    query = see_logs.LogQuery(
        number=context.query.get("number", ""),
        first=day(context, "from"),
        last=day(context, "to"),
        page=page_number(context),
    )
    return log_list(await see_logs.find(context.world, context.staff, query))


def _size(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > _LONGEST:
        raise InvalidValueError(field="first", reason="not_a_number")
    return int(text)
