"""Takes the comparison of the signed paper with the locked text, page by page.

It stands for the signatures of everybody who signed in ink: staff attest what they saw,
and nobody answers as the party.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, expect_text
from server.domain.attested import COMPARE_PAPER
from server.domain.attested_words import Sight
from server.domain.case import Case
from server.domain.errors import ForbiddenError, InvalidValueError, MissingStepsError
from server.domain.ids import CaseId, FileId, PersonId
from server.domain.paper_copy import (
    LineSeen,
    PageTick,
    compared,
    expect_compared,
    ink_lines,
    paper_name,
)
from server.domain.representation import may_sign
from server.domain.staff import Actor, Membership, Role, Staff, as_actor
from server.ports.store import UnitOfWork
from server.usecases.attest import attest, told
from server.usecases.change_agreement import Changed, change
from server.usecases.locked_text import locked_text
from server.usecases.named_in_sm3 import beside, scans_in_sm3
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonForm:
    """What the comparer ticked, over the PDF he saw."""

    pdf_sha256: str
    pages: tuple[PageTick, ...]
    lines: tuple[LineSeen, ...]


async def compare(world: World, actor: Actor, case_id: CaseId, form: ComparisonForm) -> Agreement:
    """Attest the comparison with the comparer's own key.

    Raises StepUpNeededError, ForbiddenError for whoever brought a scan himself while a
    colleague could compare, StaleRevisionError for another PDF or a scan replaced since,
    MissingStepsError with what is owed, or `authority` of who had none on the day he signed,
    InvalidValueError for a day before the lock or to come, WrongStateError once an official
    has signed.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.ATTEST, access.of_case(case, actor))
        agreement, _ = await locked_text(uow, case_id)
        await _expect_fit(world, uow, actor, agreement, form)
    sight = _sight(agreement, form, await scans_in_sm3(world, agreement))
    made = await attest(world, actor, agreement, sight)

    async def step(uow: UnitOfWork, case: Case, fresh: Agreement) -> Changed:
        access.allow(actor, Act.ATTEST, access.of_case(case, actor))
        await _expect_fit(world, uow, actor, fresh, form)
        return compared(fresh, made), (told("sign.wetink.compared", made, fresh),)

    return await change(world, case_id, step)


async def _expect_fit(
    world: World, uow: UnitOfWork, actor: Actor, agreement: Agreement, form: ComparisonForm
) -> None:
    case = await uow.cases.get(agreement.case_id)
    expect_text(agreement, form.pdf_sha256)
    if await brought_it(uow, actor, case, agreement):
        raise ForbiddenError(act=Act.ATTEST, reason="uploaded_it")
    expect_compared(agreement, form.pages, form.lines)
    _expect_authority(world, case, agreement, form)


def _expect_authority(world: World, case: Case, agreement: Agreement, form: ComparisonForm) -> None:
    """Refuse a day that cannot be, and a day on which the signer had no authority."""
    day, locked = world.pack.local_day, agreement.locked
    first, last = day(locked.at) if locked else date.max, day(world.clock.now())
    for line in form.lines:
        if line.signed_on is None or not first <= line.signed_on <= last:
            raise InvalidValueError(field="signed_on", reason="not_between")
        person = case.person(PersonId(line.signer))
        if not may_sign(case, person, world.pack, line.signed_on):
            raise MissingStepsError(missing=[f"authority:{line.signer}"])


async def brought_it(uow: UnitOfWork, actor: Actor, case: Case, agreement: Agreement) -> bool:
    """Return whether the actor brought a scan while somebody else could compare it."""
    if all(scan.by != actor.staff_id for scan in agreement.paper):
        return False
    members = await uow.staff.of_committee(case.committee_id)
    return any(_may_compare(one, case) for one in members if one.id != actor.staff_id)


def _may_compare(member: Staff, case: Case) -> bool:
    who = as_actor(
        replace(member, roles=member.roles & {Role.MEDIATOR, Role.RECORDER}), step_up=True
    )
    active = member.membership is Membership.ACTIVE
    return active and access.covers(who, Act.ATTEST, access.of_case(case, who))


def _sight(
    agreement: Agreement, form: ComparisonForm, in_sm3: Mapping[FileId, str | None]
) -> Sight:
    lines = {one.signer: one for one in form.lines}
    signers = tuple(line.signer for line in ink_lines(agreement))
    saw: Mapping[str, object] = {
        "pages": [
            {
                "page": scan.page,
                "file": paper_name(scan, agreement.paper),
                "part": scan.part,
                "sha256": scan.sha256,
                **beside("sm3", in_sm3[scan.file]),
                "uploaded_by": scan.by,
                "uploaded_at": scan.at.isoformat(timespec="milliseconds"),
            }
            for scan in agreement.paper
        ],
        "lines": [_seen(lines[signer]) for signer in signers],
    }
    return Sight(purpose=COMPARE_PAPER, signers=signers, saw=saw)


def _seen(line: LineSeen) -> dict[str, object]:
    day = line.signed_on.isoformat() if line.signed_on else None
    return {**asdict(line), "signed_on": day}
