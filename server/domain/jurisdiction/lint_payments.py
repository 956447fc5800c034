"""What every payment must say, so that it can be performed and a court can confirm it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from server.domain.calendar import HolidayCalendar
from server.domain.contact_numbers import AccountNumberError, account_number
from server.domain.deadlines import cautious_confirmation_deadline
from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.jurisdiction.lint_clauses import words_differ
from server.domain.jurisdiction.lint_values import (
    Finding,
    LintInput,
    LintPayment,
    error,
    warning,
)
from server.domain.jurisdiction.pack import JurisdictionPack

BANK_TRANSFER: Final = "bank_transfer"


def payment_findings(draft: LintInput, pack: JurisdictionPack, today: date) -> Iterator[Finding]:
    """Yield what each payment lacks, in the order of the payments."""
    methods = {method.code for method in pack.payment_methods}
    for payment in draft.payments:
        yield from _people(payment, draft)
        yield from _amount_and_day(payment, today, pack)
        if not payment.method:
            yield error("method_missing", payment.ref)
        elif payment.method not in methods:
            yield error("method_unknown", payment.ref, method=payment.method)
        if payment.method == BANK_TRANSFER:
            yield from _account(payment, draft)


def confirmation_findings(
    draft: LintInput, pack: JurisdictionPack, today: date, calendar: HolidayCalendar
) -> Iterator[Finding]:
    """Say where no court confirms it, or may not; warn where the last payment falls due too late.

    A court confirms nothing about marriage, parentage, adoption, title or intellectual property
    (民诉法解释 355), and of a labour agreement payments alone (劳动争议解释（一）52). The
    earliest day of effect is today; a later one moves the deadline, and the draft is looked at
    again.
    """
    kind, personal, said = draft.dispute_type, draft.personal_status, draft.confirmation
    asked = pack.confirmation_asked(kind, personal_status=personal)
    for code in (question.code for question in asked if said.get(question.code, True)):
        yield warning(f"confirmation_{'closed' if code in said else 'open'}_{code}")
    found = pack.court_confirmation(kind, personal_status=personal, answers=said)
    due_days = [payment.due_on for payment in draft.payments if payment.due_on]
    if found is CourtConfirmation.CLOSED or not due_days:
        return
    deadline = cautious_confirmation_deadline(today, calendar).due_on
    if max(due_days) > deadline:
        yield warning(
            "last_payment_after_confirmation_deadline",
            last_due_on=max(due_days).isoformat(),
            deadline=deadline.isoformat(),
        )


def _people(payment: LintPayment, draft: LintInput) -> Iterator[Finding]:
    for role, ref in (("payer", payment.payer), ("payee", payment.payee)):
        if not ref:
            yield error(f"{role}_missing", payment.ref)
        elif draft.name_of(ref) is None:
            yield warning(f"{role}_not_a_party", payment.ref)
    if payment.payer and payment.payer == payment.payee:
        yield error("payer_is_payee", payment.ref)


def _amount_and_day(payment: LintPayment, today: date, pack: JurisdictionPack) -> Iterator[Finding]:
    if payment.amount <= 0:
        yield error("amount_missing", payment.ref)
    elif payment.words and (
        found := words_differ(payment.words, payment.amount, pack, payment.ref)
    ):
        yield found
    if payment.due_on is None:
        yield error("due_day_missing", payment.ref)
    elif payment.due_on < today:
        yield error("due_day_passed", payment.ref, due_on=payment.due_on.isoformat())


def _account(payment: LintPayment, draft: LintInput) -> Iterator[Finding]:
    if not payment.bank.strip():
        yield error("bank_missing", payment.ref)
    yield from _holder(payment, draft.name_of(payment.payee))
    if not payment.account.strip():
        yield error("account_missing", payment.ref)
        return
    try:
        checked = account_number(payment.account)
    except AccountNumberError:
        yield error("account_invalid", payment.ref)
    else:
        yield from (warning(f"account_{code}", payment.ref) for code in checked.warnings)


def _holder(payment: LintPayment, payee: str | None) -> Iterator[Finding]:
    holder = payment.account_holder.strip()
    if not holder:
        yield error("account_holder_missing", payment.ref)
    elif payee is not None and holder != payee.strip():
        level = warning if payment.holder_reason.strip() else error
        yield level("account_holder_differs", payment.ref, holder=holder, payee=payee)
