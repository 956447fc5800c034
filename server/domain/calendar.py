"""Which days are working days: weekends, public holidays and make-up working days.

Public holidays in China move every year and are announced only weeks before the year begins, so
a year nobody has entered is an error, not a guess.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from server.domain.errors import DomainError

_SATURDAY: Final = 5
_MOST_HOLIDAYS: Final = 60
_WEEKDAYS_ZH: Final = "一二三四五六日"
_WEEKDAYS_EN: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class CalendarYearMissingError(DomainError):
    """No schedule for `facts["year"]` yet: somebody has to enter it."""

    code = "calendar_year_missing"

    def __init__(self, year: int) -> None:
        """Name the year that is missing."""
        super().__init__(year=year)


class CalendarEntryError(DomainError):
    """A year's schedule does not hold; `facts["reason"]` and often `facts["day"]` say why.

    Reasons: other_year, both_lists, make_up_not_weekend, no_holidays, too_many_holidays,
    fixed_day_missing.
    """

    code = "calendar_entry_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarYear:
    """One year's announced schedule; weekend days may or may not be among the holidays."""

    year: int
    holidays: frozenset[date]
    make_up_days: frozenset[date]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """The schedules known. `weekends_suffice` makes an unlisted year plain weekends."""

    years: Mapping[int, CalendarYear] = field(default_factory=dict)
    weekends_suffice: bool = False

    def knows(self, year: int) -> bool:
        """Return whether days of the year can be judged."""
        return self.weekends_suffice or year in self.years

    def is_working_day(self, day: date) -> bool:
        """Return whether offices work; raises CalendarYearMissingError."""
        schedule = self.years.get(day.year)
        if schedule is None:
            if not self.weekends_suffice:
                raise CalendarYearMissingError(day.year)
            return day.weekday() < _SATURDAY
        if day in schedule.make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in schedule.holidays

    def working_day_from(self, day: date) -> date:
        """Return `day` or the next working day; raises CalendarYearMissingError."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def with_year(self, schedule: CalendarYear) -> "HolidayCalendar":
        """Return the calendar with a year added or replaced."""
        years = {**self.years, schedule.year: schedule}
        return replace(self, years=MappingProxyType(dict(sorted(years.items()))))


def calendar_of(*schedules: CalendarYear) -> HolidayCalendar:
    """Return a calendar that knows exactly these years."""
    calendar = HolidayCalendar()
    for schedule in schedules:
        calendar = calendar.with_year(schedule)
    return calendar


def calendar_year(
    year: int,
    *,
    holidays: Iterable[date],
    make_up_days: Iterable[date] = (),
    fixed: Iterable[tuple[int, int]] = (),
    source: str = "",
) -> CalendarYear:
    """Check a schedule that an administrator entered and return it.

    `fixed` lists (month, day) that are holidays every year and so must be there.

    Raises:
        CalendarEntryError: with the reason and the first day that is wrong.
    """
    off, work = frozenset(holidays), frozenset(make_up_days)
    _refuse("other_year", (day for day in off | work if day.year != year))
    _refuse("both_lists", off & work)
    _refuse("make_up_not_weekend", (day for day in work if day.weekday() < _SATURDAY))
    _refuse("fixed_day_missing", {date(year, m, d) for m, d in fixed} - off)
    if not off:
        raise CalendarEntryError(reason="no_holidays", year=year)
    if len(off) > _MOST_HOLIDAYS:
        raise CalendarEntryError(reason="too_many_holidays", year=year, count=len(off))
    return CalendarYear(year=year, holidays=off, make_up_days=work, source=source)


def day_zh(day: date, *, with_year: bool = False) -> str:
    """Write a day for people: `3 月 14 日（星期五）`."""
    year = f"{day.year} 年 " if with_year else ""
    return f"{year}{day.month} 月 {day.day} 日（星期{_WEEKDAYS_ZH[day.weekday()]}）"


def day_en(day: date, *, with_year: bool = False) -> str:
    """Write a day for people: `Friday, 14 March`."""
    year = f" {day.year}" if with_year else ""
    return f"{_WEEKDAYS_EN[day.weekday()]}, {day.day} {_MONTHS_EN[day.month - 1]}{year}"


def _refuse(reason: str, days: Iterable[date]) -> None:
    wrong = sorted(days)
    if wrong:
        raise CalendarEntryError(reason=reason, day=wrong[0].isoformat())
