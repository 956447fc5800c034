"""Takes a party's answer to one clause: heard or not, agreed or wanting a change."""

from dataclasses import dataclass, replace

from server.domain.agreement import (
    Agreement,
    AgreementState,
    Clause,
    ClauseAnswer,
    Verdict,
    answer,
)
from server.domain.case import Case
from server.domain.errors import (
    ForbiddenError,
    InvalidValueError,
    NotFoundError,
    StaleRevisionError,
    WrongStateError,
)
from server.domain.ids import ClauseId, PersonId
from server.domain.invitation import Invitation
from server.domain.session_log import Happening, happened
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.read_agreement import OwnDesk, own_desk, see_own
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """An answer to the version of a clause that stood on the phone."""

    clause_id: ClauseId
    clause_version: int
    heard: bool
    verdict: Verdict | None = None
    wish: str = ""


async def answer_clause(
    world: World, invitation: Invitation, device: str, form: AnswerForm
) -> OwnDesk:
    """Keep the answer and return the agreement after it.

    Only who signs for the party answers for it, from the phone that holds the seat
    (else ForbiddenError). Raises StaleRevisionError when the clause has changed since,
    WrongStateError once the text is locked. His wish is kept, never logged.
    """
    if form.verdict is not None and not form.heard:
        raise InvalidValueError(field="verdict", reason="not_heard")

    async def step(uow: UnitOfWork, _: Case, agreement: Agreement) -> Changed:
        desk = await own_desk(world, uow, invitation, device)
        if not desk.signs:
            raise ForbiddenError(act="answer")
        if agreement.state is not AgreementState.DRAFTING:
            raise WrongStateError(state=agreement.state)
        number, clause = _clause(agreement, form)
        given = ClauseAnswer(
            clause_id=clause.id,
            clause_version=clause.version,
            person_id=invitation.person_id,
            heard=form.heard,
            at=world.clock.now(),
            verdict=form.verdict,
            wish=form.wish,
        )
        before = agreement.answer_of(clause, invitation.person_id)
        if before is not None and replace(before, at=given.at) == given:
            return agreement, ()
        return answer(agreement, given), (_logged(number, given, invitation.person_id),)

    await change(world, invitation.case_id, step)
    return await see_own(world, invitation, device)


def _clause(agreement: Agreement, form: AnswerForm) -> tuple[int, Clause]:
    for number, clause in enumerate(agreement.clauses, start=1):
        if clause.id == form.clause_id:
            if clause.version != form.clause_version:
                raise StaleRevisionError(revision=agreement.revision)
            return number, clause
    raise NotFoundError


def _logged(number: int, given: ClauseAnswer, person: PersonId) -> Happening:
    return happened(_kind(given), person, person=person, n=number, version=given.clause_version)


def _kind(given: ClauseAnswer) -> str:
    if not given.heard:
        return "readback.not_understood"
    if given.verdict is None:
        return "readback.ack"
    return "clause.agreed" if given.verdict is Verdict.AGREE else "clause.change_wanted"
