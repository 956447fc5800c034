"""The public page by number and check code: facts in words, and for the wrong ones nothing."""

import asyncio
import re
from datetime import date
from typing import Any
from unittest.mock import AsyncMock

import pytest

from server.archive.bucket import ArchiveUnavailableError
from server.archive.local import LocalArchive
from server.documents.attachments import attachment
from server.domain.canonical import sha256_hex
from server.domain.signing_order import Borne
from server.domain.signing_route import SigningRoute
from server.usecases import verify_presented
from server.usecases.registered_facts import RegisteredFacts, StampStanding
from tests.api.agreement.test_verify import NUMBER, papers, passed, posted
from tests.support import signing
from tests.support.site import Town
from tests.support.world import Stage

WRONG = "0" * 16
CONTENT = ("陈水根", "林启航", "苏慧珍", "江一帆", "512099", "115,000", "11500000", "拆模", "赔偿")
FULL = RegisteredFacts(
    committee="<b>禾溪</b>调委会",
    sealed_on=date(2025, 9, 24),
    effective_on=date(2025, 9, 25),
    signatures=(
        Borne(whose="party", route=SigningRoute.WET_INK, count=2),
        Borne(whose="party", route=SigningRoute.WITNESSED, count=1),
        Borne(whose="mediator", route=SigningRoute.ELECTRONIC, count=1),
    ),
    stamp=StampStanding(until=date(2035, 9, 22), in_force=True),
    destroyed_on=date(2036, 11, 30),
)
BARE = RegisteredFacts(
    committee="禾溪调委会",
    sealed_on=date(2025, 3, 14),
    effective_on=date(2025, 3, 14),
    signatures=(),
    stamp=StampStanding(until=date(2035, 3, 12)),
    destroyed_on=None,
)


@pytest.fixture
async def sealed(office: Stage) -> tuple[bytes, str]:
    """Return PDF and check code of a sealed agreement."""
    await signing.sealed(office)
    _, pdf, code = await papers(office.world)
    return pdf, code


async def asked(site: Town, office: Stage, number: str, code: str, **more: Any) -> str:
    """Return the page that answers."""
    asking = asyncio.create_task(posted(site, {"number": number, "code": code}, **more))
    await passed(office.clock, asking)
    status, page = await asking
    assert status == 200
    return page


def told(page: str) -> dict[str, str]:
    """Return the facts that stand on the page, as people read them."""
    rows = re.findall(r'<dd data-code="(\w+)">(.*?)</dd>', page, re.DOTALL)
    return {code: " ".join(re.sub("<.*?>", " ", said).split()) for code, said in rows}


async def test_number_and_code_are_taken_as_people_type_them(
    site: Town, office: Stage, sealed: tuple[bytes, str]
) -> None:
    pdf, code = sealed
    whole = sha256_hex(attachment(pdf, "agreement.json"))
    fours = " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))
    typed = {
        (NUMBER, code): True,
        (NUMBER, fours): True,
        (NUMBER, fours[:-1] + ("0" if fours[-1] != "0" else "1")): False,
        (NUMBER.replace("〔", "[").replace("〕", "] "), code.upper()): True,
        (NUMBER.replace("001", "1"), code): True,
        (NUMBER.replace("第001号", "1"), code): True,
        (NUMBER, code[:-1] + ("0" if code[-1] != "0" else "1")): False,
        (NUMBER.replace("001", "002"), code): False,
        ("1", code): False,
    }
    for (number, given), found in typed.items():
        page = await asked(site, office, number, given)
        assert ("有这份协议" in page) is found, (number, given)
        assert ("没有查到" in page) is not found
        assert bool(told(page)) is found


async def test_the_archive_is_not_asked_which_may_be_far_away(
    site: Town,
    office: Stage,
    sealed: tuple[bytes, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stranger with a number would have it send a whole record, again and again."""
    pdf, code = sealed
    for way in ("find", "manifest", "read", "files", "pdf", "package"):
        away = AsyncMock(side_effect=ArchiveUnavailableError(status="TimeoutError"))
        monkeypatch.setattr(LocalArchive, way, away)
    assert told(await asked(site, office, NUMBER, code))
    assert (await verify_presented.verify_presented(office.world, pdf)).on_record


async def test_the_right_ones_tell_facts_without_content(
    site: Town, office: Stage, sealed: tuple[bytes, str]
) -> None:
    page = await asked(site, office, NUMBER, sealed[1])
    assert told(page) == {
        "committee": "鹭岛市湖滨区禾溪街道人民调解委员会",
        "sealed_on": "2025 年 3 月 10 日",
        "effective_on": "2025 年 3 月 10 日",
        "signatures": "共 4 人 当事人或其代理人： 电子签名 2 人 调解员： 电子签名 1 人 "
        "记录人： 电子签名 1 人",
        "stamp": "有效到哪天，这里查不到；交来文件就能看到。",
        "destroyed_on": "没有销毁",
    }
    assert "看不出您手上的一份有没有改动" in page
    assert [content for content in CONTENT if content in page] == []


async def test_a_wrong_number_and_a_wrong_code_get_the_very_same_page(
    site: Town, office: Stage, sealed: tuple[bytes, str]
) -> None:
    other = NUMBER.replace("001", "002")
    pages = [
        await asked(site, office, number, code)
        for number, code in ((NUMBER, WRONG), (other, sealed[1]), (other, WRONG))
    ]
    bare = {re.sub(r'(value|nonce)="[^"]*"', "", page) for page in pages}
    assert len(bare) == 1
    assert told(pages[0]) == {}


@pytest.mark.parametrize(
    ("lang", "facts", "words"),
    [
        ("zh-CN", FULL, {
            "signatures": "共 4 人 当事人或其代理人： 纸上签名 2 人， 口头同意、有见证人 1 人 "
            "调解员： 电子签名 1 人",
            "stamp": "有效，到 2035 年 9 月 22 日",
            "destroyed_on": "已于 2036 年 11 月 30 日 销毁； 盖章的协议仍然存档",
        }),
        ("en", FULL, {
            "effective_on": "25 September 2025",
            "signatures": "4 people Parties, or who signs for them: 2 on paper, "
            "1 aloud, before witnesses Mediator: 1 electronically",
            "stamp": "valid until 22 September 2035",
            "destroyed_on": "destroyed on 30 November 2036 ; the sealed agreement stays archived",
        }),
        ("zh-CN", BARE, {"stamp": "已于 2035 年 3 月 12 日 到期，还没有续期"}),
        ("en", BARE, {"stamp": "ended on 12 March 2035 , not renewed yet"}),
    ],
)  # fmt: skip
async def test_every_fact_has_its_words(
    site: Town,
    office: Stage,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    facts: RegisteredFacts,
    words: dict[str, str],
) -> None:
    del office
    monkeypatch.setattr(verify_presented, "look_up", AsyncMock(return_value=facts))
    _, page = await posted(site, {"number": NUMBER, "code": WRONG}, lang=lang)
    said = told(page)
    assert {code: said[code] for code in words} == words
    assert ("signatures" in said) is bool(facts.signatures)
    assert "<b>禾溪" not in page  # a committee writes its own name


ODD = (
    "\0",
    "'; DROP TABLE register; --",
    "%",
    "*",
    "第001号",
    "\u202e",
    "𠮷" * 64,
    "0",
    "-1",
    "1e9",
)


async def test_whatever_stands_for_a_number_is_a_wrong_one(
    site: Town, office: Stage, sealed: tuple[bytes, str]
) -> None:
    pages = [await asked(site, office, number, sealed[1]) for number in ODD]
    assert len({re.sub(r'(value|nonce)="[^"]*"', "", page) for page in pages}) == 1
    assert told(pages[0]) == {}


@pytest.mark.parametrize("code", ["%" * 16, "\0" * 16, "０" * 16, "a" * 65, "g" * 16, "a" * 15])
async def test_whatever_is_no_code_is_refused_before_anything_is_read(
    site: Town, office: Stage, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    del office
    monkeypatch.setattr(verify_presented, "_found", None)
    status, page = await posted(site, {"number": NUMBER, "code": code})
    assert (status, told(page)) == (422, {})
