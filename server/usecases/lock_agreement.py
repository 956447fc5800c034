"""Freezes the draft as one object and one PDF, which this server certifies.

The page is drawn before the case's turn is taken, so that a room never waits for a
typesetter; the turn then refuses what is no longer what was drawn.
"""

import json
from dataclasses import asdict, dataclass, replace

from server.domain import access, conduct
from server.domain.access import Act
from server.domain.agreement import Agreement, AgreementState, Locked, lock as locked_by
from server.domain.agreement_document import AgreementDocument, canonical_bytes
from server.domain.agreement_text import document, expected_signers
from server.domain.case import Case, CaseState
from server.domain.drawn_characters import with_pictures
from server.domain.errors import (
    DomainError,
    MissingStepsError,
    StaleRevisionError,
    WrongStateError,
)
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId
from server.domain.jurisdiction.lint_values import Finding
from server.domain.session import SessionState
from server.domain.session_log import GENESIS, Happening, happened
from server.domain.signing_order import OFFICIALS
from server.domain.signing_plan import expect_planned
from server.domain.signing_route import BY_PHONE, RoutePlan
from server.domain.staff import Actor
from server.ports.documents import LockedPdf
from server.ports.store import ConflictError, UnitOfWork
from server.usecases.change_agreement import Changed, change
from server.usecases.made_files import keep
from server.usecases.read_agreement import check, fontless, frame_of
from server.usecases.read_case import CaseFacts, gather
from server.usecases.signing_sitting import follow_text
from server.usecases.world import World

RECORD_MARGIN = 4 * 1024 * 1024
"""Bytes kept free on the disk beside the PDF: pictures, log, certificates, the seal."""

_SALT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A draft as drawn, and what it was drawn from."""

    facts: CaseFacts
    agreement: Agreement
    text: AgreementDocument
    pdf: LockedPdf
    plan: RoutePlan


async def lock(
    world: World, actor: Actor, case_id: CaseId, revision: int, plan: RoutePlan = BY_PHONE
) -> Agreement:
    """Lock the text as this revision has it, to be signed as planned.

    Raises StaleRevisionError when it moved on, MissingStepsError with every code that is
    missing, InvalidValueError for a plan without its reason, DiskFullError before anybody
    is asked to sign, ConflictError when the case changed while the page was drawn.
    """
    drawn = await _draw(world, actor, case_id, revision, plan)
    await world.archive.reserve(case_id, 2 * len(drawn.pdf.pdf) + RECORD_MARGIN)

    async def step(uow: UnitOfWork, case: Case, agreement: Agreement) -> Changed:
        access.allow(actor, Act.LOCK, access.of_case(case, actor))
        before = drawn.agreement.version, drawn.facts.case.version
        if (agreement.version, case.version) != before:
            raise ConflictError
        return await _freeze(world, uow, actor, drawn)

    async def turn() -> Agreement:
        try:
            frozen = await change(world, case_id, step)
        except DomainError:
            await _give_back(world, case_id)
            raise
        sitting = drawn.facts.shown
        await follow_text(world, actor, sitting, SessionState.OPEN, conduct.begin_signing)
        return frozen

    return await world.rooms.run(case_id, turn)


async def _give_back(world: World, case_id: CaseId) -> None:
    """Keep no room any more, unless another lock of this case was faster and lives from it."""
    async with world.store.read() as uow:
        agreement = await uow.agreements.of_case(case_id)
    if agreement is None or agreement.locked is None:
        await world.archive.release(case_id)


async def _draw(
    world: World, actor: Actor, case_id: CaseId, revision: int, plan: RoutePlan
) -> _Drawn:
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.LOCK, access.of_case(case, actor))
        facts = await gather(world, uow, case)
        head = await uow.log.head(case_id)
    agreement = _expect_draft(facts, revision)
    expect_planned(plan, facts.case, world.pack, facts.today)
    _, lacking = await check(world, facts, agreement, plan)
    frame = frame_of(world, facts, head.hash if head else GENESIS)
    if lacking or frame is None:
        raise MissingStepsError(missing=[_code(finding) for finding in lacking])
    plain = document(agreement, replace(frame, plan=plan))
    salted = replace(plain, salt=world.ids.bytes(_SALT).hex())
    missing = await fontless(world, plain) if agreement.pictures else frozenset()
    text = with_pictures(salted, missing, agreement.pictures)
    drawn = await world.renderer.render(text)
    certified = await world.chain.certify(agreement.committee_id, drawn, world.clock.now())
    return _Drawn(facts=facts, agreement=agreement, text=text, pdf=certified, plan=plan)


def _expect_draft(facts: CaseFacts, revision: int) -> Agreement:
    agreement = facts.agreement
    if agreement is None:
        raise WrongStateError(state="no_draft")
    if facts.case.state is CaseState.ENDED:
        raise WrongStateError(state=facts.case.state)
    if agreement.state is not AgreementState.DRAFTING:
        raise WrongStateError(state=agreement.state)
    if agreement.revision != revision:
        raise StaleRevisionError(revision=agreement.revision)
    return agreement


def _code(finding: Finding) -> str:
    number = finding.facts.get("number")
    return f"{finding.code}:{number}" if number is not None else finding.code


async def _freeze(world: World, uow: UnitOfWork, actor: Actor, drawn: _Drawn) -> Changed:
    now, case_id = world.clock.now(), drawn.facts.case.id
    blanks = json.dumps([asdict(slot) for slot in drawn.pdf.slots]).encode()
    pdf = await keep(world, uow, case_id, (FileKind.LOCKED_PDF, "application/pdf"), drawn.pdf.pdf)
    text = canonical_bytes(drawn.text)
    plain = await keep(world, uow, case_id, (FileKind.AGREEMENT_JSON, "application/json"), text)
    kept = await keep(world, uow, case_id, (FileKind.LOCKED_BLANKS, "application/json"), blanks)
    locked = Locked(
        version=drawn.agreement.text_version,
        digest=drawn.pdf.digest,
        pdf=pdf.id,
        pdf_sha256=drawn.pdf.pdf_sha256,
        document=plain.id,
        pages=drawn.pdf.pages,
        at=now,
        by=actor.staff_id,
        signers=expected_signers(drawn.text),
        blanks=kept.id,
        route_reason=drawn.plan.reason,
        two_to_seal=(await uow.committees.get(drawn.agreement.committee_id)).sealing.two,
    )
    session = drawn.facts.shown
    frozen = locked_by(drawn.agreement, locked)
    if session is not None:
        frozen = replace(frozen, session_id=session.id)
    return frozen, _frozen(locked, actor)


def _frozen(locked: Locked, actor: Actor) -> tuple[Happening, ...]:
    by = actor.staff_id
    checked = tuple(
        happened(
            "sign.authority.checked", by, person=line.signer, role=line.role, route=line.route.value
        )
        for line in locked.signers
        if line.role not in OFFICIALS
    )
    what = happened(
        "agreement.locked",
        by,
        version=locked.version,
        digest=locked.digest,
        pdf_sha256=locked.pdf_sha256,
        pages=locked.pages,
        **({"two_to_seal": True} if locked.two_to_seal else {}),
    )
    return (*checked, what)
