"""Links and codes: guessing gets nowhere, and a wrong one looks like every other wrong one."""

import asyncio
import random
import re
from collections import Counter

import pytest

from tests.access import asks, callers
from tests.access.office import Office, Reply

GUESSES = 10_000
AT_ONCE = 50
SEED = 20_250_314


def guessed(chance: random.Random) -> str:
    """Return a token as ours look."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(chance.choices(signs, k=22))


def plain(page: bytes) -> bytes:
    """Return a page without what differs each time."""
    return re.sub(rb'nonce="[^"]*"', b"", page)


@pytest.mark.timeout(120)
async def test_ten_thousand_guesses_find_nothing(office: Office) -> None:
    chance, told = random.Random(SEED), Counter[int]()

    async def guess(count: int) -> None:
        for _ in range(count):
            token = guessed(chance)
            async with office.http.get(office.base.join(type(office.base)(f"/j/{token}"))) as one:
                await one.read()
                told[one.status] += 1

    await asyncio.gather(*(guess(GUESSES // 10) for _ in range(10)))
    assert set(told) == {404, 429}
    assert told[404] < 200 < told[429]


async def test_whoever_guessed_too_often_may_come_again_later(office: Office) -> None:
    path = f"/j/{office.facts['link']}"
    told = [(await office.ask("GET", f"/j/{'x' * 22}")).status for _ in range(130)]
    assert told[-1] == 429
    assert (await office.ask("GET", path)).status == 429
    await office.stage.clock.advance(60)
    assert (await office.ask("GET", path)).status == 200


async def test_every_unknown_link_looks_the_same(office: Office) -> None:
    real = office.facts["link"]
    strange = (guessed(random.Random(1)), "x", "X" * 500, real[:-1], real + "A", real.swapcase())
    told = [await office.ask("GET", f"/j/{token}") for token in strange]
    assert {one.status for one in told} == {404}
    assert len({plain(one.body) for one in told}) == 1
    for path in ("/api/link/open", "/api/link/resume"):
        said = []
        for token in (guessed(random.Random(2)), real[:-1], real.swapcase()):
            body = {"token": token} | ({"digits": "0001"} if path.endswith("open") else {})
            said.append(await office.ask("POST", path, json=body))
        assert {(one.status, one.body) for one in said} == {
            (404, b'{"code":"not_found","facts":{}}')
        }


@pytest.mark.parametrize(("column", "state"), [("revoked", "revoked"), ("expired", "expired")])
async def test_a_link_that_ended_opens_nothing_with_right_or_wrong_digits(
    office: Office, column: str, state: str
) -> None:
    token = office.facts[f"link {column}"]
    told = [
        await office.ask("POST", "/api/link/open", json={"token": token, "digits": digits})
        for digits in ("0003", "0002", "9999")
    ]
    assert {(one.status, one.code) for one in told} == {(409, "wrong_state")}
    assert len({one.body for one in told}) == 1
    assert told[0].fields["facts"] == {"state": state}
    page = await office.ask("GET", f"/j/{token}")
    assert "陈水根".encode() not in page.body


async def test_wrong_digits_lock_the_link_and_the_right_ones_come_too_late(office: Office) -> None:
    token, right = office.facts["link"], office.facts["digits"]
    told = [
        await office.ask("POST", "/api/link/open", json={"token": token, "digits": f"{n:04}"})
        for n in range(9990, 9997)
    ]
    assert [one.status for one in told[:4]] == [422] * 4
    assert {one.status for one in told[4:]} <= {409, 429}
    late = await office.ask("POST", "/api/link/open", json={"token": token, "digits": right})
    assert (late.status, late.code) == (409, "wrong_state")


async def test_a_renewed_link_ends_the_old_one_and_its_browsers(office: Office) -> None:
    facts = office.facts
    path = f"/api/cases/{facts['case']}/invitations/{facts['invitations']['P']}/resend"
    made = await office.ask("POST", path, cookies=callers.member("M", facts).cookies)
    assert made.status == 200
    old = await office.ask("GET", f"/j/{facts['link']}")
    assert old.status == 404
    seat = await office.ask("GET", "/api/seat", cookies=callers.seat("P", facts).cookies)
    assert (seat.status, seat.code) == (401, "signed_out")


async def test_a_signed_out_cookie_is_worth_nothing(office: Office) -> None:
    cookies = callers.member("M", office.facts).cookies
    socket = await office.connect(cookies)
    assert socket is not None
    assert (await office.ask("POST", "/api/staff/sign-out", cookies=cookies)).status == 200
    told = await office.ask("GET", "/api/staff/me", cookies=cookies)
    assert (told.status, told.code) == (401, "signed_out")
    assert await office.connect(cookies) is None


async def move(office: Office, code: str, column: str = "waiting") -> Reply:
    cookies = callers.seat(column, office.facts).cookies
    return await office.ask("POST", "/api/seat/move", cookies=cookies, json={"code": code})


def dressed(code: str) -> tuple[str, ...]:
    """Return the spellings under which a used code could come again."""
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    return (code, f" {code}", f"{code}\n", f"{code[:3]} {code[3:]}", wide, f"{code}\u200b")


async def test_a_used_code_is_used_in_every_spelling(office: Office) -> None:
    code = await asks.code(office, "P", "move")
    assert (await move(office, code)).status == 200
    for spelling in dressed(code):
        told = await move(office, spelling)
        assert told.status in {422, 429}, spelling


async def test_of_fifty_right_codes_at_once_one_counts(office: Office) -> None:
    code = await asks.code(office, "P", "move")
    told = await asyncio.gather(*(move(office, code) for _ in range(AT_ONCE)))
    assert Counter(one.status for one in told)[200] == 1
    assert {one.status for one in told} <= {200, 422, 429}


async def test_five_wrong_codes_end_the_right_one(office: Office) -> None:
    code = await asks.code(office, "P", "move")
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 6)]
    told = [await move(office, one) for one in wrong]
    assert [one.fields["facts"].get("left") for one in told[:4]] == [4, 3, 2, 1]
    assert told[4].status == 429
    assert (await move(office, code)).status == 429


async def test_a_code_for_one_purpose_serves_no_other(office: Office) -> None:
    code = await asks.code(office, "P", "copy")
    assert (await move(office, code)).status == 429


async def test_a_code_that_is_old_is_none(office: Office) -> None:
    code = await asks.code(office, "P", "move")
    await office.stage.clock.advance(301)
    assert (await move(office, code)).status == 429


async def test_codes_are_sent_once_a_minute_and_ten_times_a_day(office: Office) -> None:
    cookies = callers.seat("P", office.facts).cookies
    told = []
    for _ in range(12):
        for _ in range(2):
            sent = await office.ask(
                "POST", "/api/seat/code", cookies=cookies, json={"purpose": "move"}
            )
            told.append(sent.status)
        await office.stage.clock.advance(61)
    assert told[:20] == [200, 429] * 10
    assert set(told[20:]) == {429}


async def test_neither_login_nor_password_is_told_apart(office: Office) -> None:
    told = []
    for login in ("su", "nobody-here"):
        body = {"login": login, "password": "wrong", "totp": "000000"}
        told.append(await office.ask("POST", "/api/staff/sign-in", json=body))
    assert told[0].body == told[1].body
    assert told[0].status == 422
