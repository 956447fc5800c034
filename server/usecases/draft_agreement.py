"""Writes the draft: saves it whole over the revision the writer saw, and reads it out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.domain import access, court_confirmation
from server.domain.access import Act
from server.domain.agreement import (
    Agreement,
    AgreementState,
    Clause,
    Item,
    Payment,
    revise,
)
from server.domain.case import Case
from server.domain.errors import InvalidValueError, NotFoundError, WrongStateError
from server.domain.ids import CaseId, ClauseId
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseForm:
    """A clause as typed; a new one has no id."""

    id: ClauseId | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftForm:
    """The whole draft as the writer has it on his screen, over `revision`."""

    revision: int
    facts: str
    clauses: tuple[ClauseForm, ...]
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]


async def edit(world: World, actor: Actor, case_id: CaseId, form: DraftForm) -> Agreement:
    """Save the draft; a changed clause loses its answers, the others keep theirs.

    Raises StaleRevisionError with the newer `revision`, WrongStateError once the text is
    locked, InvalidValueError for a clause or party that is not the draft's or the case's.
    """

    async def step(_: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        _check(form, case, agreement)
        after = revise(agreement, _filled(world, agreement, form), expected=form.revision)
        logged = tuple(_differences(agreement, after, actor))
        return (after, logged) if logged else (agreement, ())

    return await change(world, case_id, step)


def _check(form: DraftForm, case: Case, agreement: Agreement) -> None:
    if agreement.state is not AgreementState.DRAFTING or form.revision != agreement.revision:
        return  # `revise` says so
    known = {clause.id for clause in agreement.clauses}
    given = [clause.id for clause in form.clauses if clause.id is not None]
    if len(set(given)) != len(given) or not set(given) <= known:
        raise InvalidValueError(field="clauses", reason="unknown_clause")
    parties = {party.id for party in case.parties}
    for n, payment in enumerate(form.payments):
        if not {payment.payer, payment.payee} <= parties:
            raise InvalidValueError(field=f"payments.{n}", reason="not_a_party")


def _filled(world: World, agreement: Agreement, form: DraftForm) -> Agreement:
    clauses = (
        Clause(id=one.id or ClauseId(world.ids.new()), text=one.text) for one in form.clauses
    )
    return replace(
        agreement,
        facts=form.facts,
        clauses=tuple(clauses),
        items=form.items,
        payments=form.payments,
    )


def _differences(before: Agreement, after: Agreement, actor: Actor) -> Iterator[Happening]:
    """Tell the log which clauses changed, by number and version, never how."""
    by = actor.staff_id
    old = {clause.id: (n, clause) for n, clause in enumerate(before.clauses, start=1)}
    for n, clause in enumerate(after.clauses, start=1):
        if old.get(clause.id) != (n, clause):
            yield happened("clause.changed", by, n=n, clause=clause.id, version=clause.version)
    kept = {clause.id for clause in after.clauses}
    for n, clause in old.values():
        if clause.id not in kept:
            yield happened("clause.removed", by, n=n, clause=clause.id)
    rest = ("facts", "items", "payments")
    if any(getattr(before, name) != getattr(after, name) for name in rest):
        yield happened("draft.changed", by, revision=after.revision)


async def say_for_court(
    world: World, actor: Actor, case_id: CaseId, *, question: str, answer: bool | None
) -> Agreement:
    """Keep whether what a question asks stands in the text; None leaves it open again.

    Raises WrongStateError once the text is locked, InvalidValueError for a question that is
    not asked in this case.
    """

    async def step(_: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        after = court_confirmation.said(
            agreement, case, world.pack, question=question, answer=answer
        )
        if after == agreement:
            return agreement, ()
        facts = {"question": question, "answer": answer}
        return after, (happened("draft.confirmation", actor.staff_id, **facts),)

    return await change(world, case_id, step)


async def read_out(
    world: World, actor: Actor, case_id: CaseId, clause_id: ClauseId | None
) -> Agreement:
    """Say which clause is read out now; None ends the reading."""

    async def step(_: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.EDIT_DRAFT, access.of_case(case, actor))
        if agreement.state is not AgreementState.DRAFTING:
            raise WrongStateError(state=agreement.state)
        what = _read(agreement, clause_id, actor)
        return replace(agreement, reading=clause_id), (what,)

    return await change(world, case_id, step)


def _read(agreement: Agreement, clause_id: ClauseId | None, actor: Actor) -> Happening:
    if clause_id is None:
        return happened("readback.end", actor.staff_id)
    for n, clause in enumerate(agreement.clauses, start=1):
        if clause.id == clause_id:
            return happened("readback.clause", actor.staff_id, n=n, version=clause.version)
    raise NotFoundError
