"""The worked example as it is written down at the counter, and what is read of a case."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from server.domain.case import (
    Authority,
    Case,
    LabourFacts,
    PartyKind,
    Person,
    PersonRole,
    Side,
)
from server.domain.ids import CaseId, StaffId
from server.domain.registration.case_form import CaseForm
from server.domain.registration.party_form import PartyForm
from server.domain.registration.person_form import PersonForm
from server.usecases import answer_link, invite_people, open_case
from server.usecases.answer_link import Opened
from server.usecases.world import World
from tests.support.world import actor

PLANNED = datetime(2025, 3, 14, 1, 0, tzinfo=UTC)
FULL_SCOPES = frozenset(
    {"apply_or_end", "evidence", "choose_mediator", "concede", "sign", "fetch_documents"}
)


def worker(**changes: Any) -> PersonForm:
    return replace(
        PersonForm(
            role=PersonRole.PARTY,
            name="陈水根",
            mobile="199 0000 0001",
            id_no="51209919790412301 8",
            ethnic="汉",
            occupation="建筑工人",
        ),
        **changes,
    )


def wife(**changes: Any) -> PersonForm:
    return replace(
        PersonForm(
            role=PersonRole.COMPANION,
            name="刘春梅",
            mobile="19900000002",
            id_no="512099198209234028",
            relation="妻子",
        ),
        **changes,
    )


def agent(**changes: Any) -> PersonForm:
    return replace(
        PersonForm(
            role=PersonRole.AGENT,
            name="林启航",
            mobile="19900000003",
            id_no="35029919880607501x",
            occupation="人事经理",
            authority=power(),
        ),
        **changes,
    )


def power(**changes: Any) -> Authority:
    return replace(
        Authority(kind="employee", scopes=FULL_SCOPES, valid_from=date(2025, 3, 9)), **changes
    )


def applicant(*people: PersonForm, **changes: Any) -> PartyForm:
    return replace(
        PartyForm(
            side=Side.APPLICANT,
            kind=PartyKind.PERSON,
            name="陈水根",
            address="川东省云岭县青石乡水口村 3 组",
            needs=("large_print", "bedridden"),
            people=people or (worker(), wife()),
        ),
        **changes,
    )


def company(*people: PersonForm, **changes: Any) -> PartyForm:
    return replace(
        PartyForm(
            side=Side.RESPONDENT,
            kind=PartyKind.ORGANISATION,
            name="鹭岛恒筑建设劳务有限公司",
            uscc="91350299MA0DEMX13U",
            address="鹭岛市湖滨区禾溪大道 100 号",
            legal_representative="郑国栋",
            legal_representative_post="执行董事",
            people=people or (agent(),),
        ),
        **changes,
    )


def form(**changes: Any) -> CaseForm:
    return replace(
        CaseForm(
            dispute_type="10b",
            sub_type="工伤赔偿",
            source="applied",
            channel="telephone",
            matter="工伤赔偿",
            summary="2025 年 1 月 18 日在工地拆模板时踩空坠落。",
            claims=("支付各项赔偿共 18 万元",),
            amount_claimed=18_000_000,
            occurred_on=date(2025, 1, 18),
            labour=LabourFacts(injured_on=date(2025, 1, 18), received_on=date(2025, 3, 9)),
            mediator_id=StaffId("staff-su"),
            recorder_id=StaffId("staff-jiang"),
            planned_at=PLANNED,
            parties=(applicant(), company()),
        ),
        **changes,
    )


async def registered(world: World, **changes: Any) -> Case:
    """Return the example as its recorder registered it."""
    done = await open_case.register(world, actor("jiang"), form(**changes))
    return await stored(world, done.case.id)


async def stored(world: World, case_id: CaseId) -> Case:
    async with world.store.read() as uow:
        return await uow.cases.get(case_id)


def person(case: Case, name: str) -> Person:
    return next(one for one in case.people if one.name == name)


async def opened(world: World, case: Case, name: str) -> Opened:
    """Return a person's link, opened by his first browser."""
    who = person(case, name)
    issued = await invite_people.invite(world, actor("su"), case.id, who.id, "qr")
    token = issued.message.link.rpartition("/")[2]
    return await answer_link.open_link(world, token, who.mobile[-4:])


async def logged(world: World, case_id: CaseId) -> list[dict[str, Any]]:
    """Return the bodies of the case's log."""
    async with world.store.read() as uow:
        return [json.loads(entry.body) for entry in await uow.log.of_case(case_id)]


async def kinds(world: World, case_id: CaseId) -> list[str]:
    return [body["kind"] for body in await logged(world, case_id)]
