"""What a draft agreement lacks before it can be locked: the text, the people, the law.

Every finding is a code with the place it concerns: a clause's, party's or person's id,
`items.0`, `payments.0`, or nothing for the whole. Facts name parties by label and
clauses by number, so that a sentence can say 第五条乙方要改.
"""

from collections.abc import Iterator
from datetime import date

from server.domain.agreement import Agreement, AgreementState, Clause, ClauseAnswer, Verdict
from server.domain.calendar import HolidayCalendar, day_zh
from server.domain.case import Capacity, Case, Party, PartyKind, Person, PersonRole
from server.domain.deadlines import recognition_deadlines
from server.domain.drawn_characters import told
from server.domain.jurisdiction.entries import AgentAct, ElectronicSigning
from server.domain.jurisdiction.lint import lint
from server.domain.jurisdiction.lint_values import (
    Finding,
    LintClause,
    LintInput,
    LintItem,
    LintParty,
    LintPayment,
    error,
    warning,
)
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.party_check import party_findings
from server.domain.representation import agent_may, signer_of, signers
from server.domain.session import Session
from server.domain.signing_order import outstanding
from server.domain.signing_route import BY_PHONE, RoutePlan, SigningRoute

E_SIGNATURE = "e_signature"
SENSITIVE = "sensitive_information"


def lint_input(agreement: Agreement, case: Case, pack: JurisdictionPack) -> LintInput:
    """Return the draft as the lint reads it; payments are printed by us, words and all."""
    paid = bool(agreement.items or agreement.payments)
    return LintInput(
        dispute_type=case.dispute_type,
        parties=tuple(LintParty(ref=p.id, name=p.name) for p in case.parties),
        clauses=tuple(
            LintClause(ref=c.id, number=n, text=c.text)
            for n, c in enumerate(agreement.clauses, start=1)
        ),
        items=tuple(
            LintItem(ref=f"items.{n}", name=i.name, amount=i.amount)
            for n, i in enumerate(agreement.items)
        ),
        payments=_payments(agreement, case, pack),
        total=agreement.amount if paid else None,
        facts_text=agreement.facts,
        labour_graded=_graded(case),
        knowledge_clause=_knowledge_clause(case, pack),
        personal_status=case.touches_status,
        confirmation=agreement.confirmation_answers,
    )


def _payments(agreement: Agreement, case: Case, pack: JurisdictionPack) -> tuple[LintPayment, ...]:
    return tuple(
        LintPayment(
            ref=f"payments.{n}",
            payer=p.payer,
            payee=p.payee,
            amount=p.amount,
            due_on=p.due_on,
            method=p.method,
            account_holder=p.account_holder,
            bank=p.bank,
            account=p.account,
            holder_reason=_holder_reason(p.payee, p.account_holder, case, pack),
        )
        for n, p in enumerate(agreement.payments)
    )


def _holder_reason(payee: str, holder: str, case: Case, pack: JurisdictionPack) -> str:
    """A guardian's account may stand for a party who cannot act for himself."""
    for person in case.people:
        if person.party_id == payee and person.name == holder and person.authority is not None:
            kind = pack.agent_kind(person.authority.kind)
            return kind.code if kind.by_law else ""
    return ""


def _graded(case: Case) -> bool | None:
    if case.labour is None or case.labour.injured_on is None:
        return None
    return case.labour.graded


def _knowledge_clause(case: Case, pack: JurisdictionPack) -> str:
    """Return what an injured worker may say he knows, in the agreement's own language."""
    clause = pack.agreement.knowledge_clause
    if clause is None or case.labour is None or case.labour.injured_on is None:
        return ""
    people = [party.label for party in case.parties if party.kind is PartyKind.PERSON]
    until = recognition_deadlines(case.labour.injured_on)[1]
    return clause.fill(worker=people[0] if people else "", until=day_zh(until, with_year=True)).zh


def findings(
    agreement: Agreement,
    case: Case,
    pack: JurisdictionPack,
    today: date,
    calendar: HolidayCalendar,
) -> tuple[Finding, ...]:
    """Return what the lint finds in the text and in the people, and who may not concede."""
    linted = lint(lint_input(agreement, case, pack), pack, today, calendar)
    people = party_findings(case, pack, today)
    return (*linted, *people, *_no_concession(case, pack, today))


def _no_concession(case: Case, pack: JurisdictionPack, today: date) -> Iterator[Finding]:
    for person in signers(case, pack, today):
        agent = person.role is PersonRole.AGENT
        if agent and not agent_may(person, AgentAct.CONCEDE, pack, today):
            party = case.party(person.party_id).label
            yield warning("agent_may_not_concede", person.id, party=party, name=person.name)


def missing(
    agreement: Agreement,
    case: Case,
    session: Session | None,
    pack: JurisdictionPack,
    today: date,
    plan: RoutePlan = BY_PHONE,
) -> tuple[Finding, ...]:
    """Return what the lock waits for beside the text itself, signed as planned."""
    return (
        *(() if plan.wet_ink else _law(case, pack)),
        *_frame(case, session),
        *_nobody_signs(case, pack, today),
        *_people(case, session, signers(case, pack, today), plan),
        *_answers(agreement, case, pack, today),
        *accounts(agreement, case, session, pack, today),
    )


def accounts(
    agreement: Agreement, case: Case, session: Session | None, pack: JurisdictionPack, today: date
) -> Iterator[Finding]:
    """Whose account stands in the text must not have refused it (个人信息保护法 art. 29).

    Once the text is locked it concerns whoever has not signed it: what he signed stays valid.
    """
    named = {payment.payee for payment in agreement.payments if payment.account}
    unsigned = {line.signer for line in outstanding(agreement)}
    for party in case.parties:
        signer = signer_of(case, party, pack, today)
        if session is None or signer is None or party.id not in named:
            continue
        if agreement.state is AgreementState.LOCKED and signer.id not in unsigned:
            continue
        given = session.consent(signer.id, SENSITIVE)
        if given is not None and not given.agreed:
            yield error("account_refused", party.id, party=party.label, name=signer.name)


def _law(case: Case, pack: JurisdictionPack) -> Iterator[Finding]:
    """Marriage, adoption, inheritance stay on paper (电子签名法 art. 3)."""
    found = pack.electronic_signing(case.dispute_type, personal_status=case.touches_status)
    if found is not ElectronicSigning.ALLOWED:
        yield error(f"e_sign_{found.value}")


def _frame(case: Case, session: Session | None) -> Iterator[Finding]:
    if case.mediator_id is None:
        yield error("mediator_missing")
    if session is None:
        yield error("sitting_missing")


def _nobody_signs(case: Case, pack: JurisdictionPack, today: date) -> Iterator[Finding]:
    for party in case.parties:
        if signer_of(case, party, pack, today) is None:
            yield error(_why_nobody(case, party), party.id, party=party.label, name=party.name)


def _why_nobody(case: Case, party: Party) -> str:
    if party.capacity is Capacity.DOUBTFUL:
        return "capacity_doubtful"
    if party.kind is PartyKind.PERSON:
        return "guardian_missing"
    agents = [p for p in case.people_of(party.id) if p.authority is not None]
    return "authority_missing" if agents else "signer_missing"


def _people(
    case: Case, session: Session | None, people: tuple[Person, ...], plan: RoutePlan
) -> Iterator[Finding]:
    for person in people:
        for code in owed_by_signer(person, session, plan.of(person.id)):
            party = case.party(person.party_id).label
            yield error(code, person.id, party=party, name=person.name)


def owed_by_signer(
    person: Person, session: Session | None, route: SigningRoute = SigningRoute.ELECTRONIC
) -> tuple[str, ...]:
    """Return what a signer still owes: an identity check of this sitting, the consent.

    Who signs in ink owes no consent to signing electronically. Who declares before witnesses
    has been asked for it, since what remains is electronic; he signs nothing himself, so that
    refusing to sign on a phone leaves him that way.
    """
    owed = []
    if session is None or not session.identified(person.id):
        owed.append("identity")
    if route is SigningRoute.WET_INK:
        return tuple(owed)
    given = session.consent(person.id, E_SIGNATURE) if session else None
    if given is None:
        owed.append("e_signature_consent")
    elif not given.agreed and route is SigningRoute.ELECTRONIC:
        owed.append("e_signature_refused")
    return tuple(owed)


def _answers(
    agreement: Agreement, case: Case, pack: JurisdictionPack, today: date
) -> Iterator[Finding]:
    people = signers(case, pack, today)
    for number, clause in enumerate(agreement.clauses, start=1):
        for person in people:
            if (code := _answer_missing(agreement.answer_of(clause, person.id))) is not None:
                yield _about(code, clause, number, person, case)


def _answer_missing(given: ClauseAnswer | None) -> str | None:
    if given is None:
        return "clause_not_heard"
    if not given.heard:
        return "clause_not_understood"
    if given.verdict is Verdict.CHANGE:
        return "clause_change_wanted"
    return None if given.verdict is Verdict.AGREE else "clause_not_agreed"


def _about(code: str, clause: Clause, number: int, person: Person, case: Case) -> Finding:
    party = case.party(person.party_id).label
    return error(code, clause.id, number=number, party=party, name=person.name)


def characters(waiting: frozenset[str], never: frozenset[str]) -> tuple[Finding, ...]:
    """Return the findings for characters that no font has: a picture is lacking, or useless."""
    named = {"characters_unpictured": waiting, "characters_missing": never}
    return tuple(error(code, **told(found)) for code, found in named.items() if found)
