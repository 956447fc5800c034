"""Opens a person's link with the four digits, and takes his answer to the invitation."""

import hmac
import json
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.case import CaseState
from server.domain.errors import NotFoundError, SignedOutError, TooManyTriesError, WrongStateError
from server.domain.invitation import (
    MAX_WRONG_DIGITS,
    Answer,
    Invitation,
    LinkState,
    refuse_digits,
    try_digits,
)
from server.domain.jurisdiction.texts import shown
from server.domain.session_log import SYSTEM, Happening, happened
from server.ports.store import UnitOfWork
from server.usecases.identify import hash_token
from server.usecases.invite_people import digits_of
from server.usecases.read_case import current
from server.usecases.world import World

_EXPIRED = "invite.expired"
_ANSWERABLE = frozenset({CaseState.ACCEPTED, CaseState.MEDIATING, CaseState.AGREED})
_KINDS = {
    Answer.ACCEPTED: "invite.accepted",
    Answer.REFUSED: "invite.refused",
    Answer.OTHER_TIME: "invite.other_time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What whoever holds a link may see before he gave the digits: no names of parties.

    `state` is None where there is no such link.
    """

    state: LinkState | None
    committee: str
    office_phone: str
    mediator: str
    planned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The link is open for one more browser; `token` goes into its cookie and nowhere else."""

    invitation: Invitation
    token: str


async def see_link(world: World, token: str) -> LinkFacts:
    """Return the facts of a link; changes nothing. NotFoundError for every other token."""
    async with world.store.read() as uow:
        invitation = await _by_token(uow, token)
        case = await uow.cases.get(invitation.case_id)
        committee = await uow.committees.get(case.committee_id)
        session = current(await uow.sessions.of_case(case.id))
        mediator = await uow.staff.get(case.mediator_id) if case.mediator_id else None
    return LinkFacts(
        state=invitation.state(world.clock.now()),
        committee=committee.name,
        office_phone=committee.office_phone,
        mediator=mediator.name if mediator else "",
        planned_at=session.planned_at if session else None,
    )


async def see_office(world: World) -> LinkFacts:
    """Return whom to ask about an unknown link, where one committee is all there is."""
    async with world.store.read() as uow:
        every = await uow.committees.all()
    only = every[0] if len(every) == 1 else None
    return LinkFacts(
        state=None,
        committee=only.name if only else "",
        office_phone=only.office_phone if only else "",
        mediator="",
        planned_at=None,
    )


async def _by_token(uow: UnitOfWork, token: str) -> Invitation:
    invitation = await uow.invitations.by_token(hash_token(token))
    if invitation is None:
        raise NotFoundError
    return invitation


async def open_link(world: World, token: str, digits: str, *, notice: str = "") -> Opened:
    """Open the link for this browser; `notice` is the version of the privacy notice it showed.

    Raises WrongCodeError with the tries left, TooManyTriesError once locked,
    WrongStateError for a link that is over, NotFoundError for an unknown one.
    """
    async with world.store.read() as uow:
        found = await _by_token(uow, token)

    async def job() -> Opened:
        return await _open(world, token, digits, notice)

    try:
        opened = await world.rooms.run(found.case_id, job)
    except TooManyTriesError:
        # News for the desk: whoever has not given the digits yet is kept out until staff unlock.
        await world.rooms.touch(found.case_id)
        raise
    await world.rooms.touch(found.case_id)
    return opened


async def _open(world: World, token: str, digits: str, notice: str) -> Opened:
    now, seat = world.clock.now(), world.ids.token()
    async with world.store.write() as uow:
        invitation = await _by_token(uow, token)
        if invitation.state(now) is not LinkState.OPEN:
            await _note_expiry(world, uow, invitation)
            after = invitation
        else:
            case = await uow.cases.get(invitation.case_id)
            right = _same(digits, digits_of(case.person(invitation.person_id)))
            after = try_digits(invitation, right=right, seat=hash_token(seat), now=now)
            after = await uow.invitations.save(after)
            told = _told(world, after, notice) if right else ()
            await uow.log.append(case.id, (*told, _tried(after, right=right)), now)
    if hash_token(seat) in after.seats:
        return Opened(invitation=after, token=seat)
    if invitation.state(now) is not LinkState.OPEN:
        raise WrongStateError(state=invitation.state(now))
    refuse_digits(after)
    raise NotFoundError


def _same(given: str, wanted: str) -> bool:
    # A person without a telephone on file can never be opened, not even by no digits.
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _tried(invitation: Invitation, *, right: bool) -> Happening:
    kind = "invite.opened" if right else "invite.digits_wrong"
    locked = not right and invitation.wrong_digits >= MAX_WRONG_DIGITS
    return happened(
        kind,
        invitation.person_id,
        invitation=invitation.id,
        locked=locked,
        browsers=len(invitation.seats),
    )


def _told(world: World, invitation: Invitation, notice: str) -> tuple[Happening, ...]:
    """Say that he was shown the notice, if the page named the words that are in force."""
    said = shown(world.pack.notices.privacy)
    if notice != said["version"]:
        return ()
    person = invitation.person_id
    return (happened("notice.shown", person, person=person, **said),)


async def _note_expiry(world: World, uow: UnitOfWork, invitation: Invitation) -> None:
    """Log once that a link ran out before it was used again."""
    now = world.clock.now()
    if invitation.state(now) is not LinkState.EXPIRED:
        return
    noted = await uow.log.of_case(invitation.case_id, (_EXPIRED,))
    if any(json.loads(one.body)["facts"]["invitation"] == invitation.id for one in noted):
        return
    what = happened(_EXPIRED, SYSTEM, invitation=invitation.id)
    await uow.log.append(invitation.case_id, (what,), now)


async def resume(world: World, token: str, seat_token: str | None) -> Invitation:
    """Return the invitation of a browser that gave the digits before.

    Raises NotFoundError for an unknown link, SignedOutError where the digits are owed.
    """
    async with world.store.read() as uow:
        invitation = await _by_token(uow, token)
    state = invitation.state(world.clock.now())
    if state in {LinkState.EXPIRED, LinkState.REVOKED}:
        raise WrongStateError(state=state)
    if seat_token is None or hash_token(seat_token) not in invitation.seats:
        raise SignedOutError
    return invitation


async def answer(world: World, invitation: Invitation, given: Answer, text: str) -> Invitation:
    """Take the person's answer; he may change his mind until the case is over.

    Raises WrongStateError once it is. His words are kept, never logged.
    """

    async def job() -> Invitation:
        async with world.store.write() as uow:
            case = await uow.cases.get(invitation.case_id)
            if case.state not in _ANSWERABLE:
                raise WrongStateError(state=case.state)
            return await _answer(world, uow, invitation, given, text)

    answered = await world.rooms.run(invitation.case_id, job)
    await world.rooms.touch(invitation.case_id)
    return answered


async def _answer(
    world: World, uow: UnitOfWork, invitation: Invitation, given: Answer, text: str
) -> Invitation:
    now = world.clock.now()
    fresh = await uow.invitations.get(invitation.id)
    if (fresh.answer, fresh.answer_text) == (given, text):
        return fresh
    after = replace(fresh, answer=given, answered_at=now, answer_text=text)
    saved = await uow.invitations.save(after)
    what = happened(_KINDS[given], saved.person_id, invitation=saved.id, person=saved.person_id)
    await uow.log.append(saved.case_id, (what,), now)
    return saved
