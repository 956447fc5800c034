"""The picture of a character that no font has, over HTTP."""

from typing import Any

import pytest
from aiohttp import FormData

from tests.api.agreement.people import Desk, desk, draft
from tests.documents.brush import UNKNOWN, photo
from tests.support.site import ORIGIN, Town
from tests.support.world import Stage


async def bring(made: Desk, code: str, content: bytes) -> tuple[int, dict[str, Any]]:
    form = FormData()
    form.add_field("file", content, filename="字.jpg", content_type="image/jpeg")
    path, head = f"{made.path}/characters/{code}", {"Origin": ORIGIN}
    async with made.staff["su"].fetch("PUT", path, data=form, headers=head) as answer:
        return answer.status, await answer.json()


async def test_the_desk_shows_what_a_name_will_be_printed_from(office: Stage, site: Town) -> None:
    made = await desk(office, site)
    odd = draft(made.case) | {"facts": f"甲方原名陈{UNKNOWN}。"}
    view = await made.ask("su", "PUT", made.path, odd)
    waiting = {"character": UNKNOWN, "code": "U+31350", "picture": None}
    assert view["characters"] == [waiting]
    assert "characters_unpictured" in {each["code"] for each in view["missing"]}
    status, view = await bring(made, "31350", photo())
    assert status == 200
    (shown,) = view["characters"]
    assert shown["picture"].startswith("iVBORw0KGgo")  # the first bytes of a PNG, in base64
    assert "characters_unpictured" not in {each["code"] for each in view["missing"]}


@pytest.mark.parametrize("code", ["41", "110000", "ffffffffffffff", "-1", "zz", "d800"])
async def test_a_code_that_is_no_han_character_is_refused(
    office: Stage, site: Town, code: str
) -> None:
    made = await desk(office, site)
    status, told = await bring(made, code, photo())
    assert (status, told["code"]) == (422, "invalid_value")
    assert told["facts"] == {"field": "character", "reason": "not_han"}
