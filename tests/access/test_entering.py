"""Two who come in at the same moment: neither keeps the other out."""

import asyncio
from pathlib import Path

import pytest

from server.domain.ids import CaseId
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
