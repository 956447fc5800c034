"""Handlers of the signed paper on the console: scans of its pages, and their comparison."""

from aiohttp import web

from server.api.agreements import agreement
from server.api.binary import WEBP, page_of, shown, width_of
from server.api.cases import case_id
from server.api.endpoint import Context
from server.api.schemas import agreement as wire
from server.api.uploads import read_upload
from server.domain.errors import InvalidValueError
from server.domain.ids import FileId
from server.domain.paper_copy import LineSeen, PageTick
from server.usecases import attach_signed_paper, compare_paper
from server.usecases.compare_paper import ComparisonForm
from server.usecases.share_files import Upload


async def upload(context: Context, _: None) -> wire.AgreementView:
    """Keep the scan of one page, or of all of them where no page is named."""
    page = _page(context)
    name, content = await read_upload(context)
    given = Upload(name=name, content=content)
    await attach_signed_paper.put(context.world, context.staff, case_id(context), page, given)
    return await agreement(context, None)


def _page(context: Context) -> int | None:
    asked = context.query.get("page", "")
    if asked and (not asked.isdecimal() or len(asked) > 4):  # noqa: PLR2004
        raise InvalidValueError(field="page", reason="not_a_number")
    return int(asked) if asked else None


async def page(context: Context, _: None) -> web.Response:
    """Return the scan of one page as a picture."""
    content = await attach_signed_paper.page(
        context.world, context.staff, case_id(context), page_of(context), width_of(context)
    )
    return shown(content, WEBP)


async def compare(context: Context, ask: wire.ComparisonAsk) -> wire.AgreementView:
    """Attest the comparison."""
    form = ComparisonForm(
        pdf_sha256=ask.pdf_sha256,
        pages=tuple(PageTick(page=p.page, file=FileId(p.file), same=p.same) for p in ask.pages),
        lines=tuple(
            LineSeen(
                signer=line.signer,
                signature=line.signature,
                fingerprint=line.fingerprint,
                company_seal=line.company_seal,
                signed_on=line.signed_on,
            )
            for line in ask.lines
        ),
    )
    await compare_paper.compare(context.world, context.staff, case_id(context), form)
    return await agreement(context, None)
