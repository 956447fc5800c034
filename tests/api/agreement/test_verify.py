"""The public page: whoever holds a record, or a number with its code, learns facts and no more."""

import asyncio
import hashlib
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import aiohttp
import pytest

from server.api.throttle import TooFastError
from server.archive.report_text import FACTS
from server.documents.key_files import FileKeys
from server.documents.keys import KeysUnavailableError
from server.domain.errors import TooLargeError
from server.domain.record import PDF
from server.domain.register import RegisterQuery
from server.domain.verification import Fact, Kind, Presented, Report
from server.ports.store import DiskFullError
from server.usecases import verify_presented
from server.usecases.verify_presented import Verified
from server.usecases.world import World
from tests.architecture.tree import ROOT
from tests.archive.example import Office
from tests.archive.sm2_record import sm2_parts
from tests.documents.test_sealing import painted_over
from tests.support import signing
from tests.support.clock import FakeClock
from tests.support.papers import fonts
from tests.support.site import ORIGIN, Town
from tests.support.world import COMMITTEE, Stage

NUMBER = "湖禾人调字〔2025〕第001号"
UNTOUCHED = {"readable", "attachment", "trusted"}
PAINTED = {"seal", "pdf_signatures", "only_blanks_filled"}
OF_A_PDF = {*UNTOUCHED, *PAINTED, "archive_stamp"}
CANARY = "金丝雀第四十二号"
BROWSER = {"Origin": ORIGIN, "Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
async def sealed(office: Stage) -> Any:
    """Return package, PDF and check code of a sealed agreement."""
    await signing.sealed(office)
    return await papers(office.world)


async def papers(world: World) -> tuple[bytes, bytes, str]:
    async with world.store.read() as uow:
        (entry,), _ = await uow.register.search(RegisterQuery(committee_id=COMMITTEE))
    manifest = await world.archive.manifest(entry.record_id)
    return (
        await world.archive.package(entry.record_id),
        await world.archive.read(entry.record_id, PDF),
        manifest.agreement_sha256[:16],
    )


async def posted(site: Town, fields: dict[str, Any], **more: Any) -> tuple[int, str]:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value, filename=None if isinstance(value, str) else "x")
    headers = more.pop("headers", BROWSER)
    path = f"/verify?lang={more.pop('lang')}" if "lang" in more else "/verify"
    async with site.browser().fetch("POST", path, data=form, headers=headers) as answer:
        return answer.status, await answer.text()


def facts(page: str) -> dict[str, str]:
    return {code: kind for kind, code in re.findall(r'<li class="(\w+)" data-code="(\w+)">', page)}


async def test_a_package_is_told_fact_by_fact_without_its_content(
    site: Town, sealed: tuple[bytes, bytes, str]
) -> None:
    package, _, _ = sealed
    status, page = await posted(site, {"file": package})
    told = facts(page)
    assert status == 200
    only_where_so = {"two_people", "declared_recording", "seal_lasting"}
    assert set(told) == {*FACTS["zh"], "on_record"} - only_where_so
    assert {code for code, kind in told.items() if kind != "yes"} <= {"log_included"}
    assert "核验通过，与本网站存档的一致" in page
    assert "签名算法：P-256/SHA-256（国际通用算法）</p>" in page
    day = r"<time>\d{4}-\d\d-\d\d</time>"  # on one line, however narrow the phone
    assert re.search(f"（{day} 加盖，有效至 {day}）", page)
    for content in ("陈水根", "林启航", "苏慧珍", "512099", "湖禾人调字"):
        assert content not in page


@pytest.mark.parametrize(
    ("lang", "named"),
    [("zh-CN", "由本服务器签发的事件证书"), ("en", "a server-issued event certificate")],
)
async def test_it_says_what_the_certificates_are(
    site: Town, sealed: tuple[bytes, bytes, str], lang: str, named: str
) -> None:
    _, pdf, _ = sealed
    _, page = await posted(site, {"file": pdf}, lang=lang)
    assert f'<html lang="{lang}">' in page
    (said,) = re.findall(r"<p data-issued>(.*?)</p>", page)
    assert named in said


async def test_of_what_cannot_be_read_no_certificates_are_told(site: Town) -> None:
    _, page = await posted(site, {"file": b"%PDF-1.7\nno PDF at all"})
    assert facts(page)["readable"] == "no"
    assert "data-issued" not in page


async def test_a_sealed_pdf_alone_is_known_again(
    site: Town, sealed: tuple[bytes, bytes, str]
) -> None:
    _, pdf, _ = sealed
    status, page = await posted(site, {"file": pdf})
    assert status == 200
    assert set(facts(page).values()) == {"yes"}
    assert set(facts(page)) == {*OF_A_PDF, "on_record"}
    for said in ("各页印的校验码相符", "文本锁定之后", "应有的签名齐全"):
        assert said in page
    assert "签名算法：P-256/SHA-256（国际通用算法）</p>" in page


async def test_a_pdf_on_record_whose_signatures_do_not_hold_is_not_verified(
    site: Town, office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    del office
    painted = Fact(code="only_blanks_filled", holds=False, parts=(PDF,))
    told = Verified(presented=of_pdf(painted), on_record=True)
    monkeypatch.setattr(verify_presented, "verify_presented", AsyncMock(return_value=told))
    _, page = await posted(site, {"file": b"%PDF-"})
    assert facts(page) == {"only_blanks_filled": "no", "on_record": "yes"}
    assert ("核验不通过" in page, "核验通过" in page) == (True, False)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
async def test_a_pdf_of_the_earlier_form_is_not_called_verified_by_itself(
    lang: str, site: Town, office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    del office
    unknown = Fact(code="only_blanks_filled", holds=None)
    told = Verified(presented=of_pdf(unknown), on_record=False)
    monkeypatch.setattr(verify_presented, "verify_presented", AsyncMock(return_value=told))
    _, page = await posted(site, {"file": b"%PDF-"}, lang=lang)
    (said,) = re.findall(r'<p class="verdict" role="status">(.*?)</p>', page)
    assert ("没有核验完" if lang == "zh-CN" else "Not verified to the end") in said
    assert "核验不通过" not in page


def of_pdf(*found: Fact) -> Presented:
    report = replace(unsigned_report(), facts=found)
    return Presented(kind=Kind.PDF, report=report, case_id="", digest="0" * 64)


async def test_a_seal_in_sm2_is_told_in_words(site: Town, tmp_path: Path) -> None:
    elsewhere = Office(FileKeys(tmp_path / "elsewhere", b"s" * 32), fonts())
    parts = await asyncio.to_thread(sm2_parts, elsewhere)
    _, page = await posted(site, {"file": parts.pdf})
    assert "签名算法：SM2/SM3（国密算法）、P-256/SHA-256（国际通用算法）。印章用的是前一种" in page
    assert 'data-suites="sm2-sm3 p256-sha256"' in page


async def test_what_was_changed_is_told(site: Town, sealed: tuple[bytes, bytes, str]) -> None:
    package, pdf, _ = sealed
    _, page = await posted(site, {"file": painted_over(pdf)})
    told = facts(page)
    assert told.pop("archive_stamp") == "yes"  # it lasts; what came after it is the seal's matter
    assert told.pop("on_record") == "open"
    assert {code for code, kind in told.items() if kind == "yes"} == UNTOUCHED
    assert {code for code, kind in told.items() if kind == "no"} == PAINTED
    assert "核验不通过" in page
    at = package.index(b'"kind":"') + 8
    status, page = await posted(site, {"file": package[:at] + b"X" + package[at + 1 :]})
    assert (status, "这既不是卷宗 ZIP 包" in page) == (422, True)


@pytest.mark.parametrize("case", ["\ud800", "\0", "a" * 31, "A" * 32, ""], ids=ascii)
async def test_a_case_that_is_none_of_ours_reaches_no_query(
    case: str, office: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Presented(kind=Kind.PDF, report=unsigned_report(), case_id=case, digest="0" * 64)
    judge, store = AsyncMock(return_value=told), Mock()
    monkeypatch.setattr(verify_presented, "_own_anchors", AsyncMock(return_value=[]))
    world = replace(office.world, archive=Mock(judge=judge), store=store)
    assert not (await verify_presented.verify_presented(world, b"%PDF-")).on_record
    assert store.mock_calls == []


def unsigned_report() -> Report:
    return Report(
        record_id="",
        number="",
        manifest_sha256="",
        facts=(),
        signers=(),
        sealed_by="",
        sealed_at=None,
    )


async def passed(clock: FakeClock, asking: asyncio.Task[Any]) -> None:
    """Let time pass until the answer is there; nobody gets it before half a second."""
    while not clock.sleepers:
        assert not asking.done()
        await asyncio.sleep(0.01)
    await clock.advance(verify_presented.ANSWER_AFTER)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": b""}, "请选择一个文件"),
        ({"number": NUMBER}, "请选择一个文件"),
        ({"number": NUMBER, "code": "12ab"}, "16 位"),
        ({"number": "x" * 65, "code": "0" * 16}, "完整编号"),
        ({"file": b"PK\x03\x04 no ZIP"}, "既不是卷宗"),
    ],
)
async def test_what_cannot_be_judged_is_said_in_words_and_keeps_what_was_typed(
    site: Town, office: Stage, fields: dict[str, Any], words: str
) -> None:
    del office
    status, page = await posted(site, fields)
    assert status == 422
    assert words in page
    assert all(f'value="{text}"' in page for text in fields.values() if isinstance(text, str))


async def test_a_program_gets_a_code(site: Town, office: Stage) -> None:
    del office
    status, body = await posted(site, {"file": b"x"}, headers={"Origin": ORIGIN})
    assert (status, '"code":"invalid_value"' in body) == (422, True)


async def test_keys_out_of_reach_are_in_the_log_whoever_asks(
    site: Town, office: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator learns the reason, the asker that it did not work."""
    del office

    async def away(_: World) -> None:
        raise KeysUnavailableError(reason="no_token", token="office")

    monkeypatch.setattr(verify_presented, "issuers", away)
    said = []
    for headers in (BROWSER, {"Origin": ORIGIN}):
        caplog.clear()
        status, body = await posted(site, {"file": b"%PDF-"}, headers=headers)
        said.append([one.message for one in caplog.records if one.levelname == "WARNING"])
        assert (status, "office" in body) == (503, False)
    assert said == [["keys_unavailable {'reason': 'no_token', 'token': 'office'}"]] * 2


async def test_nothing_of_what_is_presented_stays_here(
    site: Town,
    sealed: tuple[bytes, bytes, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    package, pdf, _ = sealed
    async with site.browser().fetch("GET", "/verify"):
        pass  # the page makes each committee's issuer when it first names them
    before = everything_below(tmp_path)
    caplog.set_level("INFO")
    for fields in (
        {"file": package},
        {"file": pdf},
        {"file": b"PK\x03\x04" + CANARY.encode()},
        {"number": CANARY, "code": "no digits"},
    ):
        await posted(site, fields)
    assert everything_below(tmp_path) == before
    assert CANARY not in caplog.text


def everything_below(folder: Path) -> dict[str, str]:
    """Return the digests of all files, the database's by what it says."""
    kept = {
        str(one): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.rglob("*")
        if one.is_file() and not one.name.startswith("heyi.db")
    }
    with closing(sqlite3.connect(folder / "heyi.db")) as database:
        return {**kept, "heyi.db": "\n".join(database.iterdump())}


async def test_a_part_nobody_waits_for_is_refused(site: Town, office: Stage) -> None:
    del office
    status, _ = await posted(site, {"other": b"x"})
    assert status == 422


async def test_nobody_asks_for_ever(site: Town, office: Stage) -> None:
    del office
    answers = [(await posted(site, {"file": b"x"}))[0] for _ in range(21)]
    assert answers == [422] * 20 + [429]


async def test_the_page_names_the_issuers_and_asks_no_referrer_away(
    site: Town, office: Stage
) -> None:
    known = await verify_presented.issuers(office.world)
    assert len(known) > 1
    for lang, title in (("zh-CN", "核验调解协议"), ("en", "Verify an agreement")):
        async with site.browser().fetch("GET", f"/verify?lang={lang}") as answer:
            page = await answer.text()
            assert title in page
            # A browser that prefers another language gets the answer in this one too.
            assert page.count(f'<form method="post" action="/verify?lang={lang}"') == 2
            assert all(issuer.committee in page for issuer in known)
            assert len(re.findall(r"<code>[0-9A-F]{64}</code>", page)) == len(known)
            # Without it the browser would hide where the form came from, and be refused.
            assert answer.headers["Referrer-Policy"] == "same-origin"


async def test_the_verifier_of_the_records_can_be_fetched(site: Town) -> None:
    async with site.browser().fetch("GET", "/verify.html") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")


ON_THE_WAY = (
    *("server/api/tray.py", "server/api/uploads.py", "server/api/verify.py"),
    *("server/archive/presented.py", "server/archive/reader.py"),
    "server/usecases/verify_presented.py",
)
"""What reads, weighs and judges what somebody presents."""


def refusals_on_the_way() -> set[str]:
    """Return every reason that these files give, and the codes of refusals without one."""
    told = [re.findall(r'reason="(\w+)"', (ROOT / file).read_text("utf-8")) for file in ON_THE_WAY]
    bare = {TooLargeError.code, TooFastError.code, DiskFullError.code}
    return {reason for reasons in told for reason in reasons} | bare


def test_every_fact_and_refusal_has_its_words() -> None:
    page = (ROOT / "server/api/templates/verify.html").read_text("utf-8")
    reasons = refusals_on_the_way()
    assert {"missing", "no_place", "links", "not_a_code"} <= reasons
    assert [code for code in (*FACTS["zh"], *reasons) if f'"{code}": (' not in page] == []
