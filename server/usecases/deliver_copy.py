"""Gives a party the sealed agreement: a code opens a short-lived ticket, the ticket the PDF."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.agreement import Agreement, Seal
from server.domain.case import Case, Person
from server.domain.errors import ForbiddenError, MissingStepsError, NotFoundError, WrongStateError
from server.domain.invitation import Invitation
from server.domain.jurisdiction.entries import AgentAct
from server.domain.representation import may
from server.domain.session_log import Entry, Happening, happened
from server.usecases import send_code
from server.usecases.identify import hash_token
from server.usecases.read_agreement import expect_holder
from server.usecases.world import World

LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What opens the download for five minutes, however often, on this browser alone."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The sealed PDF and the number it carries."""

    pdf: bytes
    number: str


async def ask(world: World, invitation: Invitation, device: str, code: str | None) -> Ticket:
    """Return a ticket for the person who has given the code sent to his telephone.

    Where no code can be sent, only the phone that held the seat gets one. Raises
    WrongStateError before sealing and after the days a copy stands ready, ForbiddenError
    for companions and agents without the scope, MissingStepsError without a code,
    WrongCodeError, TooManyTriesError.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(invitation.case_id)
        person = case.person(invitation.person_id)
        _expect_time(world, await uow.agreements.of_case(case.id))
        expect_entitled(world, case, person)
        if not send_code.has_code_channel(world, person):
            await expect_holder(uow, invitation, device)
    await _prove(world, invitation, person, code)
    ticket = Ticket(token=world.ids.token(), until=world.clock.now() + LIFE)
    kept = {"person": person.id, "device": device, "until": ticket.until.isoformat()}
    async with world.store.write() as uow:
        await uow.replies.put(_key(ticket.token), json.dumps(kept), world.clock.now())
    return ticket


def _expect_time(world: World, agreement: Agreement | None) -> Seal:
    seal = agreement.seal if agreement else None
    if seal is None:
        raise WrongStateError(state="not_sealed")
    if world.clock.now() > seal.at + timedelta(days=world.rules.copy_days):
        raise WrongStateError(state="copy_over")
    return seal


def expect_entitled(world: World, case: Case, person: Person) -> None:
    """Raise ForbiddenError for a companion, and for an agent who may not fetch documents."""
    today = world.pack.local_day(world.clock.now())
    if not may(case, person, AgentAct.FETCH_COPIES, world.pack, today):
        raise ForbiddenError(act="copy")


async def _prove(world: World, invitation: Invitation, person: Person, code: str | None) -> None:
    if not send_code.has_code_channel(world, person):
        return
    if code is None:
        raise MissingStepsError(missing=["code"])
    await send_code.spend(world, invitation, "copy", code)


async def fetch(world: World, invitation: Invitation, device: str, token: str) -> Copy:
    """Return the sealed PDF for a living ticket of this browser; else NotFoundError.

    The first time is logged as the delivery that reached the person.
    """
    async with world.store.read() as uow:
        kept = await uow.replies.find(_key(token))
        _expect_ticket(world, invitation, device, kept)
        seal = _expect_time(world, await uow.agreements.of_case(invitation.case_id))
    pdf = await world.archive.pdf(seal.record_id)
    await _reached(world, invitation, seal)
    return Copy(pdf=pdf, number=seal.number)


def _expect_ticket(world: World, invitation: Invitation, device: str, kept: str | None) -> None:
    if kept is None:
        raise NotFoundError
    found = json.loads(kept)
    own = (found["person"], found["device"]) == (invitation.person_id, device)
    if not own or world.clock.now() > datetime.fromisoformat(found["until"]):
        raise NotFoundError


async def _reached(world: World, invitation: Invitation, seal: Seal) -> None:
    person, case_id = invitation.person_id, invitation.case_id
    what = happened("delivery.reached", person, person=person, record=seal.record_id)

    async def job() -> None:
        async with world.store.write() as uow:
            await uow.cases.get(case_id)  # its lock: nobody logs the same meanwhile
            if not _in(await uow.log.of_case(case_id, (what.kind,)), what):
                await uow.log.append(case_id, (what,), world.clock.now())

    await world.rooms.run(case_id, job)


def _in(log: Sequence[Entry], what: Happening) -> bool:
    return any(json.loads(entry.body)["facts"] == dict(what.facts) for entry in log)


def _key(token: str) -> str:
    return f"copy ticket {hash_token(token)}"
