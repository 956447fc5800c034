"""Applies the committee's seal in four steps, each safe to be killed after.

First the number, day of effect and deadline are committed; from then on the agreement
is in effect and nothing about the record can change. Then the PDF is sealed and kept, and
the record written; then the case and the register follow. Whatever stops between leaves "signed,
the seal waits", and `resume_sealing` writes the very same record.
"""

import logging
from dataclasses import replace

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, Seal, expect_text
from server.domain.case import Case, CaseState
from server.domain.committee import Committee
from server.domain.court_confirmation import confirmation_of
from server.domain.deadlines import standing_confirmation_deadline
from server.domain.errors import DomainError, WrongStateError
from server.domain.ids import CaseId, RecordId
from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.record import told_by_seal
from server.domain.release import names
from server.domain.sealing import APPLIED, EFFECTIVE, begun, effective_on, expect_sealable
from server.domain.session_log import SYSTEM, Happening, happened
from server.domain.staff import Actor
from server.ports.store import DiskFullError, UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.finish_sealing import finish
from server.usecases.printable_seal import expect_printable
from server.usecases.read_case import calendar_of
from server.usecases.release_seal import approvals, confirmation
from server.usecases.seal_turn import each_in_turn, seal_turn
from server.usecases.sealed_evidence import Evidence, keep_evidence
from server.usecases.world import World

log = logging.getLogger(__name__)

SEAL_EVERY_S = 60.0


async def seal(world: World, actor: Actor, case_id: CaseId, pdf_sha256: str) -> None:
    """Seal the signed text; doing it again finishes what waits and changes nothing else.

    Raises StepUpNeededError, ForbiddenError, StaleRevisionError for another PDF,
    WrongStateError before all have signed, NotReleasedError and SamePersonError where the
    text takes two people, InvalidValueError when the committee's seal image, number prefix,
    address or name cannot be printed, and DiskFullError: then the text is either as signed as
    before, or in effect with its record still to be written. Any other trouble with the
    record leaves it waiting without an error here.
    """
    async with seal_turn(world, case_id):
        await _begin(world, actor, case_id, pdf_sha256)
        try:
            await finish(world, case_id)
        except DiskFullError:
            raise
        except DomainError as refused:
            log.warning("the seal of case %s waits: %s", case_id, refused.code)


async def _begin(world: World, actor: Actor, case_id: CaseId, pdf_sha256: str) -> None:
    committee = await _printable(world, actor)
    second = await confirmation(world, actor, case_id, pdf_sha256)
    # The record tells of recordings as far as the log does, when the seal takes effect.
    await world.rooms.log_recordings(case_id)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.SEAL, access.of_case(case, actor))
        expect_text(agreement, pdf_sha256)
        if agreement.sealing is not None:
            return agreement, ()
        expect_sealable(agreement, world.clock.now())
        if case.state is not CaseState.AGREED:
            raise WrongStateError(state=case.state)
        both = await approvals(world, uow, actor, agreement, second)
        numbered = await _number(world, uow, actor, committee, case, agreement)
        applied = replace(numbered, approvals=both)
        frozen = await keep_evidence(world, uow, committee, case, applied)
        return begun(agreement, applied), _applied(applied, agreement, frozen)

    await change(world, case_id, step)


async def _printable(world: World, actor: Actor) -> Committee:
    """Return the committee as it is sealed with: nothing of it is read again after this.

    It may have been changed since the text was locked, and while the fonts are asked.
    """
    async with world.store.read() as uow:
        committee = await uow.committees.get(actor.committee_id)
        image = committee.seal_image
        content = await uow.files.content(image) if image is not None else None
    if content is not None:
        await world.renderer.check_picture(content)
    await expect_printable(world, committee, "seal_characters")
    return committee


async def _number(
    world: World,
    uow: UnitOfWork,
    actor: Actor,
    committee: Committee,
    case: Case,
    agreement: Agreement,
) -> Seal:
    """Allot the next number of the year in which it is sealed, where the law is counted."""
    now, day = world.clock.now(), world.pack.local_day
    year, effective = day(now).year, effective_on(agreement, now, day)
    serial = await uow.register.allot(committee.id, year)
    court = confirmation_of(case, agreement, world.pack)
    confirmable = court is not CourtConfirmation.CLOSED
    calendar = await calendar_of(uow, world.pack)
    ends = standing_confirmation_deadline(effective, calendar, confirmable=confirmable)
    return Seal(
        by=actor.staff_id,
        at=now,
        number=world.pack.agreement_number(committee.number_prefix, year=year, serial=serial),
        effective_on=effective,
        confirmation_deadline=ends.due_on if ends else None,
        confirmable=confirmable,
        confirmation_depends=court is CourtConfirmation.DEPENDS,
        record_id=RecordId(world.ids.new()),
        year=year,
        serial=serial,
        suite=world.signer.suite,
    )


def _applied(applied: Seal, agreement: Agreement, frozen: Evidence) -> tuple[Happening, ...]:
    told = told_by_seal(
        number=applied.number,
        committee_name=frozen.committee_name,
        sealed_at=applied.at,
        consents=frozen.consents,
        identity=frozen.identity,
    )
    return (
        happened(
            APPLIED,
            applied.by,
            record=applied.record_id,
            digest=agreement.locked.digest if agreement.locked else None,
            **told,
            **_both(applied),
        ),
        happened(
            EFFECTIVE,
            SYSTEM,
            record=applied.record_id,
            effective_on=applied.effective_on.isoformat(),
            version=agreement.text_version,
        ),
    )


def _both(applied: Seal) -> dict[str, str]:
    if not applied.approvals:
        return {}
    first, second = applied.approvals
    return {
        "released_by": first.by,
        "release_sha256": names(first),
        "confirmation_sha256": names(second),
    }


async def keep_sealing(world: World) -> None:
    """Finish what waits, for ever."""
    while True:
        await resume_sealing(world)
        await world.clock.sleep(SEAL_EVERY_S)


async def resume_sealing(world: World) -> None:
    """Finish every seal that was begun; at start and every minute."""
    async with world.store.read() as uow:
        waiting = await uow.agreements.sealing()
    await each_in_turn(world, waiting, finish, "the seal of case %s still waits")
