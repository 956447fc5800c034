"""Erases what people said and wrote in a case whose files are destroyed.

What was sealed stands in the record, which stays; that a step was taken stands in the log.
"""

from dataclasses import replace

from server.domain.agreement import Agreement, Locked
from server.domain.ids import CaseId
from server.domain.session import Session
from server.domain.session_log import SYSTEM, Happening, happened
from server.ports.notify import MessageKind, MessageState
from server.ports.store import UnitOfWork


async def erase_words(uow: UnitOfWork, case_id: CaseId) -> list[Happening]:
    """Erase minutes, notes, reasons, messages, and a text never sealed; return what is logged."""
    erased = []
    for session in await uow.sessions.of_case(case_id):
        await uow.sessions.save(_silent(session))
        if session.minutes or session.minutes_answers:
            erased.append(happened("minutes.erased", SYSTEM, session=session.id))
    agreement = await uow.agreements.of_case(case_id)
    if agreement is not None:
        await uow.agreements.save(_wordless(agreement))
    for message in await uow.outbox.of_case(case_id):
        if message.kind is MessageKind.INVITATION or message.state is not MessageState.WAITING:
            await uow.outbox.save(replace(message, text="", link=""))
    return erased


def _silent(session: Session) -> Session:
    """Return the sitting without free text."""
    return replace(
        session,
        minutes=(),
        minutes_answers=(),
        environments=(),
        rights_skipped="",
        end_note="",
    )


def _wordless(agreement: Agreement) -> Agreement:
    """Return it without what people wished and refused.

    What was never sealed loses its text, and what was attested of it, witnesses' words among that.
    """
    kept = replace(
        agreement,
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
