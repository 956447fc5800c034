"""Renders the agreement on a party's phone: live text and own answers, or locked pages."""

from server.api.schemas import party_agreement as wire
from server.domain.agreement import Agreement, AgreementState, Clause, Payment
from server.domain.agreement_text import words_of
from server.domain.signing_order import line_of
from server.ports.documents import Slot
from server.usecases.may_sign_now import why_not
from server.usecases.read_agreement import OwnDesk
from server.usecases.world import World

A4 = (595.28, 841.89)
"""Width and height of a page in points (ISO 216)."""

NO_DRAFT = "none"


def party_agreement(world: World, desk: OwnDesk) -> wire.PartyAgreement:
    """Return what the person sees of the agreement."""
    agreement = desk.agreement
    text = agreement or _NOTHING
    locked = agreement.locked if agreement else None
    return wire.PartyAgreement(
        state=agreement.state if agreement else NO_DRAFT,
        revision=text.revision,
        text_version=text.text_version,
        label=desk.facts.case.party(desk.person.party_id).label,
        answers_for_party=desk.signs,
        facts=text.facts,
        clauses=[_clause(desk, text, n, c) for n, c in enumerate(text.clauses, 1)],
        payments=[_payment(world, desk, n, p) for n, p in enumerate(text.payments, 1)],
        total=text.amount,
        total_words=words_of(text.amount, world.pack) if text.amount else "",
        reading=text.reading,
        pages=locked.pages if locked else 0,
        digest=locked.digest if locked else None,
        pdf_sha256=locked.pdf_sha256 if locked else None,
        may_sign=why_not(world, desk) is None,
        sign_blocked=_sign_blocked(world, desk),
        sign_box=_box(desk.blank) if desk.blank else None,
        parties=_parties(desk),
    )


_NOTHING = Agreement(id="", case_id="", committee_id="", session_id="")  # type: ignore[arg-type]  # identifiers of nothing


def _sign_blocked(world: World, desk: OwnDesk) -> str | None:
    """Say why only to whom it concerns: a signer before he has signed."""
    agreement = desk.agreement
    if agreement is None or agreement.state is not AgreementState.LOCKED:
        return None
    if line_of(agreement, desk.person.id) is None:
        return None
    code = why_not(world, desk)
    return None if code == "signed" else code


def _clause(desk: OwnDesk, text: Agreement, no: int, clause: Clause) -> wire.PartyClause:
    given = text.answer_of(clause, desk.person.id)
    return wire.PartyClause(
        id=clause.id,
        no=no,
        text=clause.text,
        version=clause.version,
        changed=_changed(desk, text, clause),
        heard=given.heard if given else False,
        verdict=given.verdict if given else None,
        wish=given.wish if given else "",
    )


def _changed(desk: OwnDesk, text: Agreement, clause: Clause) -> bool:
    """Whether the person answered an earlier version, and that answer is gone."""
    return any(
        a.clause_id == clause.id
        and a.person_id == desk.person.id
        and a.clause_version < clause.version
        for a in text.answers
    )


def _payment(world: World, desk: OwnDesk, no: int, payment: Payment) -> wire.PartyPayment:
    case = desk.facts.case
    return wire.PartyPayment(
        no=no,
        payer=case.party(payment.payer).label,
        payee=case.party(payment.payee).label,
        amount=payment.amount,
        amount_words=words_of(payment.amount, world.pack),
        due_on=payment.due_on,
        method=payment.method,
    )


def _box(blank: Slot) -> wire.SignBox:
    return wire.SignBox(
        page=blank.page,
        x=blank.x / A4[0],
        y=blank.y / A4[1],
        width=blank.width / A4[0],
        height=blank.height / A4[1],
    )


def _parties(desk: OwnDesk) -> list[wire.PartyMark]:
    return [
        wire.PartyMark(label=p.label, name=p.name, is_you=p.id == desk.person.party_id)
        for p in desk.facts.case.parties
    ]
