"""The holiday calendar over HTTP."""

import pytest

from tests.support.site import Town
from tests.support.world import PACK

YEARS = {"too long to count": "1" * 5000, "none": "0000", "three digits": "202", "words": "next"}


@pytest.mark.parametrize("year", YEARS.values(), ids=YEARS.keys())
async def test_a_year_has_four_digits(site: Town, year: str) -> None:
    known = PACK.calendar.years[2025]
    body = {"holidays": sorted(day.isoformat() for day in known.holidays), "working_days": []}
    desk = await site.signed_in("he")
    status, refusal = await desk.ask("PUT", f"/api/admin/calendar/{year}", body)
    assert (status, refusal["code"]) == (404, "not_found")
