"""The dated duties of a case: which clocks run, and on which day each ends.

Codes: mediation, labour_arbitration_open, labour_arbitration, recognition_employer,
recognition_worker, court_confirmation, court_confirmation_if_open, payment. Days of a year whose
holidays are unknown stay unmoved and name the year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.domain.agreement import Agreement, AgreementState
from server.domain.calendar import HolidayCalendar
from server.domain.case import Case, CaseState, LabourFacts
from server.domain.deadlines import (
    Deadline,
    cautious_deadline,
    labour_arbitration_deadline,
    labour_arbitration_open_on,
    performance_deadline,
    recognition_deadlines,
    standing_confirmation_deadline,
)

_BEFORE_AGREEMENT = frozenset({CaseState.ACCEPTED, CaseState.MEDIATING, CaseState.AGREED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One clock: its code and last day; `calendar_missing` names an unknown year."""

    code: str
    on: date
    calendar_missing: int | None = None


def duties(case: Case, agreement: Agreement | None, calendar: HolidayCalendar) -> tuple[Duty, ...]:
    """Return every clock that runs for the case, the nearest first."""
    found = [*of_case(case, calendar), *(of_agreement(agreement, calendar) if agreement else ())]
    return tuple(sorted(found, key=lambda duty: duty.on))


def of_case(case: Case, calendar: HolidayCalendar) -> Iterator[Duty]:
    """Yield the clocks that run until there is an agreement."""
    if case.state in _BEFORE_AGREEMENT:
        yield _duty("mediation", mediation_end(case, calendar))
        yield from _labour(case, calendar)


def mediation_end(case: Case, calendar: HolidayCalendar) -> Deadline:
    """Return the end of the period for mediating; a last day of rest moves (民法典 203)."""
    return cautious_deadline(case.due_on, calendar)


def of_agreement(agreement: Agreement, calendar: HolidayCalendar) -> Iterator[Duty]:
    """Yield the clocks that run once it is sealed."""
    if agreement.state is AgreementState.SEALED:
        yield from _after_sealing(agreement, calendar)


def _labour(case: Case, calendar: HolidayCalendar) -> Iterator[Duty]:
    if case.labour is None:
        return
    if case.labour.received_on is not None:
        # It opens a way instead of closing one, so no rest day moves it.
        opens = labour_arbitration_open_on(case.labour.received_on)
        yield Duty(code="labour_arbitration_open", on=opens)
        ends = labour_arbitration_deadline(case.labour.received_on)
        yield _duty("labour_arbitration", cautious_deadline(ends, calendar))
    yield from _recognition(case.labour, calendar)


def _recognition(labour: LabourFacts, calendar: HolidayCalendar) -> Iterator[Duty]:
    if labour.injured_on is None or labour.recognised:
        return
    employer, worker = recognition_deadlines(labour.injured_on)
    yield _duty("recognition_employer", cautious_deadline(employer, calendar))
    yield _duty("recognition_worker", cautious_deadline(worker, calendar))


def _after_sealing(agreement: Agreement, calendar: HolidayCalendar) -> Iterator[Duty]:
    seal = agreement.seal
    ends = seal and standing_confirmation_deadline(
        seal.effective_on, calendar, confirmable=seal.confirmable
    )
    if ends:
        depends = seal is not None and seal.confirmation_depends
        yield _duty("court_confirmation_if_open" if depends else "court_confirmation", ends)
    for payment in agreement.payments:
        yield _duty("payment", performance_deadline(payment.due_on, calendar))


def _duty(code: str, deadline: Deadline) -> Duty:
    missing = None if deadline.certain else deadline.nominal_on.year
    return Duty(code=code, on=deadline.due_on, calendar_missing=missing)
