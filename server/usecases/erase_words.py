"""Erases what people said and wrote in a case whose files are destroyed, and who they are.

What was sealed stands in the record, which stays; that a step was taken stands in the log.
"""

import logging
from dataclasses import replace
from datetime import datetime

from server.domain.agreement import Agreement, Locked
from server.domain.destroyed import listed, without_accounts
from server.domain.errors import UnreadableError, trail
from server.domain.ids import CaseId
from server.domain.session import Session
from server.domain.session_log import SYSTEM, Happening, happened
from server.ports.notify import Message, MessageKind, MessageState
from server.ports.store import UnitOfWork
from server.usecases.tell_sealed import NEWS
from server.usecases.world import World

log = logging.getLogger(__name__)
ERASED = "particulars.erased"
"""How the log calls that of a case is left what a list of destroyed files tells."""


async def erase_words(uow: UnitOfWork, case_id: CaseId, now: datetime) -> list[Happening]:
    """Erase minutes, notes, reasons, messages, and a text never sealed; return what is logged."""
    erased = []
    for session in await uow.sessions.of_case(case_id):
        await uow.sessions.save(_silent(session))
        if session.minutes or session.minutes_answers:
            erased.append(happened("minutes.erased", SYSTEM, session=session.id))
    agreement = await uow.agreements.of_case(case_id)
    if agreement is not None:
        await uow.agreements.save(_wordless(agreement))
    await _erase_sent(uow, case_id, now)
    return erased


async def erase_left(world: World) -> int:
    """Erase what an earlier release left of destroyed cases; return of how many.

    One that cannot be read stops no other.
    """
    async with world.store.read() as uow:
        destroyed = await uow.cases.destroyed()
    erased = 0
    for case in destroyed:
        try:
            erased += await _erase_left(world, case)
        except UnreadableError as fault:
            log.error("destroyed case %s is left as it was: %s", case, trail(fault))  # noqa: TRY400 - never its words
    return erased


async def _erase_left(world: World, case_id: CaseId) -> bool:
    async with world.store.read() as uow:
        if await _is_listed(uow, case_id):
            return False
    now = world.clock.now()
    async with world.store.write() as uow:
        case = await uow.cases.get(case_id)
        written = await erase_words(uow, case_id, now)
        await uow.cases.save(listed(case))
        await uow.log.append(case_id, (happened(ERASED, SYSTEM), *written), now)
    return True


async def _is_listed(uow: UnitOfWork, case_id: CaseId) -> bool:
    case = await uow.cases.get(case_id)
    return listed(case) == case


async def _erase_sent(uow: UnitOfWork, case_id: CaseId, now: datetime) -> None:
    """Erase what was sent to people and what they answered to their links."""
    for message in await uow.outbox.of_case(case_id):
        if not _on_its_way(message, now):
            await uow.outbox.save(replace(message, mobile="", text="", link=""))
    for invitation in await uow.invitations.of_case(case_id):
        if invitation.answer_text:
            await uow.invitations.save(replace(invitation, answer_text=""))


def _on_its_way(message: Message, now: datetime) -> bool:
    """Return whether a gateway may just be taking it; what is older is never sent any more."""
    waits = message.kind is not MessageKind.INVITATION and message.state is MessageState.WAITING
    return waits and now < message.at + NEWS


def _silent(session: Session) -> Session:
    """Return the sitting without free text and numbers."""
    return replace(
        session,
        minutes=(),
        minutes_answers=(),
        identity_checks=tuple(replace(one, number_masked="") for one in session.identity_checks),
        environments=(),
        rights_skipped="",
        end_note="",
    )


def _wordless(agreement: Agreement) -> Agreement:
    """Return it without what people wished and refused, and without bank accounts.

    What was never sealed loses its text, and what was attested of it, witnesses' words among that.
    """
    kept = replace(
        without_accounts(agreement),
        refusals=tuple(replace(one, reason="") for one in agreement.refusals),
        answers=tuple(replace(one, wish="") for one in agreement.answers),
    )
    if agreement.seal is not None:
        return kept
    return replace(
        kept,
        facts="",
        clauses=(),
        items=(),
        payments=(),
        pictures=(),
        attestations=(),
        release=None,
        locked=_unexplained(agreement.locked),
    )


def _unexplained(locked: Locked | None) -> Locked | None:
    """Return it without why anybody signs otherwise than on his phone."""
    return None if locked is None else replace(locked, route_reason="")
