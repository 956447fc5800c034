"""Ends the turns to sign that nobody answered, with what was prepared and written for them.

A phone that comes back late ends its own; one that never does is waited for by nobody.
"""

from datetime import timedelta

from server.domain.agreement import Agreement
from server.domain.case import Case
from server.domain.ids import CaseId, FileId
from server.domain.signing_lease import TurnLostError, lapsed
from server.ports.files import ShreddedError
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.seal_turn import each_in_turn
from server.usecases.world import World

LOOK_EVERY_S = 60.0
CLOSED_SINCE = timedelta(days=7)
"""So long it is looked for in a case that has ended meanwhile: the server may have stood still."""


async def keep_lapsing(world: World) -> None:
    """End the turns that are over; at start and every minute."""
    while True:
        await lapse_all(world)
        await world.clock.sleep(LOOK_EVERY_S)


async def lapse_all(world: World) -> None:
    """End every turn whose time is over."""
    async with world.store.read() as uow:
        signing = await uow.agreements.signing(world.clock.now() - CLOSED_SINCE)
    await each_in_turn(world, signing, lapse, "a turn to sign in case %s was not ended")


async def lapse(world: World, case_id: CaseId) -> None:
    """End the case's turn where its time is over, though the case may have ended, too."""

    async def step(_: UnitOfWork, __: Case, agreement: Agreement) -> Changed:
        return lapsed(agreement, world.clock.now()), ()

    async with world.store.read() as uow:
        agreement = await uow.agreements.of_case(case_id)
    if agreement is not None and lapsed(agreement, world.clock.now()) != agreement:
        await change(world, case_id, step, after_end=True)


async def made_for_turn(uow: UnitOfWork, file: FileId) -> bytes:
    """Return what was made for a turn; TurnLostError once that has ended and it is gone."""
    try:
        return await uow.files.content(file)
    except ShreddedError:
        raise TurnLostError from None
