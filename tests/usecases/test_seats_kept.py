"""Who has the link and the digits opens it as often as he likes: nobody loses a seat by it."""

import pytest

from server.domain.errors import SignedOutError
from server.domain.invitation import MAX_SEATS, Answer, Invitation
from server.usecases import answer_link, invite_people, take_seat
from server.usecases.answer_link import Opened
from server.usecases.identify import hash_token, seat_of
from server.usecases.world import World
from tests.support import cases
from tests.support.world import actor

OFTEN = 2 * MAX_SEATS


async def link(world: World) -> str:
    """Return the token of 陈水根's link."""
    case = await cases.registered(world)
    chen = cases.person(case, "陈水根")
    issued = await invite_people.invite(world, actor("su"), case.id, chen.id, "qr")
    return issued.message.link.rpartition("/")[2]


async def seated(world: World, token: str) -> Opened:
    opened = await answer_link.open_link(world, token, "0001")
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    await take_seat.enter(world, opened.invitation, hash_token(opened.token))
    return opened


async def opened_often(world: World, token: str) -> Invitation:
    opened = [await answer_link.open_link(world, token, "0001") for _ in range(OFTEN)]
    return opened[-1].invitation


async def test_the_browser_that_holds_the_seat_keeps_it_however_often_the_link_is_opened(
    world: World,
) -> None:
    token = await link(world)
    holder = await seated(world, token)
    after = await opened_often(world, token)
    assert await seat_of(world, holder.token) == after
    assert await answer_link.resume(world, token, holder.token) == after
    assert len(after.seats) == MAX_SEATS


async def test_the_browser_that_waits_for_the_mediator_goes_on_waiting(world: World) -> None:
    token = await link(world)
    holder = await seated(world, token)
    second = await answer_link.open_link(world, token, "0001")
    await take_seat.enter(world, second.invitation, hash_token(second.token))
    after = await opened_often(world, token)
    assert await seat_of(world, holder.token) == await seat_of(world, second.token) == after
    assert (after.waiting_device, len(after.seats)) == (hash_token(second.token), MAX_SEATS)


async def test_of_the_others_the_oldest_go(world: World) -> None:
    token = await link(world)
    first = await answer_link.open_link(world, token, "0001")
    holder = await seated(world, token)
    others = [(await answer_link.open_link(world, token, "0001")).token for _ in range(MAX_SEATS)]
    with pytest.raises(SignedOutError):
        await answer_link.resume(world, token, first.token)
    after = await answer_link.resume(world, token, holder.token)
    assert after.seats == tuple(map(hash_token, (holder.token, *others[1:])))
