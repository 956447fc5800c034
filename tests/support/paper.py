"""Signs the locked text on paper, scans it, and compares it, as an office does."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageDraw

from server.domain.agreement import Agreement
from server.domain.paper_copy import LineSeen, PageTick, ink_lines
from server.domain.signing_route import RoutePlan
from server.domain.staff import Actor
from server.usecases import attach_signed_paper, compare_paper, lock_agreement
from server.usecases.compare_paper import ComparisonForm
from server.usecases.share_files import Upload
from tests.support import signing
from tests.support.signing import Sitting, agreement, stepped_up
from tests.support.world import PACK, Stage, actor

PAPER = RoutePlan(wet_ink=True, reason="甲方双手受伤，到现场签")


async def lock(made: Sitting, plan: RoutePlan = PAPER) -> Agreement:
    revision = (await agreement(made.world, made.case.id)).revision
    return await lock_agreement.lock(made.world, actor("su"), made.case.id, revision, plan)


async def locked(scene: Stage, plan: RoutePlan = PAPER, **changes: Any) -> Sitting:
    """Return the sitting with its text locked for paper."""
    made = await signing.agreed(scene, **changes)
    await lock(made, plan)
    return made


async def printed(made: Sitting) -> bytes:
    """Return the exact PDF that is printed."""
    text = await agreement(made.world, made.case.id)
    assert text.locked is not None
    async with made.world.store.read() as uow:
        return await uow.files.content(text.locked.pdf)


def sheets(pdf: bytes, scale: float = 1.5) -> list[Image.Image]:
    """Return the printed pages with ink on them."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        pictures = [page.render(scale=scale).to_pil().convert("RGB") for page in opened]
    finally:
        opened.close()
    for picture in pictures:
        pen, wide = ImageDraw.Draw(picture), picture.width
        pen.line([(wide * 0.4, 200), (wide * 0.45, 230), (wide * 0.5, 190)], fill=(20, 20, 90))
        pen.ellipse([wide * 0.6, 190, wide * 0.66, 240], fill=(190, 40, 40))
    return pictures


def photo(picture: Image.Image, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    picture.save(out, kind, quality=70)
    return out.getvalue()


def large(picture: Image.Image) -> bytes:
    """Return a photo as a good camera makes it, of some 8 MB: every point has noise."""
    whole = picture.resize((3000, 4000))
    grain = Image.effect_noise(whole.size, 60).convert("RGB")
    out = BytesIO()
    Image.blend(whole, grain, 0.5).save(out, "JPEG", quality=92)
    return out.getvalue()


def bound(pictures: list[Image.Image]) -> bytes:
    """Return one PDF of all sheets, as a scanner makes it."""
    out, (first, *others) = BytesIO(), pictures
    first.save(out, "PDF", save_all=True, append_images=others)
    return out.getvalue()


async def bring(
    made: Sitting, content: bytes, page: int | None = None, who: Actor | None = None
) -> Agreement:
    """Let the recorder, or another, bring a scan."""
    given = Upload(name="签字页.jpg", content=content)
    by = who or actor("jiang")
    return await attach_signed_paper.put(made.world, by, made.case.id, page, given)


async def bring_all(made: Sitting, who: Actor | None = None) -> Agreement:
    """Bring a photo of every page, one after the other."""
    for number, sheet in enumerate(sheets(await printed(made)), start=1):
        await bring(made, photo(sheet), number, who)
    return await agreement(made.world, made.case.id)


def ticked(text: Agreement, **changes: Any) -> ComparisonForm:
    """Return a comparison that finds everything as it must be."""
    assert text.locked is not None
    seen = (
        LineSeen(
            signer=line.signer,
            signature=True,
            fingerprint=True,
            company_seal=line.seal_scan,
            signed_on=PACK.local_day(text.locked.at),
        )
        for line in ink_lines(text)
    )
    pages = (PageTick(page=scan.page, file=scan.file, same=True) for scan in text.paper)
    form = ComparisonForm(pdf_sha256=text.locked.pdf_sha256, pages=tuple(pages), lines=tuple(seen))
    return replace(form, **changes)


async def compare(made: Sitting, login: str = "su", **changes: Any) -> Agreement:
    """Let somebody who did not bring the scans compare them."""
    form = ticked(await agreement(made.world, made.case.id), **changes)
    return await compare_paper.compare(made.world, stepped_up(login), made.case.id, form)
