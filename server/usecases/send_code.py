"""Sends one-time codes to the person's own telephone, and spends them.

Six digits for one person and one purpose, five minutes, five tries, ten a day, and one a
minute while the last is unused (OWASP ASVS 6.5). A code is in no log, no answer and no
outbox; only its keyed hash is stored.
"""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.case import Person
from server.domain.contact_numbers import mobile_number
from server.domain.errors import DomainError, TooManyTriesError, WrongCodeError
from server.domain.ids import MessageId, PersonId
from server.domain.invitation import Invitation
from server.domain.masking import mask_phone
from server.domain.session_log import happened
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import OneTimeCode, UnitOfWork
from server.usecases.wording import code_text
from server.usecases.world import World

LENGTH = 6
PURPOSES = ("sign", "move", "copy")
BETWEEN = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Whether a code is on its way to the masked number, and when another may be asked for."""

    sent: bool
    mobile_masked: str
    retry_after_s: int


def has_code_channel(world: World, person: Person) -> bool:
    """Return whether a code can reach the person without staff in between."""
    return world.notifier.carries_codes and bool(_mobile(person))


def _mobile(person: Person) -> str:
    try:
        return mobile_number(person.mobile)
    except DomainError:
        return ""


async def send(world: World, invitation: Invitation, purpose: str) -> Sent:
    """Send a fresh code; the one before it is void.

    Raises TooManyTriesError with `retry_after_s` when asked too often. Without a channel
    nothing is sent, and the mediator confirms the person on video instead.
    """
    async with world.store.read() as uow:
        person = (await uow.cases.get(invitation.case_id)).person(invitation.person_id)
    masked = mask_phone(person.mobile)
    if not has_code_channel(world, person):
        return Sent(sent=False, mobile_masked=masked, retry_after_s=0)
    code = world.ids.digits(LENGTH)
    await _store(world, invitation, purpose, code)
    state = await world.notifier.send(_message(world, invitation, person, purpose, code))
    sent = state is MessageState.SENT
    wait = int(BETWEEN.total_seconds())
    return Sent(sent=sent, mobile_masked=masked, retry_after_s=wait)


async def _store(world: World, invitation: Invitation, purpose: str, code: str) -> None:
    now, who = world.clock.now(), invitation.person_id
    async with world.store.write() as uow:
        await _expect_patience(world, uow, who)
        await uow.codes.put(
            OneTimeCode(
                subject=who,
                purpose=purpose,
                code_hash=_hash(world, who, purpose, code),
                sent_at=now,
                expires_at=now + timedelta(seconds=world.rules.code_life),
            )
        )
        what = happened("code.sent", who, person=who, purpose=purpose)
        await uow.log.append(invitation.case_id, (what,), now)


async def _expect_patience(world: World, uow: UnitOfWork, who: PersonId) -> None:
    now = world.clock.now()
    for purpose in PURPOSES:
        last = await uow.codes.find(who, purpose)
        # One that was used reached its owner: asking again then bothers nobody.
        if last is not None and last.used_at is None and now - last.sent_at < BETWEEN:
            raise TooManyTriesError(retry_after_s=int(BETWEEN.total_seconds()))
    if await uow.codes.sent_since(who, now - DAY) >= world.rules.codes_per_day:
        raise TooManyTriesError(retry_after_s=int(DAY.total_seconds()))


def _message(
    world: World, invitation: Invitation, person: Person, purpose: str, code: str
) -> Message:
    minutes = world.rules.code_life // 60
    return Message(
        id=MessageId(world.ids.new()),
        committee_id=invitation.committee_id,
        case_id=invitation.case_id,
        person_id=person.id,
        kind=MessageKind.CODE,
        mobile=_mobile(person),
        text=code_text(code, purpose, minutes, world.pack),
        link="",
        at=world.clock.now(),
    )


async def spend(world: World, invitation: Invitation, purpose: str, code: str) -> datetime:
    """Use a code up and return when; of two who give the right one, one wins.

    Raises WrongCodeError with the tries left, TooManyTriesError when none is left. The
    outcome is stored whatever the asker does next.
    """
    now, who = world.clock.now(), invitation.person_id
    async with world.store.write() as uow:
        found = await uow.codes.find(who, purpose)
        left = _left(world, found, now)
        right = left > 0 and found is not None and _fits(world, found, code)
        if right:
            right = await uow.codes.consume(who, purpose, now)
        elif left > 0:
            await uow.codes.wrong(who, purpose)
        if left > 0:
            # A guess where no code is out is none: it would fill the log.
            kind = "code.verified" if right else "code.wrong"
            what = happened(kind, who, person=who, purpose=purpose)
            await uow.log.append(invitation.case_id, (what,), now)
    if right:
        return now
    if left <= 1:
        raise TooManyTriesError(retry_after_s=0)
    raise WrongCodeError(left=left - 1)


def _left(world: World, found: OneTimeCode | None, now: datetime) -> int:
    if found is None or found.used_at is not None or now >= found.expires_at:
        return 0
    return world.rules.code_tries - found.tries


def _fits(world: World, found: OneTimeCode, code: str) -> bool:
    given = _hash(world, PersonId(found.subject), found.purpose, code)
    return hmac.compare_digest(given, found.code_hash)


def _hash(world: World, who: PersonId, purpose: str, code: str) -> str:
    """One spelling for storing and checking, so that no second one is a second code."""
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    return world.store.keyed_hash(f"code\0{who}\0{purpose}\0{digits}")
