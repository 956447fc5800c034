"""Reminds whoever signed for a payer, some days before, that an instalment falls due.

Each instalment once, by day, and to nobody who takes no papers on the phone. Nobody notes here
what was paid: the text says that it may be done already, and names no amount and nobody.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, timedelta, timezone

from server.domain.agreement import Agreement, AgreementState
from server.domain.case import Case, Person
from server.domain.committee import Committee
from server.domain.custody import CustodyState
from server.domain.errors import DomainError, trail
from server.domain.ids import CaseId, MessageId
from server.domain.jurisdiction.texts import Text
from server.ports.notify import Message, MessageKind
from server.ports.store import UnitOfWork
from server.usecases.seal_turn import each_in_turn
from server.usecases.tell_sealed import NOT_TOLD, reachable, send_waiting, signed_for
from server.usecases.world import World

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1800.0
DAYTIME = range(9, 20)
"""The hours, where the committee sits, in which a message may ring somebody's phone."""
_DUE = Text(
    zh="提醒：您的调解协议里，有一项快到约定的日子了。已经办好的，不用管这条消息。",
    en="A reminder: something in your mediation agreement falls due soon. If it is done, all is"
    " well.",
)


async def keep_reminding(world: World) -> None:
    """Look by day for what falls due; at start and later on."""
    while True:
        await remind(world)
        await world.clock.sleep(LOOK_EVERY_S)


async def remind(world: World) -> None:
    """Put the messages that are due now, each once, and hand them to the gateway."""
    zone = timezone(timedelta(minutes=world.pack.utc_offset_minutes))
    if world.clock.now().astimezone(zone).hour not in DAYTIME:
        return
    async with world.store.read() as uow:
        committees = await uow.committees.all()
    for committee in committees:
        for case_id in await _near(world, committee):
            await _remind(world, committee, case_id)


async def _near(world: World, committee: Committee) -> Sequence[CaseId]:
    """Return the cases in which a day falls that a reminder of today is for."""
    first, last = _span(world, committee)
    async with world.store.read() as uow:
        return await uow.agreements.due(committee.id, first, last) if first <= last else ()


def _span(world: World, committee: Committee) -> tuple[date, date]:
    """Return tomorrow and the last day to remind of; none where the committee wants none."""
    today = world.pack.local_day(world.clock.now())
    return today + timedelta(days=1), today + timedelta(days=committee.remind_days)


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
        case = await uow.cases.get(case_id)
        agreement = await uow.agreements.of_case(case_id)
        if agreement is None or not _binds(case, agreement):
            return False
        told = {(one.person_id, one.due_on) for one in await uow.outbox.of_case(case_id)}
        due = await _due(world, uow, committee, case, agreement)
        new = [one for one in due if (one.person_id, one.due_on) not in told]
        for message in new:
            await uow.outbox.add(message)
        return bool(new)


def _binds(case: Case, agreement: Agreement) -> bool:
    kept = case.custody.state is not CustodyState.DESTROYED
    return kept and agreement.state is AgreementState.SEALED


async def _due(
    world: World, uow: UnitOfWork, committee: Committee, case: Case, agreement: Agreement
) -> list[Message]:
    """Return a message for each person and day, however much he is to pay on it."""
    sessions = await uow.sessions.of_case(case.id)
    session = sessions[-1] if sessions else None
    owed = dict.fromkeys(_owed(case, agreement, *_span(world, committee)))
    return [
        _message(world, case, person, day) for person, day in owed if reachable(session, person)
    ]


def _owed(
    case: Case, agreement: Agreement, first: date, last: date
) -> Iterator[tuple[Person, date]]:
    for payment in agreement.payments:
        if first <= payment.due_on <= last:
            for person in signed_for(case, agreement, payment.payer):
                yield person, payment.due_on


def _message(world: World, case: Case, person: Person, day: date) -> Message:
    return Message(
        id=MessageId(world.ids.new()),
        committee_id=case.committee_id,
        case_id=case.id,
        person_id=person.id,
        kind=MessageKind.REMINDER,
        mobile=person.mobile,
        text=_DUE.in_language(world.pack.languages[0]),
        link="",
        at=world.clock.now(),
        due_on=day,
    )
