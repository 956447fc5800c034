"""Public holidays and make-up working days in China, by year as the State Council announced them.

Source: the yearly 国务院办公厅关于部分节假日安排的通知 (for 2026: 4 November 2025). A span covers
the whole time off, weekend days inside it too.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from server.domain.calendar import CalendarYear, calendar_of, calendar_year

FIXED_HOLIDAYS: Final = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Days off in every year (全国年节及纪念日放假办法 art. 2) whose date does not follow the moon."""

_SOURCE: Final = "国务院办公厅关于{year}年部分节假日安排的通知"

_Span = tuple[tuple[int, int], tuple[int, int]]
_Schedule = tuple[tuple[_Span, ...], tuple[tuple[int, int], ...]]

# fmt: off
_SCHEDULES: Final[dict[int, _Schedule]] = {
    2024: (
        (((1, 1), (1, 1)), ((2, 10), (2, 17)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
         ((6, 10), (6, 10)), ((9, 15), (9, 17)), ((10, 1), (10, 7))),
        ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)),
    ),
    2025: (
        (((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
         ((5, 31), (6, 2)), ((10, 1), (10, 8))),
        ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
    ),
    2026: (
        (((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
         ((6, 19), (6, 21)), ((9, 25), (9, 27)), ((10, 1), (10, 7))),
        ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
    ),
}
# fmt: on


def _days(year: int, spans: Iterable[_Span]) -> Iterable[date]:
    for first, last in spans:
        start, end = date(year, *first), date(year, *last)
        yield from (start + timedelta(days=n) for n in range((end - start).days + 1))


def _schedule(year: int) -> CalendarYear:
    spans, make_up = _SCHEDULES[year]
    return calendar_year(
        year,
        holidays=_days(year, spans),
        make_up_days=(date(year, *day) for day in make_up),
        fixed=FIXED_HOLIDAYS,
        source=_SOURCE.format(year=year),
    )


CALENDAR: Final = calendar_of(*(_schedule(year) for year in _SCHEDULES))
