"""Reads days, years and page numbers in an address."""

import re
from datetime import date

from server.api.endpoint import Context
from server.domain.errors import InvalidValueError, NotFoundError

_YEARS = range(1900, 3000)
_LAST_PAGE = 100_000


def day(context: Context, name: str) -> date | None:
    """Return the day (YYYY-MM-DD), None where none is asked for. Raises InvalidValueError."""
    text = context.query.get(name, "")
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValueError(field=name, reason="not_a_day") from None
    if found is not None and found.year not in _YEARS:
        raise InvalidValueError(field=name, reason="not_a_day")
    return found


def year_of(context: Context) -> int:
    """Return the year that the path names in four digits; NotFoundError for anything else."""
    text = context.path["year"]
    if re.fullmatch("[0-9]{4}", text) is None or int(text) not in _YEARS:
        raise NotFoundError
    return int(text)


def page_number(context: Context) -> int:
    """Return the page, the first where none is asked for. Raises InvalidValueError."""
    text = context.query.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= _LAST_PAGE:
        raise InvalidValueError(field="page", reason="not_a_page")
    return int(text[:6])
