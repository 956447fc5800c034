"""Whom a reminder of an instalment may reach now: asked when it is put, and before it is sent.

A payer is reminded himself, an organisation through its legal representative. Where they take no
papers on the phone, the agent or guardian who signed is, as long as he might sign today.
"""

from collections.abc import Iterator
from datetime import date, timedelta, timezone

from server.domain.agreement import Agreement, AgreementState
from server.domain.case import Case, Person, PersonRole
from server.domain.committee import Committee
from server.domain.custody import CustodyState
from server.domain.ids import CaseId, PartyId, PersonId
from server.domain.representation import may_sign
from server.domain.session import Session
from server.domain.signing_order import lines
from server.ports.notify import Message
from server.ports.store import UnitOfWork
from server.usecases.world import World

E_DELIVERY = "e_delivery"
DAYTIME = range(9, 20)
"""The hours, where the committee sits, in which a message may ring somebody's phone."""


def by_day(world: World) -> bool:
    """Return whether a phone may ring now."""
    zone = timezone(timedelta(minutes=world.pack.utc_offset_minutes))
    return world.clock.now().astimezone(zone).hour in DAYTIME


def span(world: World, committee: Committee) -> tuple[date, date]:
    """Return tomorrow and the last day to remind of; none where the committee wants none."""
    today = world.pack.local_day(world.clock.now())
    return today + timedelta(days=1), today + timedelta(days=committee.remind_days)


async def falling_due(
    world: World, uow: UnitOfWork, committee: Committee, case_id: CaseId
) -> list[tuple[Person, date]]:
    """Return each person to remind and the day, once however much falls due on it."""
    case = await uow.cases.get(case_id)
    agreement = await uow.agreements.of_case(case_id)
    if agreement is None or not _binds(case, agreement):
        return []
    sessions = await uow.sessions.of_case(case_id)
    session = sessions[-1] if sessions else None
    first, last = span(world, committee)
    owed = [one for one in agreement.payments if first <= one.due_on <= last]
    found = (
        (person, one.due_on)
        for one in owed
        for person in _reminded(world, case, agreement, session, one.payer)
    )
    return list(dict.fromkeys(found))


async def may_ring(world: World, message: Message) -> bool:
    """Return whether a reminder that has waited may still be sent, at this hour."""
    if not by_day(world):
        return False
    async with world.store.read() as uow:
        committee = await uow.committees.get(message.committee_id)
        due = await falling_due(world, uow, committee, message.case_id)
    return (message.person_id, message.due_on) in {(person.id, day) for person, day in due}


def signed_for(case: Case, agreement: Agreement, party: PartyId | None = None) -> list[Person]:
    """Return those who signed for a party, or for any, by whichever route, in legal order."""
    people = {person.id: person for person in case.people}
    theirs = (one for one in lines(agreement) if party in {None, one.party_id})
    named = dict.fromkeys(PersonId(line.signer) for line in theirs)
    return [people[one] for one in named if one in people]


def reachable(session: Session | None, person: Person) -> bool:
    """Return whether he has a telephone and takes papers on it."""
    if not person.mobile:
        return False
    given = session.consent(person.id, E_DELIVERY) if session else None
    return given is not None and given.agreed


def _binds(case: Case, agreement: Agreement) -> bool:
    kept = case.custody.state is not CustodyState.DESTROYED
    return kept and agreement.state is AgreementState.SEALED


def _reminded(
    world: World, case: Case, agreement: Agreement, session: Session | None, payer: PartyId
) -> list[Person]:
    today = world.pack.local_day(world.clock.now())
    able = [
        person
        for person in _people(case, agreement, payer)
        if reachable(session, person) and may_sign(case, person, world.pack, today)
    ]
    return [one for one in able if one.role is not PersonRole.AGENT] or able


def _people(case: Case, agreement: Agreement, payer: PartyId) -> Iterator[Person]:
    """Yield whoever stands on the payer's side, of agents only who signed."""
    signed = signed_for(case, agreement, payer)
    for person in case.people_of(payer):
        if person.role is not PersonRole.AGENT or person in signed:
            yield person
