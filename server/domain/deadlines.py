"""How periods are counted and where their last day falls.

The day on which something happens is not counted (民法典 201); a last day that is a rest day moves
to the next working day (民法典 203); a period in years ends on the corresponding day, or on the
month's last day where there is none (民法典 202).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from server.domain.calendar import CalendarYearMissingError, HolidayCalendar

CONFIRMATION_DAYS: Final = 30
MEDIATION_DAYS: Final = 30
LABOUR_DAYS: Final = 15
RECOGNITION_EMPLOYER_DAYS: Final = 30
RECOGNITION_WORKER_YEARS: Final = 1
ARBITRATION_YEARS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A period's end. `nominal_on` is its last day as counted, `due_on` after moving.

    Not `certain`: the calendar lacks the year, so `due_on` is the nominal day, which is never
    later than the true one.
    """

    nominal_on: date
    due_on: date
    certain: bool = True


def local_day(at: datetime, *, utc_offset_minutes: int) -> date:
    """Return the calendar day of an aware instant where the law is counted."""
    return at.astimezone(timezone(timedelta(minutes=utc_offset_minutes))).date()


def days_after(start: date, days: int) -> date:
    """Return the last of `days` days, `start` not counted (民法典 201)."""
    return start + timedelta(days=days)


def years_after(start: date, years: int) -> date:
    """Return the corresponding day, or the month's last day (民法典 202)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February in a common year
        return start.replace(year=start.year + years, day=28)


def cautious_deadline(nominal_on: date, calendar: HolidayCalendar) -> Deadline:
    """Return where a nominal last day moves, unmoved and not certain in an unknown year."""
    try:
        return Deadline(nominal_on=nominal_on, due_on=calendar.working_day_from(nominal_on))
    except CalendarYearMissingError:
        return Deadline(nominal_on=nominal_on, due_on=nominal_on, certain=False)


def cautious_confirmation_deadline(effective_on: date, calendar: HolidayCalendar) -> Deadline:
    """Return the last day for both to ask the court to confirm (人民调解法 33, 30 days)."""
    return cautious_deadline(days_after(effective_on, CONFIRMATION_DAYS), calendar)


def standing_confirmation_deadline(
    effective_on: date, calendar: HolidayCalendar, *, confirmable: bool
) -> Deadline | None:
    """Return the deadline of a sealed agreement by today's calendar; None where it has none.

    The day computed at the seal moves with a year entered since, and lacks before that.
    """
    return cautious_confirmation_deadline(effective_on, calendar) if confirmable else None


def labour_arbitration_open_on(application_received_on: date) -> date:
    """Return the 15th day: with no agreement by then, arbitration is open.

    劳动争议调解仲裁法 14. It opens a way instead of closing one, so it never moves to a later day.
    """
    return days_after(application_received_on, LABOUR_DAYS)


def recognition_deadlines(injured_on: date) -> tuple[date, date]:
    """Return the last days to ask for 工伤认定: employer, then worker (工伤保险条例 17)."""
    employer = days_after(injured_on, RECOGNITION_EMPLOYER_DAYS)
    return employer, years_after(injured_on, RECOGNITION_WORKER_YEARS)


def labour_arbitration_deadline(interrupted_on: date) -> date:
    """Return the end of the year for arbitration, counted anew from the last interruption.

    劳动争议调解仲裁法 27: applying for mediation interrupts the period.
    """
    return years_after(interrupted_on, ARBITRATION_YEARS)


def performance_deadline(due_on: date, calendar: HolidayCalendar) -> Deadline:
    """Return the day up to whose end a performance is in time (民法典 203)."""
    return cautious_deadline(due_on, calendar)
