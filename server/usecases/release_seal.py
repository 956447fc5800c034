"""Releases the committee's seal for one locked text, as the first of two people.

The release is the member's own attestation over that text, signed with his own key; the
second person's, made while sealing, names it by its digest.
"""

from datetime import UTC

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, expect_text
from server.domain.attested import CONFIRM_SEAL, RELEASE_SEAL
from server.domain.attested_words import Sight
from server.domain.canonical import sm3_hex
from server.domain.case import Case
from server.domain.errors import ForbiddenError
from server.domain.ids import CaseId
from server.domain.release import (
    RELEASED_FOR,
    NotReleasedError,
    expect_releasable,
    expect_released,
    names,
    released,
    takes_two,
    withdrawn,
)
from server.domain.session_log import Happening, happened
from server.domain.signing_route import Attestation
from server.domain.staff import Actor, Membership
from server.ports.store import ConflictError, UnitOfWork
from server.usecases.attest import attest
from server.usecases.change_agreement import Changed, change
from server.usecases.locked_text import locked_text
from server.usecases.named_in_sm3 import beside
from server.usecases.seal_standing import who_may
from server.usecases.world import World


async def release(world: World, actor: Actor, case_id: CaseId, pdf_sha256: str) -> Agreement:
    """Release the seal for exactly this PDF.

    Raises StepUpNeededError, StaleRevisionError for another PDF, WrongStateError where one
    person seals, before all have signed and while a release holds, ForbiddenError where
    nobody else could apply the seal.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.RELEASE_SEAL, access.of_case(case, actor))
        agreement, _ = await locked_text(uow, case_id)
        expect_text(agreement, pdf_sha256)
        expect_releasable(agreement, now := world.clock.now())
        await _expect_another(uow, actor, case)
    # It ends at the moment that is signed, not so much later as signing takes.
    until = (now + RELEASED_FOR).astimezone(UTC)
    saw = {"until": f"{until:%Y-%m-%dT%H:%M:%S}.{until.microsecond // 1000:03d}Z"}
    sight = Sight(purpose=RELEASE_SEAL, signers=(), saw=saw)
    made = await attest(world, actor, agreement, sight, now)

    async def step(uow: UnitOfWork, case: Case, fresh: Agreement) -> Changed:
        access.allow(actor, Act.RELEASE_SEAL, access.of_case(case, actor))
        expect_text(fresh, pdf_sha256)
        return released(fresh, made, world.clock.now()), (_told(made, fresh),)

    return await change(world, case_id, step)


async def _expect_another(uow: UnitOfWork, actor: Actor, case: Case) -> None:
    """A release by the only one who could confirm it would only lock the seal up."""
    members = await uow.staff.of_committee(actor.committee_id)
    if all(one.id == actor.staff_id for one in who_may(members, Act.SEAL, case)):
        raise ForbiddenError(act=Act.RELEASE_SEAL, reason="nobody_else_seals")


def _told(made: Attestation, agreement: Agreement) -> Happening:
    locked = agreement.locked
    return happened(
        "seal.released",
        made.by,
        version=agreement.text_version,
        digest=locked.digest if locked else None,
        pdf_sha256=locked.pdf_sha256 if locked else None,
        statement_sha256=names(made),
    )


async def withdraw(world: World, actor: Actor, case_id: CaseId) -> Agreement:
    """Take a release back, one's own or a colleague's; WrongStateError where none is."""

    async def step(_: UnitOfWork, case: Case, fresh: Agreement) -> Changed:
        access.allow(actor, Act.RELEASE_SEAL, access.of_case(case, actor))
        what = happened("seal.release_withdrawn", actor.staff_id, version=fresh.text_version)
        return withdrawn(fresh), (what,)

    return await change(world, case_id, step)


async def confirmation(
    world: World, actor: Actor, case_id: CaseId, pdf_sha256: str
) -> Attestation | None:
    """Return the second person's attestation, None where none is asked for.

    Raises NotReleasedError, and SamePersonError for whoever released the seal himself.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEAL, access.of_case(case, actor))
        agreement = await uow.agreements.of_case(case_id)
        if agreement is None:
            return None
        expect_text(agreement, pdf_sha256)
        if agreement.sealing is not None or not takes_two(agreement):
            return None
        first = await _first(world, uow, actor, agreement)
    in_sm3 = beside("release_sm3", sm3_hex(first.statement.encode()))
    saw = {"released_by": first.by, "release_sha256": names(first), **in_sm3}
    return await attest(world, actor, agreement, Sight(purpose=CONFIRM_SEAL, signers=(), saw=saw))


async def approvals(
    world: World, uow: UnitOfWork, actor: Actor, agreement: Agreement, second: Attestation | None
) -> tuple[Attestation, ...]:
    """Return both people's attestations, none where one person seals.

    Raises as `confirmation` does, and ConflictError when the release was exchanged since.
    """
    if not takes_two(agreement):
        return ()
    first = await _first(world, uow, actor, agreement)
    if second is None or names(first) not in second.statement:
        raise ConflictError
    return first, second


async def _first(world: World, uow: UnitOfWork, actor: Actor, agreement: Agreement) -> Attestation:
    """Return the release to be confirmed; one by somebody who was suspended since is none."""
    found = expect_released(agreement, actor.staff_id, world.clock.now())
    if (await uow.staff.get(found.by)).membership is not Membership.ACTIVE:
        raise NotReleasedError(expired=True)
    return found
