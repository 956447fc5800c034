"""The same thing sent twice, and two people at one thing: one effect, nothing lost."""

import asyncio
from collections import Counter

import pytest

from tests.access import asks, callers
from tests.access.asks import ASKS
from tests.access.office import Office, Reply
from tests.support import signing

AT_ONCE = 12
AGREEMENT = "/api/cases/{case_id}/agreement"


async def send(office: Office, name: str, letter: str, ask: asks.Ask) -> Reply:
    method, path = name.split(" ")
    cookies = callers.caller(letter, office.facts).cookies
    return await office.ask(method, ask.url(path), cookies=cookies, **ask.body())


async def all_at_once(office: Office, name: str, letter: str, ask: asks.Ask) -> list[Reply]:
    return list(await asyncio.gather(*(send(office, name, letter, ask) for _ in range(AT_ONCE))))


async def logged(office: Office, kind: str) -> int:
    """Return how often something stands in the case's log."""
    async with office.world.store.read() as uow:
        entries = await uow.log.of_case(office.facts["case"])
    return sum(f'"kind":"{kind}"' in entry.body for entry in entries)


@pytest.mark.parametrize("moment", ["locked"])
async def test_a_signature_sent_often_counts_once(office: Office) -> None:
    name = "POST /api/seat/signing"
    ask = await ASKS[name].build(office, "P")
    told = await all_at_once(office, name, "P", ask)
    assert {one.status for one in told} == {200}
    assert len({one.body for one in told}) == 1


@pytest.mark.parametrize("moment", ["locked"])
async def test_the_signature_in_the_pdf_sent_often_counts_once(office: Office) -> None:
    name = "POST /api/seat/signing/finish"
    ask = await ASKS[name].build(office, "P")
    told = await all_at_once(office, name, "P", ask)
    assert {one.status for one in told} == {200}
    assert len({one.body for one in told}) == 1
    kept = await signing.agreement(office.world, office.facts["case"])
    assert len(kept.signatures) == 1
    assert await logged(office, "sign.done") == 1


@pytest.mark.parametrize("moment", ["signed"])
async def test_sealing_at_once_allots_one_number(office: Office) -> None:
    name = f"POST {AGREEMENT}/seal"
    told = await all_at_once(office, name, "H", await ASKS[name].build(office, "H"))
    assert {one.status for one in told} == {200}
    assert len({one.fields["number"] for one in told}) == 1
    assert await logged(office, "seal.applied") == 1
    assert len(list((office.folder / "data" / "records").rglob("manifest.json"))) == 1


@pytest.mark.parametrize("moment", ["agreed"])
async def test_locking_at_once_locks_once(office: Office) -> None:
    name = f"POST {AGREEMENT}/lock"
    told = await all_at_once(office, name, "M", await ASKS[name].build(office, "M"))
    assert Counter(one.status for one in told)[200] == 1
    assert {one.status for one in told} == {200, 409}
    assert await logged(office, "agreement.locked") == 1


@pytest.mark.parametrize("moment", ["agreed"])
async def test_of_two_writers_of_one_draft_one_is_told(office: Office) -> None:
    name = f"PUT {AGREEMENT}"
    ask = await ASKS[name].build(office, "M")
    mine, theirs = await asyncio.gather(send(office, name, "M", ask), send(office, name, "R", ask))
    assert sorted((mine.status, theirs.status)) == [200, 409]
    stale = next(one for one in (mine, theirs) if one.status == 409)
    won = next(one for one in (mine, theirs) if one.status == 200)
    assert stale.code == "stale_revision"
    assert stale.fields["facts"]["revision"] == won.fields["revision"]


async def test_of_two_writers_of_one_case_one_is_told(office: Office) -> None:
    name = "PUT /api/cases/{case_id}"
    ask = await ASKS[name].build(office, "M")
    told = await asyncio.gather(*(send(office, name, letter, ask) for letter in ("M", "R", "H")))
    assert sorted(one.status for one in told) == [200, 409, 409]
    assert {one.code for one in told} == {"", "conflict"}


async def test_registering_twice_is_told(office: Office) -> None:
    name = "POST /api/cases"
    told = await all_at_once(office, name, "R", await ASKS[name].build(office, "R"))
    assert {one.status for one in told} == {200}
    numbers = {one.fields["case_no"] for one in told}
    assert len(numbers) == AT_ONCE
    assert all(any(w.startswith("same_parties:") for w in one.fields["warnings"]) for one in told)


@pytest.mark.parametrize("moment", ["open"])
async def test_taking_the_seat_at_once_takes_it_once(office: Office) -> None:
    name = "POST /api/seat/enter"
    ask = await ASKS[name].build(office, "P")
    before = await logged(office, "lobby.enter")
    told = await all_at_once(office, name, "P", ask)
    assert {one.fields["device"] for one in told} == {"holder"}
    assert await logged(office, "lobby.enter") == before


@pytest.mark.parametrize("name", ["POST /api/seat/stop", "POST /api/cases/{case_id}/end"])
async def test_ending_twice_ends_once(office: Office, name: str) -> None:
    letter = "P" if "/seat/" in name else "M"
    told = await all_at_once(office, name, letter, await ASKS[name].build(office, letter))
    assert Counter(one.status for one in told)[200] >= 1
    assert {one.status for one in told} <= {200, 409}
    assert await logged(office, "case.ended") + await logged(office, "session.stopped") == 1
