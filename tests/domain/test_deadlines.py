"""Periods of the law: where they start, how long they are, where their last day falls."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, strategies as st

from server.domain.deadlines import (
    Deadline,
    cautious_confirmation_deadline,
    labour_arbitration_deadline,
    labour_arbitration_open_on,
    local_day,
    performance_deadline,
    recognition_deadlines,
    standing_confirmation_deadline,
    years_after,
)
from server.domain.duties import mediation_end, of_case
from server.domain.jurisdiction.zh_cn.holidays import CALENDAR
from tests.support.builders import a_case


@pytest.mark.parametrize(
    ("effective_on", "deadline"),
    [
        (date(2025, 3, 14), date(2025, 4, 14)),  # the thirtieth day is a Sunday
        (date(2025, 9, 5), date(2025, 10, 9)),  # 5 October, inside National Day's eight days
        (date(2025, 9, 8), date(2025, 10, 9)),  # 8 October, its last day
        (date(2025, 9, 11), date(2025, 10, 11)),  # a Saturday that is worked
        (date(2025, 9, 12), date(2025, 10, 13)),  # the Sunday after it
        (date(2024, 1, 30), date(2024, 2, 29)),  # a leap day counts
        (date(2025, 1, 30), date(2025, 3, 3)),  # 1 March 2025 is a Saturday
        (date(2024, 1, 12), date(2024, 2, 18)),  # Spring Festival ends on a worked Sunday
        (date(2025, 12, 3), date(2026, 1, 4)),  # into the next year, worked Sunday
        (date(2025, 3, 11), date(2025, 4, 10)),  # an ordinary Thursday
    ],
)
def test_court_confirmation_deadline(effective_on: date, deadline: date) -> None:
    assert cautious_confirmation_deadline(effective_on, CALENDAR).due_on == deadline


@given(st.dates(date(2024, 1, 1), date(2026, 11, 25)))
def test_the_deadline_is_the_first_working_day_from_the_thirtieth(effective_on: date) -> None:
    expected = effective_on + timedelta(days=30)
    while not chinese_calendar.is_workday(expected):
        expected += timedelta(days=1)
    assert cautious_confirmation_deadline(effective_on, CALENDAR) == Deadline(
        nominal_on=effective_on + timedelta(days=30), due_on=expected
    )


def test_an_unannounced_year_gives_a_cautious_day() -> None:
    effective_on = date(2030, 12, 5)
    assert cautious_confirmation_deadline(effective_on, CALENDAR) == Deadline(
        nominal_on=date(2031, 1, 4), due_on=date(2031, 1, 4), certain=False
    )


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2025, 3, 14, 15, 59, 59, tzinfo=UTC), date(2025, 3, 14)),
        (datetime(2025, 3, 14, 16, 0, tzinfo=UTC), date(2025, 3, 15)),
        (datetime(2025, 3, 14, 3, 52, 47, tzinfo=UTC), date(2025, 3, 14)),
    ],
)
def test_the_day_is_the_one_where_the_law_is_counted(at: datetime, day: date) -> None:
    assert local_day(at, utc_offset_minutes=480) == day


def test_periods_of_the_worked_case() -> None:
    assert labour_arbitration_open_on(date(2025, 3, 11)) == date(2025, 3, 26)
    assert recognition_deadlines(date(2025, 1, 18)) == (date(2025, 2, 17), date(2026, 1, 18))
    assert labour_arbitration_deadline(date(2025, 3, 11)) == date(2026, 3, 11)


def test_a_mediation_period_that_would_end_on_a_rest_day_ends_on_the_next_working_day() -> None:
    case = replace(a_case(), due_on=date(2025, 4, 12))
    assert mediation_end(case, CALENDAR).due_on == date(2025, 4, 14)
    assert [duty.on for duty in of_case(case, CALENDAR) if duty.code == "mediation"] == [
        date(2025, 4, 14)
    ]


def test_years_without_the_day_end_with_the_month() -> None:
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_payment_due_on_a_rest_day_may_be_made_on_the_next_working_day() -> None:
    assert performance_deadline(date(2025, 10, 1), CALENDAR).due_on == date(2025, 10, 9)
    assert performance_deadline(date(2025, 3, 17), CALENDAR).due_on == date(2025, 3, 17)


def test_a_day_that_was_not_known_at_the_seal_is_told_all_the_same() -> None:
    """Seals of before a year's holidays were entered hold no day; only a court's bar takes it."""
    sealed_on = date(2026, 12, 15)
    found = standing_confirmation_deadline(sealed_on, CALENDAR, confirmable=True)
    assert found == cautious_confirmation_deadline(sealed_on, CALENDAR)
    assert standing_confirmation_deadline(sealed_on, CALENDAR, confirmable=False) is None
