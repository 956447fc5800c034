"""Renders the agreement as staff work on it."""

from collections.abc import Iterable

from server.api.schemas import agreement as wire
from server.api.views.paper import attested_by, paper_view
from server.domain.agreement import Agreement, AgreementState, Clause, Expected, Payment, Seal
from server.domain.agreement_text import prospective_signers, words_of
from server.domain.case import Person
from server.domain.court_confirmation import asked_of, confirmation_of
from server.domain.deadlines import (
    Deadline,
    cautious_confirmation_deadline,
    standing_confirmation_deadline,
)
from server.domain.declaring import Taping
from server.domain.drawn_characters import code_point
from server.domain.ids import PersonId
from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.jurisdiction.lint_values import Finding
from server.domain.jurisdiction.texts import Question, Text
from server.domain.paper_owed import PaperCopy
from server.domain.representation import signers
from server.domain.sealing import waits
from server.domain.signing_order import OFFICIALS, blocked, lines, settled_at
from server.domain.signing_route import SigningRoute
from server.domain.witnessing import declared, witnesses_of
from server.usecases.may_sign_now import owed_now
from server.usecases.read_agreement import Desk
from server.usecases.seen_declared import taping_now
from server.usecases.world import World


def agreement_view(world: World, desk: Desk) -> wire.AgreementView:
    """Return the agreement with what the lint finds and the lock waits for."""
    agreement, locked, seal = desk.agreement, desk.agreement.locked, desk.agreement.sealing
    deadline = _deadline(world, desk, seal)
    return wire.AgreementView(
        id=agreement.id,
        case_id=agreement.case_id,
        session_id=agreement.session_id,
        state=agreement.state,
        revision=agreement.revision,
        text_version=agreement.text_version,
        facts=agreement.facts,
        clauses=[_clause(world, desk, n, c) for n, c in enumerate(agreement.clauses, 1)],
        items=[wire.ItemView(name=i.name, amount=i.amount) for i in agreement.items],
        total=agreement.amount,
        total_words=words_of(agreement.amount, world.pack) if agreement.amount else "",
        payments=[_payment(world, n, p) for n, p in enumerate(agreement.payments, 1)],
        characters=_characters(desk),
        findings=_findings(desk.findings),
        missing=_findings(desk.missing),
        missing_on_paper=_findings(desk.missing_on_paper),
        reading=agreement.reading,
        digest=locked.digest if locked else None,
        pdf_sha256=locked.pdf_sha256 if locked else None,
        sealed_sha256=_sealed_sha256(desk),
        pages=locked.pages if locked else 0,
        signatures=[_signature(world, desk, line) for line in _lines(world, desk)],
        route_reason=locked.route_reason if locked else "",
        paper=paper_view(desk),
        refusals=[wire.RefusalView(signer=r.person, reason=r.reason) for r in agreement.refusals],
        sealing=_sealing(desk),
        on_paper=[_copy(desk, one) for one in desk.on_paper],
        taken_back=_findings(desk.taken_back),
        seal_waits=waits(agreement),
        record_id=agreement.seal.record_id if agreement.seal else None,
        # Number and day exist from the first step of the seal on, even while it waits.
        number=seal.number if seal else None,
        effective_on=seal.effective_on if seal else None,
        confirmation=_confirmation(world, desk, seal),
        for_court=[_for_court(desk, one) for one in asked_of(desk.facts.case, world.pack)],
        confirmation_deadline=deadline.due_on if seal and deadline else None,
        calendar_missing=_missing_year(deadline),
    )


def _copy(desk: Desk, copy: PaperCopy) -> wire.PaperCopyView:
    person = desk.facts.case.person(copy.person)
    return wire.PaperCopyView(
        person_id=person.id,
        name=person.name,
        label=desk.facts.case.party(person.party_id).label,
        scope=copy.scope,
        way=copy.way,
        at=copy.at,
    )


def _sealed_sha256(desk: Desk) -> str | None:
    record = desk.facts.record
    return record.pdf_sha256 or None if record else None


def _characters(desk: Desk) -> list[wire.CharacterView]:
    pictures = {one.character: one.picture for one in desk.agreement.pictures}
    return [
        wire.CharacterView(character=c, code=code_point(c), picture=pictures.get(c))
        for c in desk.fontless
    ]


def _sealing(desk: Desk) -> wire.SealingView:
    facts, seal, rule = desk.facts, desk.seal, desk.facts.committee.sealing
    return wire.SealingView(
        two=seal.two,
        rule_by=[facts.staff_name(who) for who in rule.by],
        rule_at=rule.at,
        awaited=seal.awaited,
        awaited_of=list(seal.of),
        may_release=list(seal.may_release),
        may_seal=list(seal.may_seal),
        released_by=facts.staff_name(seal.released_by) if seal.released_by else None,
        released_by_me=seal.released_by == desk.viewer,
        released_at=seal.released_at,
        until=seal.until,
        expired=seal.expired,
    )


def _confirmation(world: World, desk: Desk, seal: Seal | None) -> CourtConfirmation:
    """Return what was decided at the seal, before that what would be decided now."""
    if seal is None:
        return confirmation_of(desk.facts.case, desk.agreement, world.pack)
    if not seal.confirmable:
        return CourtConfirmation.CLOSED
    return CourtConfirmation.DEPENDS if seal.confirmation_depends else CourtConfirmation.OPEN


def _for_court(desk: Desk, question: Question) -> wire.ForCourtView:
    hint = question.lines[0] if question.lines else Text(en="")
    law = question.law or Text(en="")
    return wire.ForCourtView(
        code=question.code,
        zh=question.text.zh,
        en=question.text.en,
        hint_zh=hint.zh,
        hint_en=hint.en,
        law_zh=law.zh,
        law_en=law.en,
        answer=desk.agreement.confirmation_answers.get(question.code),
    )


def _deadline(world: World, desk: Desk, seal: Seal | None) -> Deadline | None:
    facts = desk.facts
    if seal is not None:
        return standing_confirmation_deadline(
            seal.effective_on, facts.calendar, confirmable=seal.confirmable
        )
    if confirmation_of(facts.case, desk.agreement, world.pack) is CourtConfirmation.CLOSED:
        return None
    return cautious_confirmation_deadline(facts.today, facts.calendar)


def _missing_year(deadline: Deadline | None) -> int | None:
    return None if deadline is None or deadline.certain else deadline.nominal_on.year


def _clause(world: World, desk: Desk, no: int, clause: Clause) -> wire.ClauseView:
    people = signers(desk.facts.case, world.pack, desk.facts.today)
    return wire.ClauseView(
        id=clause.id,
        no=no,
        text=clause.text,
        version=clause.version,
        answers=[_answer(desk, clause, person) for person in people],
    )


def _answer(desk: Desk, clause: Clause, person: Person) -> wire.AnswerView:
    given = desk.agreement.answer_of(clause, person.id)
    return wire.AnswerView(
        person_id=person.id,
        person_name=person.name,
        party_label=desk.facts.case.party(person.party_id).label,
        heard=given.heard if given else False,
        verdict=given.verdict if given else None,
        wish=given.wish if given else "",
        at=given.at if given else None,
    )


def _payment(world: World, no: int, payment: Payment) -> wire.PaymentView:
    return wire.PaymentView(
        no=no,
        payer=payment.payer,
        payee=payment.payee,
        amount=payment.amount,
        amount_words=words_of(payment.amount, world.pack),
        due_on=payment.due_on,
        method=payment.method,
        account_holder=payment.account_holder,
        bank=payment.bank,
        account=payment.account,
    )


def _findings(found: Iterable[Finding]) -> list[wire.FindingView]:
    return [
        wire.FindingView(code=f.code, level=f.level, where=f.ref, facts=dict(f.facts))
        for f in found
    ]


def _lines(world: World, desk: Desk) -> tuple[Expected, ...]:
    if desk.agreement.locked is not None:
        return lines(desk.agreement)
    facts = desk.facts
    return prospective_signers(facts.case, world.pack, facts.today, facts.staff_name)


def _signature(world: World, desk: Desk, line: Expected) -> wire.SignatureView:
    given = desk.agreement.signature_of(line.signer)
    return wire.SignatureView(
        signer=line.signer,
        name=line.name,
        role=line.role,
        label=line.label,
        signed_at=given.at if given else None,
        code_verified=given.code_verified_at is not None if given else None,
        key_control=given.key_control if given else None,
        has_handwriting=given is not None and given.handwriting is not None,
        seal_scan_needed=line.seal_scan,
        seal_scan=given.seal_scan if given else None,
        blocked=_blocked(world, desk, line),
        route=line.route,
        attested_at=settled_at(desk.agreement, line) if given is None else None,
        attested_by=attested_by(desk, line) if given is None else [],
        declared=declared(desk.agreement, line.signer),
        witnesses=witnesses_of(desk.agreement, line.signer),
        taping=_taping(desk, line),
    )


def _taping(desk: Desk, line: Expected) -> Taping | None:
    witnessed = line.route is SigningRoute.WITNESSED
    return taping_now(desk.facts, desk.agreement, line.signer) if witnessed else None


def _blocked(world: World, desk: Desk, line: Expected) -> str | None:
    agreement: Agreement = desk.agreement
    if agreement.state is not AgreementState.LOCKED or settled_at(agreement, line) is not None:
        return None
    if line.role in OFFICIALS:
        return blocked(agreement, line.signer)
    if agreement.refuses(line.signer):
        return "refused"
    if line.route is not SigningRoute.ELECTRONIC:
        return line.route
    return owed_now(world, desk.facts, desk.facts.case.person(PersonId(line.signer)))
