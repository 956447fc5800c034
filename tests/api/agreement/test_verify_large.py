"""A record on paper is as large as its scans, and the public page judges it all the same."""

import random
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from server.api import tray, verify
from server.api.tray import LARGEST
from server.usecases.attach_signed_paper import MOST_BYTES
from server.usecases.lock_agreement import RECORD_MARGIN
from tests.api.agreement.test_verify import BROWSER, everything_below, papers, posted
from tests.support import paper, signing
from tests.support.paper import bring, photo, printed, sheets
from tests.support.signing import agreement
from tests.support.site import Town
from tests.support.world import Stage

MIB = 1024 * 1024
EARLIER = 16 * MIB


def test_every_record_that_can_be_made_fits() -> None:
    pdf = 10 * MIB  # twenty times what one has
    assert MOST_BYTES + RECORD_MARGIN + 2 * pdf <= LARGEST


async def heavy(office: Stage) -> bytes:
    """Return the package of an agreement signed on paper whose scans are large."""
    made = await paper.locked(office)
    pages = sheets(await printed(made))
    noise = random.Random(7).randbytes(EARLIER // len(pages) + 1)
    for number, sheet in enumerate(pages, start=1):
        await bring(made, photo(sheet) + noise, number)
    await paper.compare(made)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    await signing.seal(made)
    assert (await agreement(made.world, made.case.id)).seal is not None
    return (await papers(office.world))[0]


async def test_a_record_on_paper_is_judged_and_leaves_nothing(
    site: Town, office: Stage, tmp_path: Path
) -> None:
    package = await heavy(office)
    assert len(package) > EARLIER
    async with site.browser().fetch("GET", "/verify"):
        pass
    before = everything_below(tmp_path)
    status, page = await posted(site, {"file": BytesIO(package)})
    assert status == 200
    assert "核验通过，与本网站存档的一致" in page
    assert everything_below(tmp_path) == before


async def unannounced() -> AsyncIterator[bytes]:
    """Send a file whose length nobody is told beforehand."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    for _ in range(3):
        yield bytes(MIB)
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize("announced", [True, False])
async def test_what_is_larger_is_refused_in_words_that_show_another_way(
    site: Town, office: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    del office
    for module in (tray, verify):
        monkeypatch.setattr(module, "LARGEST", 2 * MIB)
    if announced:
        monkeypatch.setattr(tray.Tray, "lend", None)  # nothing of it is read
        status, page = await posted(site, {"file": BytesIO(bytes(3 * MIB))})
    else:
        headers = {**BROWSER, "Content-Type": "multipart/form-data; boundary=x"}
        async with site.browser().fetch(
            "POST", "/verify", data=unannounced(), headers=headers
        ) as answer:
            status, page = answer.status, await answer.text()
    assert status == 413
    told = page[page.index('role="alert"') :]
    assert "这里只收 2 MiB 以内的" in told
    assert "卷宗里的 verify.html" in told
    assert not list(tmp_path.rglob("*.presented"))


async def test_the_page_says_how_large_it_may_be(site: Town, office: Stage) -> None:
    del office
    for lang, words in (("zh-CN", "（128 MiB 以内）"), ("en", "(up to 128 MiB)")):
        async with site.browser().fetch("GET", f"/verify?lang={lang}") as answer:
            page = await answer.text()
        assert words in page
        assert f'data-most="{LARGEST}"' in page


async def test_who_finds_no_place_is_told_when_to_come_again(
    site: Town, office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    del office
    monkeypatch.setattr(tray, "PLACES", 0)
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("file", BytesIO(bytes(2 * MIB)), filename="x")
    async with site.browser().fetch("POST", "/verify", data=form, headers=BROWSER) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
        assert "过几分钟再试" in await answer.text()
