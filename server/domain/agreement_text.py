"""Makes the frozen agreement out of draft, case and committee.

What the page prints is decided here and nowhere else: identity sentences, clauses,
instalments with their words, closing lines, and a line for everybody who signs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.agreement import Agreement, Expected, Payment
from server.domain.agreement_document import (
    AgreementDocument,
    BankAccount,
    Capacity,
    CaseRef,
    ClauseText,
    CommitteeRef,
    OfficialLine,
    PartyBlock,
    PaymentTerm,
    SignerLine,
)
from server.domain.case import Case, Party, PartyKind, Person, PersonRole
from server.domain.committee import Committee
from server.domain.court_confirmation import confirmation_of
from server.domain.identity_sentences import identity_lines
from server.domain.ids import PartyId, StaffId
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import Text
from server.domain.representation import by_law, signer_of, signers
from server.domain.signing_order import MEDIATOR, RECORDER
from server.domain.signing_route import BY_PHONE, RoutePlan

_TITLE = Text(zh="人民调解协议书", en="Mediation agreement")
_OFFICIALS = {
    MEDIATOR: Text(zh="人民调解员（签名）：", en="Mediator: "),
    RECORDER: Text(zh="记录人（签名）：", en="Recorder: "),
}
_CAPACITIES = {
    Capacity.PARTY: Text(zh="{label}（签名）：", en="{label}: "),
    Capacity.LEGAL_REPRESENTATIVE: Text(
        zh="{label}法定代表人（签名）：", en="Legal representative of {label}: "
    ),
    Capacity.AGENT: Text(zh="{label}委托代理人（签名）：", en="Agent of {label}: "),
    Capacity.GUARDIAN: Text(
        zh="{label}法定代理人（签名）：", en="Representative by law of {label}: "
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds the draft at the lock: who mediates, when, after which log entry."""

    committee: Committee
    case: Case
    pack: JurisdictionPack
    mediator: tuple[StaffId, str]
    recorder: tuple[StaffId, str] | None
    locked_at: datetime
    log_head: str
    plan: RoutePlan = BY_PHONE

    @property
    def language(self) -> str:
        """The language in which the jurisdiction leads."""
        return self.pack.languages[0]

    @property
    def today(self) -> date:
        """The day of the lock where the law is counted."""
        return self.pack.local_day(self.locked_at)

    def say(self, text: Text) -> str:
        """Return a text in the agreement's language."""
        return text.in_language(self.language)


def document(agreement: Agreement, frame: Frame) -> AgreementDocument:
    """Return the whole agreement; equal values give an equal document."""
    case, pack = frame.case, frame.pack
    kind = pack.dispute_type(case.dispute_type)
    copies = len(case.parties) + 1
    closing = pack.closing_lines(
        copies=copies,
        labour=kind.labour,
        electronic=not frame.plan.wet_ink,
        confirmation=confirmation_of(case, agreement, pack),
    )
    return AgreementDocument(
        agreement_id=agreement.id,
        text_version=agreement.text_version,
        language=frame.language,
        locked_at=frame.locked_at,
        committee=CommitteeRef(id=frame.committee.id, name=frame.committee.name),
        case=CaseRef(id=case.id, case_no=case.case_no, dispute=frame.say(kind.name)),
        title=frame.say(_TITLE),
        parties=tuple(_party(party, frame) for party in case.parties),
        facts=agreement.facts,
        clauses=tuple(ClauseText(no=n, text=c.text) for n, c in enumerate(agreement.clauses, 1)),
        performance=(),
        payments=tuple(_term(n, p, frame) for n, p in enumerate(agreement.payments, 1)),
        # The page prints the number of copies from `copies`, so the pack's line is left out.
        closing=tuple(frame.say(line) for line in closing[:-1]),
        copies=copies,
        mediator=_official(frame.mediator, MEDIATOR, frame),
        recorder=_official(frame.recorder, RECORDER, frame) if frame.recorder else None,
        log_head=frame.log_head,
    )


def _official(who: tuple[StaffId, str], role: str, frame: Frame) -> OfficialLine:
    return OfficialLine(signer_id=who[0], name=who[1], label=frame.say(_OFFICIALS[role]))


def _party(party: Party, frame: Frame) -> PartyBlock:
    signer = signer_of(frame.case, party, frame.pack, frame.today)
    return PartyBlock(
        party_id=party.id,
        side=party.side,
        label=party.label,
        name=party.name,
        lines=identity_lines(frame.case, party, frame.pack, frame.today),
        signers=(_signer(signer, party, frame),) if signer else (),
        seal_scan_expected=party.kind is PartyKind.ORGANISATION,
    )


def _signer(person: Person, party: Party, frame: Frame) -> SignerLine:
    capacity = capacity_of(person, frame.pack)
    label = frame.say(_CAPACITIES[capacity]).format(label=party.label)
    return SignerLine(
        signer_id=person.id,
        name=person.name,
        capacity=capacity,
        label=label,
        route=frame.plan.of(person.id),
    )


def capacity_of(person: Person, pack: JurisdictionPack) -> Capacity:
    """Return in what capacity a person signs for his party."""
    if person.role is PersonRole.PARTY:
        return Capacity.PARTY
    if person.role is PersonRole.LEGAL_REPRESENTATIVE:
        return Capacity.LEGAL_REPRESENTATIVE
    return Capacity.GUARDIAN if by_law(person, pack) else Capacity.AGENT


def _term(no: int, payment: Payment, frame: Frame) -> PaymentTerm:
    case, pack = frame.case, frame.pack
    method = next((m.name for m in pack.payment_methods if m.code == payment.method), None)
    return PaymentTerm(
        no=no,
        payer=case.party(payment.payer).label,
        payee=case.party(payment.payee).label,
        amount_fen=payment.amount,
        words=words_of(payment.amount, pack),
        due_on=payment.due_on,
        method=frame.say(method) if method else payment.method,
        account=_account(payment),
    )


def words_of(fen: int, pack: JurisdictionPack) -> str:
    """Return an amount in capital words, empty where the jurisdiction writes none."""
    spell = pack.clauses.amount_words
    return spell(fen) if spell else ""


def _account(payment: Payment) -> BankAccount | None:
    if not payment.account:
        return None
    return BankAccount(holder=payment.account_holder, bank=payment.bank, number=payment.account)


def expected_signers(text: AgreementDocument) -> tuple[Expected, ...]:
    """Return who signs the document, in legal order; an agent's company seals beside him."""
    of_parties = [_expected(line, party) for party in text.parties for line in party.signers]
    officials = ((text.mediator, MEDIATOR), (text.recorder, RECORDER))
    return (
        *of_parties,
        *(
            Expected(signer=o.signer_id, name=o.name, role=role)
            for o, role in officials
            if o is not None
        ),
    )


def _expected(line: SignerLine, party: PartyBlock) -> Expected:
    return Expected(
        signer=line.signer_id,
        name=line.name,
        role=line.capacity,
        label=party.label,
        party_id=PartyId(party.party_id),
        seal_scan=party.seal_scan_expected and line.capacity is Capacity.AGENT,
        route=line.route,
    )


def prospective_signers(
    case: Case, pack: JurisdictionPack, today: date, staff_name: Callable[[StaffId | None], str]
) -> tuple[Expected, ...]:
    """Return who would sign if the text were locked today, in legal order."""
    of_parties = (
        Expected(
            signer=person.id,
            name=person.name,
            role=capacity_of(person, pack),
            label=case.party(person.party_id).label,
            party_id=person.party_id,
            seal_scan=needs_seal(case, person, pack),
        )
        for person in signers(case, pack, today)
    )
    recorder = case.recorder_id if case.recorder_id != case.mediator_id else None
    officials = ((case.mediator_id, MEDIATOR), (recorder, RECORDER))
    return (
        *of_parties,
        *(
            Expected(signer=who, name=staff_name(who), role=role)
            for who, role in officials
            if who is not None
        ),
    )


def needs_seal(case: Case, person: Person, pack: JurisdictionPack) -> bool:
    """Return whether the organisation's seal must stand beside the person's signature."""
    company = case.party(person.party_id).kind is PartyKind.ORGANISATION
    return company and capacity_of(person, pack) is Capacity.AGENT
