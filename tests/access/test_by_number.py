"""What a number and its check code tell does not depend on who asks, and is facts alone."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from server.domain.agreement import Agreement
from server.domain.case import Case
from server.usecases.verify_presented import ANSWER_AFTER
from tests.access import callers
from tests.access.callers import Caller
from tests.access.office import Office, Reply, open_office
from tests.access.prepare import Preparation
from tests.support import cases, signing

WRONG = "0" * 16
HTML = {"Accept": "text/html"}


@pytest.fixture
async def office(prepared: Preparation, tmp_path: Path) -> AsyncIterator[Office]:
    folder, facts = prepared.folder("sealed"), prepared.facts["sealed"]
    async with open_office(folder, tmp_path / "office", facts) as opened:
        yield opened


async def asked(office: Office, who: Caller, number: str, code: str) -> Reply:
    """Return the page that answers, after half a second."""
    form = aiohttp.FormData({"number": number, "code": code}, default_to_multipart=True)
    asking = asyncio.create_task(
        office.ask("POST", "/verify?lang=zh-CN", cookies=who.cookies, data=form, headers=HTML)
    )
    clock = office.stage.clock
    while not asking.done():
        await clock.advance(ANSWER_AFTER)
        await asyncio.sleep(0.01)
    return await asking


def bare(reply: Reply) -> str:
    """Return a page without what differs each time, and without what was typed."""
    return re.sub(r'(nonce|value)="[^"]*"', "", reply.body.decode())


async def sealed(office: Office) -> tuple[Case, Agreement, str, str]:
    """Return the sealed case, its agreement, number and check code."""
    case = await cases.stored(office.world, office.facts["case"])
    found = await signing.agreement(office.world, case.id)
    assert found.seal is not None
    assert found.locked is not None
    return case, found, found.seal.number, found.locked.digest[:16]


def some(office: Office) -> list[Caller]:
    """Return one of each kind: nobody, a party, staff of this committee and of another."""
    letters = [callers.caller(letter, office.facts) for letter in "PM"]
    return [*callers.strangers(office.facts)[:1], *letters, callers.staff(office.facts)[-1]]


async def test_everybody_gets_the_same_facts_and_none_of_the_content(office: Office) -> None:
    case, agreement, number, code = await sealed(office)
    replies = [await asked(office, who, number, code) for who in some(office)]
    assert {one.status for one in replies} == {200}
    (page,) = {bare(one) for one in replies}
    assert 'data-code="committee"' in page
    content = {person.name for person in case.people} | {one.text for one in agreement.clauses}
    content |= {case.id, agreement.id, agreement.locked.digest if agreement.locked else ""}
    content |= {f"{agreement.amount // 100:,}", str(agreement.amount // 100)}
    assert [one for one in content if one in page] == []


async def test_who_guesses_a_code_learns_nothing_whoever_he_is(office: Office) -> None:
    _, _, number, code = await sealed(office)
    guesses = [(number, WRONG), (number.replace("001", "999"), code), ("无此号", code)]
    pages = {bare(await asked(office, who, *guess)) for who in some(office) for guess in guesses}
    assert len(pages) == 1
    assert 'data-code="' not in pages.pop()
