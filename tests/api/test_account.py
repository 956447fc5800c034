"""Signing in and the own account over HTTP, as a console uses them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest

from server.domain.staff import Role
from server.usecases import invite_people, manage_staff, sign_in
from server.usecases.manage_staff import Credentials, Newcomer
from server.usecases.world import World
from tests.support import cases
from tests.support.site import ORIGIN, Browser, Town, lay_out_pages, town
from tests.support.world import COMMITTEE, Stage, actor

SIGN_IN = "/api/staff/sign-in"
OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
async def proxied(world: World, tmp_path: Path) -> AsyncIterator[Town]:
    """Return the site behind a proxy, which tells it where a browser is."""
    folder = tmp_path / "dist"
    folder.mkdir()
    async with town(world, lay_out_pages(folder), proxied=True) as opened:
        yield opened


@pytest.fixture
async def zhou(world: World) -> Credentials:
    who = Newcomer(login="zhou", name="周永泉", title="", phone="", roles=frozenset({Role.HEAD}))
    made = await manage_staff.make_credentials(world, COMMITTEE, who)
    async with world.store.write() as uow:
        await uow.staff.add(made.staff)
    return made


def six(world: World, who: Credentials) -> str:
    return pyotp.TOTP(who.totp_secret).at(int(world.clock.now().timestamp()))


def wide(digits: str) -> str:
    """Return the digits as a Chinese input method types them."""
    return "".join(chr(ord(one) + 0xFEE0) for one in digits)


async def test_six_full_width_digits_sign_in(site: Town, zhou: Credentials) -> None:
    body = {"login": "zhou", "password": zhou.password, "totp": wide(six(site.world, zhou))}
    status, told = await site.browser().ask("POST", SIGN_IN, body)
    assert status == 200, told
    assert told["staff"]["login"] == "zhou"


@pytest.mark.parametrize("login", ["zhou", "nobody"])
@pytest.mark.parametrize(
    "digits",
    ["١٢٣٤٥٦", "१२३४५६", "①②③④⑤", "½23456"],
    ids=["arabic", "devanagari", "five in circles", "a half"],
)
async def test_other_signs_are_no_digits(
    site: Town, zhou: Credentials, login: str, digits: str
) -> None:
    body = {"login": login, "password": zhou.password, "totp": digits}
    status, told = await site.browser().ask("POST", SIGN_IN, body)
    assert (status, told["code"]) == (422, "invalid_value")


async def test_a_flood_of_guesses_is_not_judged(
    site: Town, zhou: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    monkeypatch.setattr(sign_in, "password_matches", lambda _, given: judged.append(given))
    guess = {"password": "guess", "totp": "000000"}
    stranger = site.browser()
    told = [
        await stranger.ask("POST", SIGN_IN, {"login": f"guess-{n}", **guess}) for n in range(40)
    ]
    assert [status for status, _ in told] == [422] * 30 + [429] * 10
    assert told[-1][1] == {"code": "too_fast", "facts": {"retry_after_s": 6}}
    assert len(judged) == 30


async def test_who_signed_in_before_comes_in_beside_a_flood(
    site: Town, zhou: Credentials, scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "password_matches", lambda _, given: given == zhou.password)
    body = {"login": "zhou", "password": zhou.password, "totp": six(site.world, zhou)}
    assert (await site.browser().ask("POST", SIGN_IN, body))[0] == 200
    for n in range(40):
        await site.browser().ask("POST", SIGN_IN, {**body, "login": f"guess-{n}"})
    scene.clock.jump(60)
    body["totp"] = six(site.world, zhou)
    assert (await site.browser().ask("POST", SIGN_IN, body))[0] == 200


async def test_four_full_width_digits_open_a_link(site: Town) -> None:
    case = await cases.registered(site.world)
    who = cases.person(case, "陈水根")
    issued = await invite_people.invite(site.world, actor("su"), case.id, who.id, "qr")
    body = {"token": issued.message.link.rpartition("/")[2], "digits": wide(who.mobile[-4:])}
    status, told = await site.browser().ask("POST", "/api/link/open", body)
    assert status == 200, told


async def _signs_in(browser: Browser, world: World, zhou: Credentials, address: str) -> int:
    body = {"login": "zhou", "password": zhou.password, "totp": six(world, zhou)}
    from_there = {"Origin": ORIGIN, "X-Forwarded-For": address}
    return (await browser.ask("POST", SIGN_IN, body, headers=from_there))[0]


@pytest.mark.parametrize("known", ["address", "browser"])
async def test_strangers_who_know_a_login_do_not_keep_its_member_out(
    proxied: Town, zhou: Credentials, scene: Stage, known: str
) -> None:
    world, own = proxied.world, proxied.browser()
    assert await _signs_in(own, world, zhou, OFFICE) == 200
    assert (await own.ask("POST", "/api/staff/sign-out"))[0] == 200
    scene.clock.jump(3600)
    guess = {"login": "zhou", "password": "guess", "totp": "000000"}
    for n in range(5):
        stranger = {"Origin": ORIGIN, "X-Forwarded-For": f"203.0.113.{n}"}
        await proxied.browser().ask("POST", SIGN_IN, guess, headers=stranger)
    assert await _signs_in(proxied.browser(), world, zhou, ELSEWHERE) == 429
    came = (proxied.browser(), OFFICE) if known == "address" else (own, ELSEWHERE)
    assert await _signs_in(came[0], world, zhou, came[1]) == 200


async def test_the_own_browser_waits_for_no_flood_of_strangers(
    proxied: Town, zhou: Credentials, scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "password_matches", lambda _, given: given == zhou.password)
    own = proxied.browser()
    assert await _signs_in(own, proxied.world, zhou, OFFICE) == 200
    scene.clock.jump(60)
    for n in range(45):
        stranger = {"Origin": ORIGIN, "X-Forwarded-For": f"203.0.113.{n}"}
        guess = {"login": f"guess-{n}", "password": "guess", "totp": "000000"}
        await proxied.browser().ask("POST", SIGN_IN, guess, headers=stranger)
    assert await _signs_in(proxied.browser(), proxied.world, zhou, ELSEWHERE) == 429
    assert await _signs_in(own, proxied.world, zhou, ELSEWHERE) == 200


@pytest.mark.parametrize("cookie", ["staff", "seat", "browser"])
async def test_a_cookie_that_is_no_text_is_nobodys(site: Town, cookie: str) -> None:
    asked = {"staff": "GET /api/staff/me", "seat": "GET /api/seat", "browser": f"POST {SIGN_IN}"}[
        cookie
    ]
    body = b'{"login": "zhou", "password": "guess", "totp": "000000"}'
    head = f"{asked} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n".encode()
    head += b"Cookie: __Host-heyi-" + cookie.encode() + b"=\xff\xfe\r\n"
    head += b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    url = site.server.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(head + body)
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] == (b"422" if cookie == "browser" else b"401")
