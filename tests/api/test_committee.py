"""The committee's particulars over HTTP."""

import pytest

from tests.support.site import Town

BODY = {"name": "禾溪街道人民调解委员会", "short_name": "禾溪", "number_prefix": "湖禾"}


@pytest.mark.parametrize(("days", "status"), [(0, 200), (7, 200), (30, 200), (31, 422), (-1, 422)])
async def test_the_committee_sets_when_payers_are_reminded(
    site: Town, days: int, status: int
) -> None:
    desk = await site.signed_in("admin")
    _, before = await desk.ask("GET", "/api/admin/committee")
    assert before["remind_days"] == 3
    body = {**BODY, "version": before["version"], "remind_days": days}
    answered, _ = await desk.ask("PUT", "/api/admin/committee", body)
    assert answered == status
    _, after = await desk.ask("GET", "/api/admin/committee")
    assert after["remind_days"] == (days if status == 200 else 3)
