"""A person's link and seat over HTTP, as a telephone uses them."""

from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest

from server.api.link import Office
from server.domain.case import Case
from server.store.errors import UnavailableError
from server.usecases import answer_link, invite_people
from server.usecases.answer_link import LinkFacts
from server.usecases.world import World
from tests.support import cases
from tests.support.site import Browser, Town
from tests.support.world import PACK, Stage, actor


async def invited(site: Town, name: str = "陈水根") -> tuple[Case, str]:
    case = await cases.registered(site.world)
    who = cases.person(case, name)
    issued = await invite_people.invite(site.world, actor("su"), case.id, who.id, "qr")
    return case, issued.message.link.rpartition("/")[2]


async def opened(site: Town, name: str = "陈水根") -> tuple[Browser, Any]:
    case, token = await invited(site, name)
    phone = site.browser()
    digits = cases.person(case, name).mobile[-4:]
    status, seat = await phone.ask("POST", "/api/link/open", {"token": token, "digits": digits})
    assert status == 200, seat
    return phone, seat


async def looked_at(site: Town, path: str, language: str = "zh-CN") -> tuple[int, str, Any]:
    head = {"Accept-Language": language}
    async with site.browser().fetch("GET", path, headers=head) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_the_page_says_who_invites_and_when_but_not_whom(site: Town) -> None:
    _, token = await invited(site)
    status, page, head = await looked_at(site, f"/j/{token}")
    assert status == 200
    for word in ("禾溪街道人民调解委员会", "苏慧珍", "3 月 14 日（星期五）", "上午 9:00"):
        assert word in page
    assert "不收费" in page
    assert "来不来由您决定" in page
    assert 'href="tel:05925550123"' in page
    assert "陈水根" not in page
    assert head["Cache-Control"] == "no-store"
    assert head["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in head["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("query", "accept", "lang"),
    [
        ("", "", "zh-CN"),
        ("", "fr", "zh-CN"),
        ("", "en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("", "en;q=0.2, zh-CN;q=0.8", "zh-CN"),
        ("", "en;q=x", "zh-CN"),
        ("?lang=en", "zh-CN", "en"),
        ("?lang=zh-CN", "en", "zh-CN"),
    ],
)
async def test_the_page_speaks_the_language_asked_for(
    site: Town, query: str, accept: str, lang: str
) -> None:
    _, token = await invited(site)
    _, page, _ = await looked_at(site, f"/j/{token}{query}", accept)
    assert f'<html lang="{lang}">' in page
    assert ("Free of charge" in page) is (lang == "en")
    assert ("Friday, 14 March" in page) is (lang == "en")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", ["/j/0123456789abcdefghijkl", "/verify"])
async def test_while_the_database_is_away_a_browser_is_told_in_words(
    site: Town, monkeypatch: pytest.MonkeyPatch, path: str, language: str
) -> None:
    def away() -> None:
        raise UnavailableError

    monkeypatch.setattr(site.world.store, "read", away)
    status, page, head = await looked_at(site, path, language)
    assert status == 503
    assert head["Content-Type"].startswith("text/")
    assert "store_unavailable" not in page
    words = (
        ("过几分钟再", "in a few minutes") if path != "/verify" else ("请过几分钟再试", "Try again")
    )
    assert words[language == "en"] in page


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_link_that_cannot_be_opened_now_has_a_page_with_a_way_back_and_a_number(
    site: Town, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    _, token = await invited(site)
    one = LinkFacts(
        state=None, committee="调委会", office_phone="0592 5550123", mediator="", planned_at=None
    )

    async def only_office(_: object) -> LinkFacts:
        return one

    monkeypatch.setattr(answer_link, "see_office", only_office)
    await looked_at(site, f"/j/{token}", language)

    def away() -> None:
        raise UnavailableError

    monkeypatch.setattr(site.world.store, "read", away)
    status, page, head = await looked_at(site, f"/j/{token}", language)
    assert (status, head["Retry-After"]) == (503, "60")
    assert head["Content-Type"].startswith("text/html")
    assert 'data-state="away"' in page
    for words in (
        ("这个链接现在打不开", "cannot be opened just now"),
        ("再打开一次", "Open it again"),
        (f'href="?lang={language}"', f'href="?lang={language}"'),
    ):
        assert words[language == "en"] in page
    assert 'href="tel:05925550123"' in page
    assert "陈水根" not in page


async def test_an_office_that_is_founded_later_is_known_at_once(
    site: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = LinkFacts(state=None, committee="", office_phone="", mediator="", planned_at=None)
    found, asked = replace(nobody, committee="调委会"), []

    async def see(world: World) -> LinkFacts:
        asked.append(world)
        return nobody if len(asked) == 1 else found

    monkeypatch.setattr(answer_link, "see_office", see)
    office = Office()
    for known in ("", "调委会", "调委会"):
        await office.look(site.world)
        assert office.facts.committee == known
    assert len(asked) == 2, "what was found is taken as it was read"


async def test_looking_changes_nothing(site: Town) -> None:
    case, token = await invited(site)
    before = await cases.logged(site.world, case.id)
    await looked_at(site, f"/j/{token}")
    assert await cases.logged(site.world, case.id) == before


async def test_every_unknown_link_looks_the_same(site: Town) -> None:
    await invited(site)
    seen = {(await looked_at(site, f"/j/{token}"))[:2] for token in ("A" * 22, "x", "B" * 60)}
    plain = {(status, _without_nonce(page)) for status, page in seen}
    assert len(plain) == 1
    ((status, page),) = plain
    assert status == 404
    assert "没有找到这个链接" in page


def _without_nonce(page: str) -> str:
    return "".join(line for line in page.splitlines() if "nonce" not in line)


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "只用于这次调解"), ("en", "deleted")])
async def test_what_becomes_of_personal_data_stands_above_the_digits(
    site: Town, language: str, words: str
) -> None:
    _, token = await invited(site)
    _, page, _ = await looked_at(site, f"/j/{token}", language)
    notice, digits = page.index("<details"), page.index("<fieldset")
    assert notice < page.index(words) < digits
    assert "data-read" in page[notice:].partition(">")[0]


async def test_the_log_says_which_notice_was_shown_in_which_words(site: Town) -> None:
    case, token = await invited(site)
    _, page, _ = await looked_at(site, f"/j/{token}")
    version = page.partition('data-notice="')[2].partition('"')[0]
    ask = {"token": token, "digits": "0001"}
    for notice in ({"notice": "f" * 64}, {}, {"notice": version}):
        await site.browser().ask("POST", "/api/link/open", {**ask, **notice})
    said = [one for one in await cases.logged(site.world, case.id) if one["kind"] == "notice.shown"]
    who = cases.person(case, "陈水根").id
    assert [one["facts"] for one in said] == [
        {"notice": "privacy", "person": who, "version": version}
    ]


async def test_a_link_that_is_over_says_so(site: Town, scene: Stage) -> None:
    _, token = await invited(site)
    scene.clock.jump(timedelta(days=40).total_seconds())
    status, page, _ = await looked_at(site, f"/j/{token}")
    assert status == 200
    assert "这个链接已经过期了" in page


async def test_ten_thousand_guesses_hit_nothing_and_most_are_turned_away(
    site: Town, scene: Stage
) -> None:
    await invited(site)
    guesser = site.browser()
    statuses = []
    for _ in range(300):
        async with guesser.fetch("GET", f"/j/{scene.world.ids.token()}") as answer:
            statuses.append(answer.status)
    assert set(statuses) == {404, 429}
    assert statuses.index(429) == 120
    await scene.clock.advance(1)
    assert (await looked_at(site, "/j/x"))[0] == 404


async def test_digits_are_given_a_few_times_a_minute(site: Town, scene: Stage) -> None:
    _, token = await invited(site)
    guesser, statuses = site.browser(), []
    for _ in range(21):
        ask = {"token": scene.world.ids.token(), "digits": "0001"}
        statuses.append((await guesser.ask("POST", "/api/link/open", ask))[0])
    assert statuses == [404] * 20 + [429]
    await scene.clock.advance(5)
    status, _ = await guesser.ask("POST", "/api/link/open", {"token": token, "digits": "0001"})
    assert status == 200


async def test_the_four_digits_open_names_and_matter(site: Town) -> None:
    case, token = await invited(site)
    phone = site.browser()
    ask = {"token": token, "digits": "0002"}
    status, refusal = await phone.ask("POST", "/api/link/open", ask)
    assert (status, refusal) == (422, {"code": "wrong_code", "facts": {"left": 4}})
    status, seat = await phone.ask("POST", "/api/link/open", {**ask, "digits": "0001"})
    assert status == 200
    assert (seat["person_name"], seat["matter"]) == ("陈水根", "工伤赔偿")
    assert seat["other_side"] == ["鹭岛恒筑建设劳务有限公司"]
    assert "林启航" not in str(seat)
    assert (seat["party_label"], seat["device"]) == ("甲方", "none")
    assert len(seat["consents"]) == 6
    assert len(seat["rights"]) == PACK.rights_blocks
    assert seat["may_sign"] is True
    assert seat["receipt"] is None
    assert case.case_no not in str(seat)


async def test_the_seat_cookie_is_host_only_secure_and_unreadable(site: Town) -> None:
    _, token = await invited(site)
    origin = {"Origin": "http://127.0.0.1:8080"}
    ask = {"token": token, "digits": "0001"}
    phone = site.browser()
    async with phone.fetch("POST", "/api/link/open", json=ask, headers=origin) as answer:
        cookie: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    morsel = cookie["__Host-heyi-seat"]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "Lax")
    assert morsel["domain"] == ""
    assert int(morsel["max-age"]) == 34 * 86_400


async def test_the_browser_that_opened_comes_back_without_digits(site: Town) -> None:
    _, token = await invited(site)
    phone, other = site.browser(), site.browser()
    await phone.ask("POST", "/api/link/open", {"token": token, "digits": "0001"})
    status, seat = await phone.ask("POST", "/api/link/resume", {"token": token})
    assert (status, seat["person_name"]) == (200, "陈水根")
    status, refusal = await other.ask("POST", "/api/link/resume", {"token": token})
    assert (status, refusal["code"]) == (401, "signed_out")


async def test_the_way_from_invitation_to_lobby(site: Town) -> None:
    phone, seat = await opened(site)
    status, refusal = await phone.ask("POST", "/api/seat/enter")
    assert (status, refusal["facts"]["missing"]) == (409, ["answer"])
    _, seat = await phone.ask("POST", "/api/seat/answer", {"answer": "accepted"})
    assert seat["answer"] == "accepted"
    for text in seat["consents"]:
        ask = {
            "scope": text["scope"],
            "text_version": text["text_version"],
            "agreed": text["scope"] != "recording",
        }
        status, seat = await phone.ask("POST", "/api/seat/consents", ask)
        assert status == 200, seat
    answers = {text["scope"]: text["answer"] for text in seat["consents"]}
    assert answers.pop("recording") is False
    assert set(answers.values()) == {True}
    check = {"camera": "ok", "microphone": "ok", "network": "good", "websocket": True}
    assert (await phone.ask("POST", "/api/seat/device-check", check))[0] == 200
    assert await phone.ask("POST", "/api/seat/enter") == (200, {"device": "holder"})
    _, seat = await phone.ask("GET", "/api/seat?lang=en")
    assert seat["device"] == "holder"
    assert seat["consents"][0]["title"] == "Mediation by video"


async def test_a_second_browser_waits_and_moves_the_seat_by_a_code(
    site: Town, scene: Stage
) -> None:
    _, token = await invited(site)
    first, second = site.browser(), site.browser()
    for phone in (first, second):
        await phone.ask("POST", "/api/link/open", {"token": token, "digits": "0001"})
    await first.ask("POST", "/api/seat/answer", {"answer": "accepted"})
    assert (await first.ask("POST", "/api/seat/enter"))[1] == {"device": "holder"}
    assert (await second.ask("POST", "/api/seat/enter"))[1] == {"device": "waiting"}
    _, sent = await second.ask("POST", "/api/seat/code", {"purpose": "move"})
    assert sent == {"sent": True, "mobile_masked": "199****0001", "retry_after_s": 60}
    code = scene.notifier.last_code
    _, moved = await second.ask("POST", "/api/seat/move", {"code": code})
    assert moved == {"device": "holder"}
    assert (await first.ask("GET", "/api/seat"))[1]["device"] == "other"


async def test_refusing_shows_the_other_remedies(site: Town) -> None:
    phone, _ = await opened(site)
    status, seat = await phone.ask(
        "POST", "/api/seat/answer", {"answer": "refused", "text": "不想谈"}
    )
    assert status == 200
    assert seat["ended"]["end_reason"] == "refused"
    assert "申请劳动争议仲裁；" in seat["ended"]["remedies"]


async def test_stopping_ends_the_mediation(site: Town) -> None:
    phone, _ = await opened(site)
    status, seat = await phone.ask("POST", "/api/seat/stop", {"reason": ""})
    assert (status, seat["session_state"]) == (200, "closed")
    assert seat["ended"] is not None


async def test_a_seat_says_whether_arbitration_is_a_way_in_its_dispute(site: Town) -> None:
    _, seat = await opened(site)
    assert seat["arbitration"] == "labour"


async def test_minutes_are_empty_until_they_are_to_be_confirmed(site: Town) -> None:
    phone, _ = await opened(site)
    empty = {"version": 0, "ready": False, "items": [], "answered": None}
    assert await phone.ask("GET", "/api/seat/minutes") == (200, empty)


async def test_a_companion_is_not_asked_to_sign(site: Town) -> None:
    _, seat = await opened(site, "刘春梅")
    scopes = [text["scope"] for text in seat["consents"]]
    assert "e_signature" not in scopes
    assert "online_mediation" in scopes
    assert seat["may_sign"] is False


async def test_device_checks_are_not_written_without_end(site: Town) -> None:
    phone, _ = await opened(site)
    check = {"camera": "ok", "microphone": "ok", "network": "good", "websocket": True}
    statuses = [(await phone.ask("POST", "/api/seat/device-check", check))[0] for _ in range(21)]
    assert statuses == [200] * 20 + [429]


async def test_without_a_seat_there_is_no_seat(site: Town) -> None:
    for path in ("/api/seat", "/api/seat/minutes"):
        status, refusal = await site.browser().ask("GET", path)
        assert (status, refusal["code"]) == (401, "signed_out")
