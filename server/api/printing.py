"""Handlers of what is printed for the paper file of a case."""

from aiohttp import web

from server.api.binary import PDF, saved
from server.api.cases import case_id
from server.api.endpoint import Context
from server.domain.ids import SessionId
from server.usecases import print_papers
from server.usecases.print_papers import Paper


async def minutes(context: Context, _: None) -> web.Response:
    """Return the minutes of one sitting."""
    session_id = SessionId(context.path["session_id"])
    world, actor = context.world, context.staff
    return _pdf(await print_papers.minutes(world, actor, case_id(context), session_id))


async def acceptance(context: Context, _: None) -> web.Response:
    """Return the acceptance form."""
    return _pdf(await print_papers.acceptance(context.world, context.staff, case_id(context)))


async def file_cover(context: Context, _: None) -> web.Response:
    """Return cover and contents list of the paper file."""
    return _pdf(await print_papers.file_cover(context.world, context.staff, case_id(context)))


def _pdf(paper: Paper) -> web.Response:
    return saved(paper.pdf, PDF, paper.name)
