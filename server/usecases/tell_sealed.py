"""Tells everybody who signed for a party that the agreement is in effect and can be fetched."""

from dataclasses import replace
from datetime import timedelta

from server.domain.agreement import Agreement
from server.domain.case import Case, Person
from server.domain.ids import CaseId, MessageId
from server.domain.jurisdiction.texts import Text
from server.domain.session_log import SYSTEM, happened
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import UnitOfWork
from server.usecases.falling_due import may_ring, reachable, signed_for
from server.usecases.seal_turn import each_in_turn
from server.usecases.world import World

TELL_EVERY_S = 300.0
NEWS = timedelta(days=2)
"""So long a message is worth sending late: a gateway that comes later tells of no old seals."""
NOT_TOLD = "who signed in case %s was not told"
_NOTED = {MessageKind.SEALED: "delivery", MessageKind.REMINDER: "reminder"}
"""How the log calls what waits here for the gateway."""
_SEALED = Text(
    zh="您的调解协议已盖章生效。打开原来的链接可以领取。",
    en="Your mediation agreement is sealed and in effect. Open your link to fetch it.",
)


async def announce(world: World, uow: UnitOfWork, case: Case, agreement: Agreement) -> None:
    """Put a message for everybody who signed and takes papers electronically; keep links open.

    Whose power has ended since has signed all the same. A link lives at least as long as the
    copy stands ready behind it.
    """
    await _lengthen(world, uow, case)
    sessions = await uow.sessions.of_case(case.id)
    session = sessions[-1] if sessions else None
    for person in signed_for(case, agreement):
        if reachable(session, person):
            await uow.outbox.add(_message(world, case, person))


async def _lengthen(world: World, uow: UnitOfWork, case: Case) -> None:
    until = world.clock.now() + timedelta(days=world.rules.copy_days)
    for invitation in await uow.invitations.of_case(case.id):
        if invitation.expires_at < until:
            await uow.invitations.save(replace(invitation, expires_at=until))


def _message(world: World, case: Case, person: Person) -> Message:
    return Message(
        id=MessageId(world.ids.new()),
        committee_id=case.committee_id,
        case_id=case.id,
        person_id=person.id,
        kind=MessageKind.SEALED,
        mobile=person.mobile,
        text=_SEALED.in_language(world.pack.languages[0]),
        link="",
        at=world.clock.now(),
    )


async def keep_telling(world: World) -> None:
    """Send what a stop kept back between the record and the gateway; at start and later on."""
    while True:
        await tell_untold(world)
        await world.clock.sleep(TELL_EVERY_S)


async def tell_untold(world: World) -> None:
    """Hand over every message that waits here; without a gateway they go on waiting."""
    async with world.store.read() as uow:
        cases = await uow.outbox.untold(world.clock.now() - NEWS)
    # In the seal's own turn: whoever has just sealed sends them now.
    await each_in_turn(world, cases, send_waiting, NOT_TOLD)


async def send_waiting(world: World, case_id: CaseId) -> None:
    """Hand the messages to the gateway, after the record is safely written.

    Without a gateway they wait for staff to copy them. A reminder waits as well where it may not
    ring: at night, once its day has come, without consent. Raises what the store raises where it
    takes no writes: then nothing is sent that could not be noted, and would be sent again.
    """
    async with world.store.read() as uow:
        every = await uow.outbox.of_case(case_id)
    waiting = [one for one in every if _waits(one)]
    if waiting:
        async with world.store.write() as uow:
            await uow.outbox.save(waiting[0])  # as it is: only to see that the store takes it
    for message in waiting:
        if await _fits(world, message):
            await _send(world, message)


def _waits(message: Message) -> bool:
    return message.kind in _NOTED and message.state is MessageState.WAITING


async def _fits(world: World, message: Message) -> bool:
    """Ask anew before each, however slow the gateway is; what was handed over is only noted."""
    if message.kind is not MessageKind.REMINDER or message.id in world.handed:
        return True
    return await may_ring(world, message)


async def _send(world: World, message: Message) -> None:
    """Send it unless that was done and only not noted: whoever is told is told once."""
    state = world.handed.get(message.id) or await world.notifier.send(message)
    if state is MessageState.WAITING:
        return
    world.handed[message.id] = state
    await _note(world, message, state)
    del world.handed[message.id]


async def _note(world: World, message: Message, state: MessageState) -> None:
    kind = f"{_NOTED[message.kind]}.{'sent' if state is MessageState.SENT else 'failed'}"
    async with world.store.write() as uow:
        await uow.outbox.save(replace(message, state=state))
        what = happened(kind, SYSTEM, person=message.person_id)
        await uow.log.append(message.case_id, (what,), world.clock.now())
