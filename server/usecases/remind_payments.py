"""Reminds a payer, some days before, that an instalment falls due.

Each instalment once, by day, and to nobody who takes no papers on the phone. Nobody notes here
what was paid: the text says that it may be done already, and names no amount and no party.
"""

import logging
from collections.abc import Sequence
from datetime import date

from server.domain.case import Person
from server.domain.committee import Committee
from server.domain.errors import DomainError, trail
from server.domain.ids import CaseId, MessageId
from server.ports.notify import Message, MessageKind
from server.usecases.falling_due import by_day, falling_due, span
from server.usecases.seal_turn import each_in_turn
from server.usecases.tell_sealed import NOT_TOLD, send_waiting
from server.usecases.wording import reminder_text
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1800.0


async def keep_reminding(world: World) -> None:
    """Look by day for what falls due; at start and later on."""
    while True:
        await remind(world)
        await world.clock.sleep(LOOK_EVERY_S)


async def remind(world: World) -> None:
    """Put the messages that are due now, each once, and hand them to the gateway."""
    async with world.store.read() as uow:
        committees = await uow.committees.all()
    for committee in committees:
        for case_id in await _near(world, committee):
            if by_day(world):
                await _remind(world, committee, case_id)


async def _near(world: World, committee: Committee) -> Sequence[CaseId]:
    """Return the cases in which a day falls that a reminder of today is for."""
    first, last = span(world, committee)
    async with world.store.read() as uow:
        return await uow.agreements.due(committee.id, first, last) if first <= last else ()


async def _remind(world: World, committee: Committee, case_id: CaseId) -> None:
    try:
        if not await _put(world, committee, case_id):
            return
    except DomainError as fault:
        # Supervised loop: one case that cannot be read must not hold up the others.
        log.error("case %s was not reminded: %s", case_id, trail(fault))  # noqa: TRY400 - no words
        return
    await each_in_turn(world, [case_id], send_waiting, NOT_TOLD)


async def _put(world: World, committee: Committee, case_id: CaseId) -> bool:
    """Put what nobody was told yet; return whether there was any."""
    async with world.store.write() as uow:
        due = await falling_due(world, uow, committee, case_id)
        told = {(one.person_id, one.due_on) for one in await uow.outbox.of_case(case_id)}
        new = [(person, day) for person, day in due if (person.id, day) not in told]
        for person, day in new:
            await uow.outbox.add(_message(world, committee, case_id, person, day))
        return bool(new)


def _message(
    world: World, committee: Committee, case_id: CaseId, person: Person, day: date
) -> Message:
    return Message(
        id=MessageId(world.ids.new()),
        committee_id=committee.id,
        case_id=case_id,
        person_id=person.id,
        kind=MessageKind.REMINDER,
        mobile=person.mobile,
        text=reminder_text(committee, day, world.pack),
        link="",
        at=world.clock.now(),
        due_on=day,
    )
