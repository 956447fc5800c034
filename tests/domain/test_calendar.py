"""Working days, and how a year's schedule is entered."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, strategies as st

from server.domain.calendar import (
    CalendarEntryError,
    CalendarYearMissingError,
    HolidayCalendar,
    calendar_of,
    calendar_year,
    day_en,
    day_zh,
)
from server.domain.jurisdiction.zh_cn.holidays import CALENDAR, FIXED_HOLIDAYS


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_every_day_of_the_known_years_agrees_with_an_independent_list(year: int) -> None:
    ours = [day for day in days_of(year) if CALENDAR.is_working_day(day)]
    assert ours == [day for day in days_of(year) if chinese_calendar.is_workday(day)]


def test_the_years_of_the_package_are_known() -> None:
    assert {2024, 2025, 2026} <= set(CALENDAR.years)
    assert CALENDAR.knows(2026)
    assert not CALENDAR.knows(2020)


def test_make_up_saturdays_are_worked_and_bridging_mondays_are_not() -> None:
    assert CALENDAR.is_working_day(date(2025, 10, 11))
    assert not CALENDAR.is_working_day(date(2025, 10, 8))
    assert not CALENDAR.is_working_day(date(2025, 3, 15))
    assert CALENDAR.is_working_day(date(2025, 3, 14))


def test_a_year_nobody_entered_is_an_error() -> None:
    with pytest.raises(CalendarYearMissingError) as refused:
        CALENDAR.is_working_day(date(2031, 1, 4))
    assert refused.value.facts == {"year": 2031}
    assert refused.value.code == "calendar_year_missing"


def test_a_calendar_may_do_with_weekends() -> None:
    calendar = HolidayCalendar(weekends_suffice=True)
    assert calendar.is_working_day(date(2031, 1, 3))
    assert not calendar.is_working_day(date(2031, 1, 4))


def test_a_year_can_be_added_and_replaced() -> None:
    first = calendar_year(2031, holidays=[date(2031, 1, 1)])
    second = calendar_year(2031, holidays=[date(2031, 1, 2)], make_up_days=[date(2031, 1, 4)])
    calendar = CALENDAR.with_year(first)
    assert not calendar.is_working_day(date(2031, 1, 1))
    assert calendar.with_year(second).is_working_day(date(2031, 1, 1))
    assert calendar.with_year(second).is_working_day(date(2031, 1, 4))
    assert not CALENDAR.knows(2031)


@pytest.mark.parametrize(
    ("holidays", "make_up", "reason"),
    [
        ([date(2030, 1, 1)], [], "other_year"),
        ([date(2031, 1, 1)], [date(2032, 1, 3)], "other_year"),
        ([date(2031, 1, 4)], [date(2031, 1, 4)], "both_lists"),
        ([date(2031, 1, 1)], [date(2031, 1, 3)], "make_up_not_weekend"),
        ([], [], "no_holidays"),
        ([date(2031, 1, 1) + timedelta(days=n) for n in range(61)], [], "too_many_holidays"),
    ],
)
def test_a_wrong_schedule_is_refused(
    holidays: list[date], make_up: list[date], reason: str
) -> None:
    with pytest.raises(CalendarEntryError) as refused:
        calendar_year(2031, holidays=holidays, make_up_days=make_up)
    assert refused.value.facts["reason"] == reason


def test_a_schedule_without_national_day_is_refused() -> None:
    with pytest.raises(CalendarEntryError) as refused:
        calendar_year(2031, holidays=[date(2031, 1, 1), date(2031, 5, 1)], fixed=FIXED_HOLIDAYS)
    assert refused.value.facts == {"reason": "fixed_day_missing", "day": "2031-10-01"}


schedules = st.builds(
    lambda off, work: calendar_of(
        calendar_year(
            2031,
            holidays=off | {date(2031, 1, 1)},
            make_up_days={d for d in work - off if d.weekday() >= 5} - {date(2031, 1, 1)},
        )
    ),
    st.sets(st.dates(date(2031, 1, 1), date(2031, 12, 20)), max_size=40),
    st.sets(st.dates(date(2031, 1, 1), date(2031, 12, 20)), max_size=40),
)


@given(schedules, st.dates(date(2031, 1, 1), date(2031, 6, 30)))
def test_moving_to_a_working_day_never_skips_one(calendar: HolidayCalendar, day: date) -> None:
    moved = calendar.working_day_from(day)
    assert calendar.is_working_day(moved)
    between = ((day + timedelta(days=n)) for n in range((moved - day).days))
    assert not any(calendar.is_working_day(earlier) for earlier in between)
    assert calendar.working_day_from(moved) == moved


def test_days_are_written_for_people() -> None:
    assert day_zh(date(2025, 3, 14)) == "3 月 14 日（星期五）"
    assert day_zh(date(2025, 3, 16), with_year=True) == "2025 年 3 月 16 日（星期日）"
    assert day_en(date(2025, 3, 14)) == "Friday, 14 March"
    assert day_en(date(2025, 12, 1), with_year=True) == "Monday, 1 December 2025"
