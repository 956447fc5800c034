"""Files in keeping over HTTP: proposed, lapsed, proposed anew, destroyed, and what is left."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.custody import PROPOSED_FOR
from server.domain.ids import CaseId
from server.domain.retention import Keeping
from server.usecases import end_case
from server.usecases.identify import hash_token
from tests.support import cases
from tests.support.site import Browser, Town
from tests.support.world import COMMITTEE, Stage, actor

YEAR_S = 366 * 86_400.0


@pytest.fixture
async def file(scene: Stage) -> CaseId:
    """Return a case that ended two years ago, of a kind that is kept for one."""
    world = scene.world
    case = await cases.registered(world)
    await end_case.end(world, actor("su"), case.id, "too_far_apart", "")
    rule = Keeping(dispute_type="10", years=1, basis="会议决定")
    async with world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, keeping=(rule,)))
    scene.clock.jump(2 * YEAR_S)
    return case.id


async def signed_in(site: Town, login: str) -> Browser:
    """Return the browser of somebody who has just given his second factor."""
    browser = await site.signed_in(login)
    token = browser.cookie("__Host-heyi-staff")
    assert token is not None
    async with site.world.store.write() as uow:
        session = await uow.staff.session(hash_token(token))
        assert session is not None
        fresh = replace(session, step_up_at=site.world.clock.now())
        await uow.staff.save_session(fresh)
    return browser


async def proposes(site: Town, file: CaseId) -> None:
    officer = await signed_in(site, "officer")
    path = f"/api/keeping/{file}/destruction"
    status, answer = await officer.ask("POST", path, {"reason": "保管期满"})
    assert status == 200, answer


async def confirms(site: Town, file: CaseId) -> tuple[int, Any]:
    he = await signed_in(site, "he")
    return await he.ask("POST", f"/api/keeping/{file}/destruction/confirm")


async def shown(site: Town) -> Any:
    """Return the proposal as the list shows it to the head."""
    he = await signed_in(site, "he")
    _, found = await he.ask("GET", "/api/keeping")
    [one] = found["files"]
    return one["proposal"]


async def test_a_lapsed_proposal_is_refused_shown_as_such_and_made_anew(
    scene: Stage, site: Town, file: CaseId
) -> None:
    await proposes(site, file)
    made = await shown(site)
    assert (made["by"], made["mine"], made["lapsed"]) == ("吴司法", False, False)
    scene.clock.jump(PROPOSED_FOR.total_seconds())
    assert await confirms(site, file) == (409, {"code": "proposal_lapsed", "facts": {}})
    assert await shown(site) == {**made, "lapsed": True}
    await proposes(site, file)
    status, _ = await confirms(site, file)
    assert status == 200


async def test_of_a_destroyed_file_the_case_gives_names_and_no_numbers(
    site: Town, file: CaseId
) -> None:
    he = await signed_in(site, "he")
    path = f"/api/cases/{file}"
    _, before = await he.ask("GET", path)
    assert (before["destroyed_on"], before["summary"] != "") == (None, True)
    await proposes(site, file)
    await confirms(site, file)
    _, case = await he.ask("GET", path)
    assert case["destroyed_on"] == "2027-03-12"
    assert (case["summary"], case["claims"], case["amount_claimed"]) == ("", [], None)
    people = [one for party in case["parties"] for one in party["people"]]
    assert [party["name"] for party in case["parties"]] == ["陈水根", "鹭岛恒筑建设劳务有限公司"]
    assert {(one["id_no_masked"], one["mobile_masked"], one["birth"]) for one in people} == {
        ("", "", None)
    }
    ask = {"field": "id_no", "reason": "核对身份"}
    assert await he.ask("POST", f"{path}/people/{people[0]['id']}/reveal", ask) == (
        410,
        {"code": "shredded", "facts": {}},
    )
    _, listed = await he.ask("GET", "/api/cases?text=陈水根")
    assert [row["id"] for row in listed["cases"]] == [file]
