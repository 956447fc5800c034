"""What was written down stays to be read when the sitting is over, each by whom it is for."""

from datetime import timedelta

import pytest

from server.domain.errors import ForbiddenError, NotFoundError
from server.domain.ids import SessionId
from server.domain.minutes import Confirmation, ready
from server.domain.session import MinutesItem, MinutesMark
from server.usecases import conduct_session, see_minutes
from server.usecases.world import World
from tests.support import cases, signing
from tests.support.clock import START
from tests.support.signing import Sitting
from tests.support.world import OTHER_COMMITTEE, Stage, actor

SAID = (
    (MinutesMark.UNDISPUTED, "一月十八日在工地受伤"),
    (MinutesMark.CONCESSION, "愿意少要五千元"),
)


async def write(world: World, session: SessionId) -> None:
    for n, (mark, text) in enumerate(SAID):
        item = MinutesItem(id=f"s{n}", at=START, speaker="陈水根", text=text, mark=mark)
        await conduct_session.write_minutes(world, actor("su"), session, item, change=False)


async def minuted(office: Stage) -> Sitting:
    """Return a sitting that was adjourned after the worker had agreed to its minutes."""
    made = await signing.sitting(office)
    world, session = office.world, made.session.id
    await write(world, session)
    await conduct_session.by_staff(world, actor("su"), session, ready)
    said = Confirmation(version=1, agreed=True)
    await conduct_session.confirm_minutes(world, made.worker.invitation.person_id, session, said)
    later = office.clock.now() + timedelta(days=7)
    await conduct_session.adjourn(world, actor("su"), session, later)
    return made


@pytest.mark.parametrize(
    ("login", "texts", "left_out"),
    [
        ("su", [text for _, text in SAID], 0),
        ("jiang", [text for _, text in SAID], 0),
        ("he", [SAID[0][1]], 1),
        ("officer", [SAID[0][1]], 1),
    ],
)
async def test_they_are_read_when_the_sitting_is_over(
    office: Stage, login: str, texts: list[str], left_out: int
) -> None:
    made = await minuted(office)
    seen = await see_minutes.see(office.world, actor(login), made.case.id)
    (sitting,) = seen.sittings
    assert sitting.session.id == made.session.id
    assert [item.text for item in sitting.items] == texts
    assert len(sitting.session.minutes) - len(sitting.items) == left_out
    (answer,) = sitting.session.minutes_answers
    assert (seen.names[answer.person_id], answer.version, answer.agreed) == ("陈水根", 1, True)


async def test_a_sitting_without_any_is_left_out(office: Stage) -> None:
    case = await cases.registered(office.world)
    assert (await see_minutes.see(office.world, actor("su"), case.id)).sittings == []


async def test_they_are_for_who_may_see_the_case(office: Stage) -> None:
    made = await minuted(office)
    for login in ("lin", "admin", "auditor"):
        with pytest.raises(ForbiddenError):
            await see_minutes.see(office.world, actor(login), made.case.id)
    with pytest.raises(NotFoundError):
        await see_minutes.see(office.world, actor("su", OTHER_COMMITTEE), made.case.id)
