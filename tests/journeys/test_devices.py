"""Phones that are not the one expected: a second one, one without a camera, one in another app."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from server.rehearsal import story
from tests.journeys import scenes
from tests.journeys.eyes import received, receives_more
from tests.journeys.phone import PATIENCE_MS
from tests.journeys.stage import DEVICES, Lang, Stage, chromium
from tests.support.server import Server

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
LANGS: tuple[Lang, ...] = ("zh", "en")
WECHAT_DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) "
    "WindowsWechat(0x63090c33) XWEB/11581 Flue"
)


async def test_a_second_phone_receives_nothing_until_it_is_admitted(
    people: Stage, tmp_path: Path
) -> None:
    su, worker, _ = await scenes.bring_together(people, tmp_path)
    link, _ = scenes.links_in(tmp_path)
    second = await people.phone("陈水根", story.WORKER_MOBILE, "en")
    await second.open(link)
    await second.type_digits(second.digits)
    await second.tap("deviceOpen")
    await second.tap("deviceGo")
    await second.sees("secondTitle")
    await second.look("70-second")
    await expect(su.button("admitDevice")).to_be_visible(timeout=PATIENCE_MS)
    await su.look("70-device-waits")
    await receives_more(worker.page)
    nothing = await received(second.page)
    assert (nothing.frames, nothing.audio, nothing.video) == (0, 0, 0)
    await su.press("admitDevice")
    await su.page.locator("dialog .btn.primary").click()
    await worker.sees("movedTitle")
    await worker.sees("movedNotYou")
    await worker.look("71-replaced")
    await second.sees("lobbyTitle")
    assert people.faults == []


async def test_a_browser_without_devices_says_what_to_do(server: Server, tmp_path: Path) -> None:
    worker_link, agent_link = scenes.links_in(tmp_path)
    async with chromium(*DEVICES) as browser:
        people = Stage(browser=browser, url=server.url)
        agent = await people.phone("林启航", story.AGENT_MOBILE, "en")
        worker = await people.phone("陈水根", story.WORKER_MOBILE, "zh")
        for phone, link in ((worker, worker_link), (agent, agent_link)):
            await phone.open(link)
            await phone.identify()
            await phone.tap("takePart")
            await phone.consent()
            await phone.tap("consentsNext")
            await phone.tap("deviceOpen")
            await phone.sees("deniedTitle")
            await phone.look("72-denied")
        await worker.page.context.grant_permissions(["microphone", "camera"])
        await worker.tap("retry")
        await worker.sees("deviceReady")
        await agent.page.context.grant_permissions(["microphone"])
        await agent.tap("deviceSoundOnly")
        await agent.sees("deviceSoundText")
        await agent.look("72-sound-only")
        for lang in LANGS:
            await _expect_the_way_out(people, worker_link, lang)
        assert people.faults == []


async def _expect_the_way_out(people: Stage, link: str, lang: Lang) -> None:
    """Inside another app that cannot send pictures: how to get out, and no question asked."""
    phone = await people.phone("陈水根", story.WORKER_MOBILE, lang, user_agent=WECHAT_DESKTOP)
    await phone.open(link)
    await phone.sees("inAppTitle")
    await expect(phone.page.locator(".digit").first).to_be_hidden()
    await phone.look("73-in-app")
    await phone.tap("copyLink")
    await phone.sees("copied")
