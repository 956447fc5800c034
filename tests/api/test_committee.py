"""The committee's particulars over HTTP."""

from dataclasses import replace

import pytest

from server.documents.work import TypstRenderer
from server.usecases.world import World
from tests.support.papers import fonts
from tests.support.site import Town
from tests.support.world import InlinePool, Stage

BODY = {"name": "禾溪街道人民调解委员会", "short_name": "禾溪", "number_prefix": "湖禾"}


@pytest.fixture
def world(scene: Stage) -> World:
    """A world with fonts: they are asked for what a seal will print."""
    return replace(scene.world, renderer=TypstRenderer(InlinePool(), fonts()))


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


async def test_the_admin_is_told_which_characters_no_seal_could_print(site: Town) -> None:
    desk = await site.signed_in("admin")
    _, before = await desk.ask("GET", "/api/admin/committee")
    body = {**BODY, "version": before["version"], "address": "禾溪街道\u200b1号"}
    status, refused = await desk.ask("PUT", "/api/admin/committee", body)
    assert status == 422
    assert refused["code"] == "invalid_value"
    assert refused["facts"] == {
        "field": "address",
        "reason": "characters_missing",
        "characters": "\u200b",
        "codes": "U+200B",
    }
