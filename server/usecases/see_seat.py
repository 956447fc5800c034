"""Reads everything a party's phone needs outside the live room."""

from dataclasses import dataclass
from typing import Literal

from server.domain.case import Case, Person
from server.domain.ids import PersonId
from server.domain.invitation import Invitation
from server.domain.jurisdiction.entries import ElectronicSigning
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.representation import signer_of
from server.domain.session import MinutesAnswer, Session, SessionState
from server.usecases.read_case import CaseFacts, gather
from server.usecases.send_code import has_code_channel
from server.usecases.world import World

_MAY_BE_OPEN = frozenset({ElectronicSigning.ALLOWED, ElectronicSigning.ASK_FIRST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person's place in his case. `device` is the hash of the browser that asks."""

    facts: CaseFacts
    invitation: Invitation
    device: str
    code_channel: bool
    signs: bool

    @property
    def person(self) -> Person:
        """Who sits here."""
        return self.facts.case.person(self.invitation.person_id)

    @property
    def holds(self) -> Literal["none", "holder", "waiting", "other"]:
        """What the asking browser is to the seat."""
        held = self.invitation.device
        if held is None:
            return "none"
        if held == self.device:
            return "holder"
        return "waiting" if self.invitation.waiting_device == self.device else "other"


async def see_seat(world: World, invitation: Invitation, device: str) -> Seat:
    """Return the seat as it is now."""
    async with world.store.read() as uow:
        fresh = await uow.invitations.get(invitation.id)
        facts = await gather(world, uow, await uow.cases.get(fresh.case_id))
    person = facts.case.person(fresh.person_id)
    return Seat(
        facts=facts,
        invitation=fresh,
        device=device,
        code_channel=has_code_channel(world, person),
        signs=signs(facts, person, world.pack),
    )


def signs(facts: CaseFacts, person: Person, pack: JurisdictionPack) -> bool:
    """Return whether this person signs the agreement for his party."""
    signer = signer_of(facts.case, facts.case.party(person.party_id), pack, facts.today)
    return signer is not None and signer.id == person.id


def may_sign_online(case: Case, pack: JurisdictionPack) -> bool:
    """Return whether the law leaves electronic signing open to this case, or still may."""
    found = pack.electronic_signing(case.dispute_type, personal_status=case.touches_status)
    return found in _MAY_BE_OPEN


def rests(facts: CaseFacts, pack: JurisdictionPack) -> bool:
    """Return whether the last sitting was adjourned to a later day than today."""
    following = facts.current
    if following is None or following.state is not SessionState.SCHEDULED:
        return False
    before = [session for session in facts.sessions if session.id != following.id]
    adjourned = bool(before) and before[-1].state is SessionState.ADJOURNED
    return adjourned and pack.local_day(following.planned_at) > facts.today


async def see_minutes(
    world: World, invitation: Invitation
) -> tuple[Session | None, MinutesAnswer | None]:
    """Return the sitting whose minutes the person is shown, and his answer to them."""
    async with world.store.read() as uow:
        sessions = await uow.sessions.of_case(invitation.case_id)
    written = [session for session in sessions if session.minutes]
    if not written:
        return None, None
    return written[-1], _own_answer(written[-1], invitation.person_id)


def _own_answer(session: Session, person: PersonId) -> MinutesAnswer | None:
    own = (a for a in session.minutes_answers if a.person_id == person)
    return next((a for a in own if a.version == session.minutes_version), None)
