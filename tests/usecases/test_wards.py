"""A child's own phone asks what it wants; whether it takes part by video the guardian says."""

from dataclasses import replace

import pytest

from server.api.views.seat import seat_view
from server.domain import conduct
from server.domain.access import Act
from server.domain.case import Capacity, Case
from server.domain.errors import MissingStepsError
from server.domain.invitation import Answer, Invitation
from server.domain.jurisdiction.texts import text_version
from server.ports.store import ConflictError
from server.usecases import (
    answer_link,
    conduct_session,
    give_consent,
    read_case,
    see_today,
    take_seat,
)
from server.usecases.identify import hash_token
from server.usecases.see_seat import see_seat
from server.usecases.world import World
from tests.support import cases
from tests.support.cases import agent, applicant, company, power, worker
from tests.support.world import PACK, Stage, actor

ONLINE = "online_mediation"


@pytest.fixture
async def case(world: World) -> Case:
    mother = agent(
        name="刘春梅",
        mobile="19900000002",
        id_no="512099198209234028",
        authority=power(kind="guardian", scopes=frozenset()),
    )
    child = applicant(worker(), mother, capacity=Capacity.LIMITED)
    return await cases.registered(world, parties=(child, company()))


async def seated(world: World, case: Case, name: str) -> tuple[Invitation, str]:
    opened = await cases.opened(world, case, name)
    invitation = await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    return invitation, hash_token(opened.token)


async def say(
    world: World, invitation: Invitation, scope: str, *, agreed: bool, ward: bool = False
) -> None:
    version = text_version(PACK.asked(scope, ward=ward))
    await give_consent.consent(world, invitation, scope, version, agreed=agreed)


async def test_a_child_is_asked_for_its_wish_and_the_guardian_for_both(
    world: World, case: Case
) -> None:
    invitation, device = await seated(world, case, "陈水根")
    child = seat_view(world, await see_seat(world, invitation, device), "zh-CN")
    assert (child.answered_by, child.answers_for) == (["刘春梅"], [])
    asked = {one.scope: one for one in child.consents}
    assert "e_signature" not in asked
    assert not any(one.ends_online for one in asked.values())
    assert "法定代理人决定" in asked[ONLINE].refuse_means
    assert asked[ONLINE].withdraw_means == asked[ONLINE].refuse_means
    invitation, device = await seated(world, case, "刘春梅")
    mother = seat_view(world, await see_seat(world, invitation, device), "zh-CN")
    assert (mother.answered_by, mother.answers_for) == (None, ["陈水根"])
    assert [one.scope for one in mother.consents] == list(PACK.consent_scopes)


async def test_the_guardians_no_keeps_a_child_from_the_room_not_its_own(
    world: World, case: Case
) -> None:
    invitation, device = await seated(world, case, "陈水根")
    mother, _ = await seated(world, case, "刘春梅")
    with pytest.raises(ConflictError):
        await say(world, invitation, ONLINE, agreed=False)
    await say(world, invitation, ONLINE, agreed=False, ward=True)
    await say(world, mother, ONLINE, agreed=True)
    assert (await take_seat.enter(world, invitation, device)).device == device
    await say(world, mother, ONLINE, agreed=False)
    other = replace(invitation, device=None)
    with pytest.raises(MissingStepsError):
        await take_seat.enter(world, other, device)
    logged = [one["kind"] for one in await cases.logged(world, case.id)]
    assert [one for one in logged if one.startswith("consent.")] == [
        "consent.wish_against",
        "consent.given",
        "consent.withdrawn",
    ]


async def test_nobody_waits_for_what_a_child_answers(
    scene: Stage, world: World, case: Case
) -> None:
    await seated(world, case, "陈水根")
    mother, _ = await seated(world, case, "刘春梅")
    for scope in PACK.consent_scopes:
        await say(world, mother, scope, agreed=scope != ONLINE)
    facts = await read_case.see_case(world, actor("su"), case.id)
    assert set(facts.wards) == {cases.person(case, "陈水根").id}
    scene.clock.jump((cases.PLANNED - scene.clock.now()).total_seconds())
    today = await see_today.see_today(world, actor("su"))
    (sitting,) = today.sittings
    assert {one for one in sitting.missing if one.startswith("refuses_online")} == {
        "refuses_online:陈水根",
        "refuses_online:刘春梅",
    }


async def test_what_a_child_says_aloud_is_kept_in_the_words_it_was_asked(
    world: World, case: Case
) -> None:
    child = cases.person(case, "陈水根").id
    async with world.store.read() as uow:
        [session] = await uow.sessions.of_case(case.id)
    su = actor("su")
    await conduct_session.by_staff(world, su, session.id, conduct.open_session, act=Act.TAKE_OVER)
    await conduct_session.oral_consent(world, su, session.id, child, ("preservation", True))
    async with world.store.read() as uow:
        [session] = await uow.sessions.of_case(case.id)
    [given] = session.given(child, "preservation")
    assert given.text_version == text_version(PACK.asked("preservation", ward=True))
    assert given.wish
