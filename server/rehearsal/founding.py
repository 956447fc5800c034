"""At the start: the demonstration's committee and case, or the one-time set-up link."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import segno

from server.api.forms import case_form
from server.api.schemas.case import CaseAsk
from server.domain.ids import CommitteeId, PersonId
from server.domain.staff import Role, Staff, as_actor
from server.ports.notify import Message, MessageKind
from server.ports.store import CaseQuery
from server.rehearsal import story
from server.usecases.invite_people import invite
from server.usecases.manage_staff import Newcomer
from server.usecases.open_case import register
from server.usecases.set_up import found, issue_link
from server.usecases.world import World


async def welcome(world: World, url: str) -> None:
    """Say where to go: the demo's accounts and links, or the set-up link."""
    if world.rules.demo:
        await _found_once(world)
        await _say_demo(world, url)
    elif (token := await issue_link(world)) is not None:
        _say("", "  第一次启动，请打开这个链接设置调委会（只能用一次）：")
        _say("  First start. Open this link to set up the committee (works once):")
        _say(f"  {url}/console/setup/{token}", "")
    else:
        _say("", f"  {url}/console/", "")


async def _found_once(world: World) -> None:
    async with world.store.read() as uow:
        if await uow.committees.all():
            return
    committee = replace(story.COMMITTEE, id=CommitteeId(world.ids.new()))
    people = [_newcomer(one) for one in story.ACCOUNTS]
    passwords = [one.password for one in story.ACCOUNTS]
    made = await found(world, committee, people, None, passwords)
    staff = {one.staff.login: one.staff for one in made}
    await _demo_case(world, staff)


def _newcomer(account: story.Account) -> Newcomer:
    roles = frozenset(Role(role) for role in account.roles)
    return Newcomer(
        login=account.login, name=account.name, title=account.title, phone="", roles=roles
    )


async def _demo_case(world: World, staff: dict[str, Staff]) -> None:
    actor = as_actor(staff["jiang"])
    today = world.pack.local_day(world.clock.now())
    planned = _next_quarter(world.clock.now())
    body = story.case(today, planned, staff["jiang"].id, staff["su"].id)
    registered = await register(world, actor, case_form(CaseAsk.model_validate(body)))
    for person in registered.case.people:
        if person.role != "companion":
            await invite(world, actor, registered.case.id, person.id, "sms")


def _next_quarter(now: datetime) -> datetime:
    base = now.replace(minute=0, second=0, microsecond=0)
    return base + timedelta(minutes=(now.minute // 15 + 1) * 15)


async def _say_demo(world: World, url: str) -> None:
    _say("", "  和议演示 · Heyi demonstration", "")
    _say(f"  工作台 · console   {url}/console/")
    _say("    账号 login   密码 password       谁 who")
    for one in story.ACCOUNTS:
        who = f"{one.name}，{one.title} · {one.roles[0]}"
        _say(f"    {one.login:<12} {one.password:<18}  {who}")
    _say(f"    动态码 · six digits   {url}/api/demo/codes")
    _say("      每个账号一个，半分钟一换 · one for each login, a new one every half minute")
    _say("    当事人要的验证码会印在下面 · codes for the parties are printed below", "")
    for name, digits, link in await _links(world):
        _say(f"  {name}的链接 · link   {link}", f"    手机尾号 · last four digits   {digits}")
        _say_qr(link)
    _say("  一个浏览器只坐一位当事人，第二个链接请用无痕窗口")
    _say("  A browser holds one party's seat: open the second link in a private window")
    _say("  数据留在数据文件夹（默认 recordings/），再次启动还在。按 Ctrl-C 结束。")
    _say("  Data stay in the data folder (recordings/ by default). Ctrl-C ends it.", "")


async def _links(world: World) -> list[tuple[str, str, str]]:
    async with world.store.read() as uow:
        committee = (await uow.committees.all())[0]
        cases, _total = await uow.cases.search(CaseQuery(committee_id=committee.id, page_size=100))
        if not cases:
            return []
        first = min(cases, key=lambda case: case.created_at)
        messages = await uow.outbox.of_case(first.id)
    return [
        (first.person(one.person_id).name, one.mobile[-4:], one.link)
        for one in _latest(messages).values()
    ]


def _latest(messages: Sequence[Message]) -> dict[PersonId, Message]:
    links = [one for one in messages if one.kind is MessageKind.INVITATION]
    return {one.person_id: one for one in sorted(links, key=lambda one: one.at)}


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


def _say_qr(link: str) -> None:
    if sys.stdout.isatty() or sys.stdout.encoding.lower().startswith("utf"):
        segno.make(link, error="l").terminal(sys.stdout, compact=True, border=2)
