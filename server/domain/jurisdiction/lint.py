"""Whether a draft agreement can be locked: sums, words, payments, remedies, numbering.

A court refuses to confirm what is unclear or unlawful (民事诉讼法司法解释 358), and an agreement
must leave every way to court open (人民调解法 3, 32). The lint names each place; it judges no
amount and proposes none.
"""

from collections.abc import Iterator
from datetime import date

from server.domain.calendar import HolidayCalendar
from server.domain.jurisdiction.lint_clauses import clause_findings
from server.domain.jurisdiction.lint_payments import confirmation_findings, payment_findings
from server.domain.jurisdiction.lint_values import Finding, LintInput, error, warning
from server.domain.jurisdiction.pack import JurisdictionPack


def lint(
    draft: LintInput, pack: JurisdictionPack, today: date, calendar: HolidayCalendar
) -> tuple[Finding, ...]:
    """Return everything found in the draft, the whole first, then clauses, items, payments.

    Raises:
        UnknownCodeError: the dispute type is not the pack's.
    """
    return (
        *_copies(draft),
        *confirmation_findings(draft, pack, today, calendar),
        *_sums(draft),
        *clause_findings(draft, pack),
        *_items(draft),
        *payment_findings(draft, pack, today),
    )


def _copies(draft: LintInput) -> Iterator[Finding]:
    """One copy for each party and one for the committee (人民调解法 29)."""
    needed = len(draft.parties) + 1
    if draft.copies is not None and draft.copies != needed:
        yield error("copies", copies=draft.copies, expected=needed)


def _sums(draft: LintInput) -> Iterator[Finding]:
    for code, parts in (
        ("items_sum", [item.amount for item in draft.items]),
        ("payments_sum", [payment.amount for payment in draft.payments]),
    ):
        if parts and draft.total is not None and sum(parts) != draft.total:
            yield error(
                code, total=draft.total, sum=sum(parts), difference=draft.total - sum(parts)
            )
    if draft.total is None and (draft.items or draft.payments):
        yield error("total_missing")
    if draft.total and not draft.payments:
        yield error("payments_missing", total=draft.total)


def _items(draft: LintInput) -> Iterator[Finding]:
    for item in draft.items:
        if item.amount <= 0:
            yield error("item_amount_missing", item.ref)
        if not item.name.strip():
            yield warning("item_name_missing", item.ref)
