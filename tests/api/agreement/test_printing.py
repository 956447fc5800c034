"""Papers for the case file over HTTP."""

from urllib.parse import quote, unquote

import pytest

from tests.api.agreement.people import Desk, desk
from tests.support import signing
from tests.support.site import Town
from tests.support.world import Stage

ODD = ("x", "0" * 2000, "陈水根", "..%2F..%2Fagreement", "%00", "null", "-1", "' OR 1=1 --")


async def get(made: Desk, login: str, path: str) -> tuple[int, dict[str, str], bytes]:
    where = f"/api/cases/{made.case.id}/{path}"
    async with made.staff[login].fetch("GET", where) as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def sitting(made: Desk) -> str:
    return (await signing.current_session(made.office.world, made.case.id)).id


async def test_all_come_as_files_to_be_saved_and_stay_in_no_cache(
    office: Stage, site: Town
) -> None:
    made = await desk(office, site)
    for path, title in (
        (f"minutes/{await sitting(made)}/pdf", "人民调解记录"),
        ("acceptance/pdf", "人民调解受理登记表"),
        ("file-cover/pdf", "人民调解卷宗"),
    ):
        status, headers, content = await get(made, "su", path)
        assert (status, headers["Content-Type"]) == (200, "application/pdf")
        assert content.startswith(b"%PDF-")
        told = unquote(headers["Content-Disposition"])
        assert told == f"attachment; filename*=UTF-8''{title} {made.case.case_no}.pdf"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("session", ODD, ids=range(len(ODD)))
async def test_what_is_no_sitting_of_the_case_is_not_found(
    office: Stage, site: Town, session: str
) -> None:
    made = await desk(office, site)
    status, _, content = await get(made, "su", f"minutes/{quote(session, safe='%')}/pdf")
    assert status == 404
    assert b"%PDF" not in content
