"""Reads the agreement for those who work on it, and for the person who answers it."""

import json
from dataclasses import dataclass, replace

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, AgreementState
from server.domain.agreement_document import AgreementDocument, canonical_bytes
from server.domain.agreement_text import Frame, document
from server.domain.case import CaseState, Person
from server.domain.draft_check import accounts, characters, findings, missing
from server.domain.drawn_characters import may_be_drawn, without_picture
from server.domain.errors import ForbiddenError, NotFoundError
from server.domain.ids import CaseId, StaffId
from server.domain.invitation import Invitation
from server.domain.jurisdiction.lint_values import Finding, Level
from server.domain.paper_owed import KIND, PaperCopy, paper_copies
from server.domain.session_log import GENESIS
from server.domain.signing_route import BY_PHONE, ON_PAPER, RoutePlan
from server.domain.staff import Actor
from server.ports.documents import Slot
from server.ports.files import ShreddedError
from server.ports.store import UnitOfWork
from server.usecases.change_agreement import change, only_begin
from server.usecases.compare_paper import brought_it
from server.usecases.read_case import CaseFacts, gather
from server.usecases.seal_standing import SealStanding, seal_standing
from server.usecases.see_seat import signs
from server.usecases.world import World

_CLOSED = frozenset({CaseState.ENDED, CaseState.SEALED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The agreement as staff see it, by `viewer`. `missing` is what the lock waits for.

    `missing_on_paper` is what it waits for where everybody signs in ink; `may_not_compare`
    says that the viewer brought a scan, which a colleague is to compare; `fontless` are the
    draft's Han characters that are printed from a picture. `on_paper` are the copies that are
    to go out on paper once it is sealed; `taken_back` are the accounts in the locked text whose
    use somebody refused before he signed it.
    """

    facts: CaseFacts
    agreement: Agreement
    viewer: StaffId
    seal: SealStanding
    findings: tuple[Finding, ...] = ()
    missing: tuple[Finding, ...] = ()
    missing_on_paper: tuple[Finding, ...] = ()
    may_not_compare: bool = False
    fontless: tuple[str, ...] = ()
    on_paper: tuple[PaperCopy, ...] = ()
    taken_back: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fontless:
    """Characters no font has: in the text, and in what only the seal will print."""

    text: frozenset[str]
    seal: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDesk:
    """The agreement as one person of a side sees it; None before there is a draft.

    `blank` is where his own signature stands on the locked pages.
    """

    facts: CaseFacts
    agreement: Agreement | None
    person: Person
    signs: bool
    blank: Slot | None = None


async def see(world: World, actor: Actor, case_id: CaseId) -> Desk:
    """Return the agreement; the first look begins an empty draft.

    Raises NotFoundError where the case ended without one, ShreddedError once the file was
    destroyed and nothing had been sealed.
    """
    facts = await _facts(world, actor, case_id)
    if facts.agreement is None:
        await change(world, case_id, only_begin)
        facts = await _facts(world, actor, case_id)
    if facts.agreement is None:
        raise NotFoundError
    return await _desk(world, actor, facts, facts.agreement)


async def _facts(world: World, actor: Actor, case_id: CaseId) -> CaseFacts:
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEE_DRAFT, access.of_case(case, actor))
        facts = await gather(world, uow, case)
    _expect_kept(world, facts)
    return facts


def _expect_kept(world: World, facts: CaseFacts) -> None:
    """Raise ShreddedError with the day once the file was destroyed and nothing was sealed."""
    if facts.destroyed_at is not None:
        raise ShreddedError(destroyed_on=world.pack.local_day(facts.destroyed_at).isoformat())


async def _desk(world: World, actor: Actor, facts: CaseFacts, agreement: Agreement) -> Desk:
    async with world.store.read() as uow:
        members = await uow.staff.of_committee(facts.committee.id)
        own = await brought_it(uow, actor, facts.case, agreement)
        log = await uow.log.of_case(facts.case.id, (KIND,)) if agreement.seal else ()
    now = world.clock.now()
    desk = Desk(
        facts=facts,
        agreement=agreement,
        viewer=actor.staff_id,
        seal=seal_standing(agreement, facts.case, facts.committee, members, now),
        may_not_compare=own,
        on_paper=paper_copies(agreement, facts.shown, log),
    )
    if agreement.state is AgreementState.LOCKED:
        case, pack = facts.case, world.pack
        return replace(
            desk, taken_back=tuple(accounts(agreement, case, facts.shown, pack, facts.today))
        )
    if agreement.state is not AgreementState.DRAFTING:
        return desk
    lacking = await _fontless(world, facts, agreement)
    found, wrong = _check_text(world, facts, agreement, lacking)
    return replace(
        desk,
        fontless=tuple(filter(may_be_drawn, sorted(lacking.text - lacking.seal))),
        findings=found,
        missing=(*_owed(world, facts, agreement, BY_PHONE), *wrong),
        missing_on_paper=(*_owed(world, facts, agreement, ON_PAPER), *wrong),
    )


async def check(
    world: World, facts: CaseFacts, agreement: Agreement, plan: RoutePlan = BY_PHONE
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return what the lint finds in a draft, and everything its lock waits for."""
    lacking = await _fontless(world, facts, agreement)
    found, wrong = _check_text(world, facts, agreement, lacking)
    return found, (*_owed(world, facts, agreement, plan), *wrong)


def _owed(
    world: World, facts: CaseFacts, agreement: Agreement, plan: RoutePlan
) -> tuple[Finding, ...]:
    return missing(agreement, facts.case, facts.shown, world.pack, facts.today, plan)


def _check_text(
    world: World, facts: CaseFacts, agreement: Agreement, lacking: _Fontless
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    found = findings(agreement, facts.case, world.pack, facts.today, facts.calendar)
    errors = (finding for finding in found if finding.level is Level.ERROR)
    waiting, never = without_picture(lacking.text, agreement.pictures)
    return found, (*errors, *characters(waiting - lacking.seal, never | lacking.seal))


async def _fontless(world: World, facts: CaseFacts, agreement: Agreement) -> _Fontless:
    """Ask the fonts before anybody has signed."""
    frame = frame_of(world, facts, GENESIS)
    printed = canonical_bytes(document(agreement, frame)).decode() if frame else ""
    sealed = "".join(facts.committee.sealed_words.values())
    missing = await world.renderer.missing_characters(printed + sealed)
    return _Fontless(text=missing & set(printed), seal=missing & set(sealed))


async def fontless(world: World, text: AgreementDocument) -> frozenset[str]:
    """Return the characters of the text that no font has."""
    return await world.renderer.missing_characters(canonical_bytes(text).decode())


def frame_of(world: World, facts: CaseFacts, log_head: str) -> Frame | None:
    """Return what surrounds the draft now, None while nobody mediates."""
    case = facts.case
    if case.mediator_id is None:
        return None
    recorder = case.recorder_id if case.recorder_id != case.mediator_id else None
    return Frame(
        committee=facts.committee,
        case=case,
        pack=world.pack,
        mediator=_named(facts, case.mediator_id),
        recorder=_named(facts, recorder) if recorder else None,
        locked_at=world.clock.now(),
        log_head=log_head,
    )


def _named(facts: CaseFacts, staff: StaffId) -> tuple[StaffId, str]:
    return staff, facts.staff_name(staff)


async def see_own(world: World, invitation: Invitation, device: str) -> OwnDesk:
    """Return the agreement for the phone that holds the seat.

    Raises ForbiddenError for others, ShreddedError as `see`.
    """
    async with world.store.read() as uow:
        return await own_desk(world, uow, invitation, device)


async def own_desk(world: World, uow: UnitOfWork, invitation: Invitation, device: str) -> OwnDesk:
    """Return it inside a transaction."""
    await expect_holder(uow, invitation, device)
    facts = await gather(world, uow, await uow.cases.get(invitation.case_id))
    _expect_kept(world, facts)
    person = facts.case.person(invitation.person_id)
    return OwnDesk(
        facts=facts,
        agreement=facts.agreement,
        person=person,
        signs=signs(facts, person, world.pack),
        blank=await _blank(uow, facts, person),
    )


async def _blank(uow: UnitOfWork, facts: CaseFacts, person: Person) -> Slot | None:
    """Return it while he may still sign there."""
    locked = facts.agreement.locked if facts.agreement else None
    if locked is None or locked.blanks is None or facts.case.state in _CLOSED:
        return None
    blanks = (Slot(**one) for one in json.loads(await uow.files.content(locked.blanks)))
    return next((blank for blank in blanks if blank.name == f"sign:{person.id}"), None)


async def expect_holder(uow: UnitOfWork, invitation: Invitation, device: str) -> None:
    """Raise ForbiddenError unless this browser holds the person's seat now."""
    fresh = await uow.invitations.get(invitation.id)
    if not device or fresh.device != device:
        raise ForbiddenError(act="seat")
