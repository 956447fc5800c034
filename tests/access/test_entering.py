"""Coming in at the same moment as another, and going when too much waits."""

import asyncio
from pathlib import Path

import pytest

from server.domain.ids import CaseId, SessionId
from server.rooms.mailbox import LIMIT
from tests.access import callers
from tests.access.office import Office, open_office
from tests.access.prepare import Preparation
from tests.access.says import SAYS
from tests.access.socket import Socket


@pytest.mark.parametrize("later", ["R", "H"])
async def test_who_waits_for_his_turn_keeps_nobody_out(
    later: str, prepared: Preparation, tmp_path: Path
) -> None:
    moment = SAYS["enter"].moment
    folder, facts = prepared.folder(moment), prepared.facts[moment]
    async with open_office(folder, tmp_path / "office", facts) as office:
        sockets = [await _connected(office, letter) for letter in ("P", later)]
        let_go = asyncio.Event()
        held = asyncio.create_task(office.world.rooms.run(CaseId(facts["case"]), let_go.wait))
        entering = []
        for n, socket in enumerate(sockets, start=1):
            entering.append(asyncio.create_task(_enter(office, socket)))
            await _waiting(office, n)
        let_go.set()
        assert await held
        assert await asyncio.gather(*entering) == [True, True]


async def test_who_goes_while_too_much_waits_is_gone(prepared: Preparation, tmp_path: Path) -> None:
    moment = SAYS["enter"].moment
    folder, facts = prepared.folder(moment), prepared.facts[moment]
    case, session = CaseId(facts["case"]), SessionId(facts["session"])
    async with open_office(folder, tmp_path / "office", facts) as office:
        rooms = office.world.rooms
        phone = await _connected(office, "P")
        assert await _enter(office, phone)
        let_go = asyncio.Event()
        waiting = [asyncio.create_task(rooms.run(case, let_go.wait))]
        await asyncio.sleep(0)  # it is put in, and at the next turn it holds the others up
        await asyncio.sleep(0)
        waiting += [asyncio.create_task(rooms.run(case, let_go.wait)) for _ in range(LIMIT)]
        await _waiting(office, LIMIT)
        await phone.close()
        await _waiting(office, LIMIT + 1)
        let_go.set()
        await asyncio.gather(*waiting)
        await rooms.run(case, let_go.wait)
        assert not any(one.present for one in rooms.presence(session).values())


async def _connected(office: Office, letter: str) -> Socket:
    socket = await office.connect(callers.caller(letter, office.facts).cookies)
    assert socket is not None
    return socket


async def _enter(office: Office, socket: Socket) -> bool:
    told = await socket.ask("enter", {"session_id": office.facts["session"]})
    return bool(told["ok"])


async def _waiting(office: Office, jobs: int) -> None:
    """Wait until so many jobs of the case wait behind the one that holds it up."""
    desk = office.world.rooms._desk(CaseId(office.facts["case"]))
    async with asyncio.timeout(10):
        while desk.mailbox._queue.qsize() < jobs:
            await asyncio.sleep(0)
