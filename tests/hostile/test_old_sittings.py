"""Pages left open since a sitting that is over, beside the next sitting of the same case."""

from dataclasses import replace

import pytest

from server.domain.ids import SessionId
from server.domain.session import SessionState
from tests.access import callers
from tests.access.office import Office
from tests.access.socket import Socket

LATER = SessionId("later")


@pytest.fixture
def moment() -> str:
    return "open"


@pytest.fixture
async def adjourned(office: Office) -> Office:
    """An office whose first sitting was adjourned and whose second is open."""
    async with office.world.store.write() as uow:
        first = await uow.sessions.get(office.facts["session"])
        await uow.sessions.add(replace(first, id=LATER, version=0))
        await uow.sessions.save(replace(first, state=SessionState.ADJOURNED))
    return office


async def entered(office: Office, letter: str, *sessions: str) -> Socket:
    socket = await office.connect(callers.caller(letter, office.facts).cookies)
    assert socket is not None
    for session in sessions:
        told = await socket.ask("enter", {"session_id": session})
        assert told["ok"], told
    return socket


async def logged(office: Office) -> int:
    async with office.world.store.read() as uow:
        return len(await uow.log.of_case(office.facts["case"]))


def present(office: Office, session: str) -> set[str]:
    seats = office.world.rooms.presence(SessionId(session)).values()
    return {one.seat for one in seats if one.present}


LETTERS = pytest.mark.parametrize("letter", ["M", "P"], ids=["console", "phone"])


@LETTERS
async def test_an_old_page_learns_how_its_sitting_ended(adjourned: Office, letter: str) -> None:
    before = await logged(adjourned)
    old = await entered(adjourned, letter, adjourned.facts["session"])
    assert (await old.hears("change"))["snapshot"]["state"] == "adjourned"
    assert not present(adjourned, adjourned.facts["session"])
    assert (await old.ask("media.start"))["code"] == "forbidden"
    await old.close()
    await entered(adjourned, letter, LATER)
    assert await logged(adjourned) == before + 1


@LETTERS
async def test_an_old_page_takes_nobody_out_of_the_next_sitting(
    adjourned: Office, letter: str
) -> None:
    now = await entered(adjourned, letter, LATER)
    seats = present(adjourned, LATER)
    old = await entered(adjourned, letter, adjourned.facts["session"])
    assert (await old.ask("leave"))["ok"]
    await old.close()
    assert (await now.ask("own.media", {"microphone": True, "camera": False}))["ok"]
    assert present(adjourned, LATER) == seats
    assert len(seats) == 1


@LETTERS
async def test_a_browser_sits_in_one_sitting_at_a_time(office: Office, letter: str) -> None:
    async with office.world.store.write() as uow:
        first = await uow.sessions.get(office.facts["session"])
        await uow.sessions.add(replace(first, id=LATER, version=0))
    await entered(office, letter, first.id, LATER)
    assert not present(office, first.id)
    assert len(present(office, LATER)) == 1
