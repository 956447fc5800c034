"""A log of thousands of entries is shown whole, and no turn of the loop writes much of it."""

from collections.abc import Mapping

import pytest

from server.api.schemas import log as wire
from server.api.views import log as views
from server.domain.ids import CaseId
from server.domain.session_log import Entry, happened
from server.usecases.see_logs import see
from tests.api.test_cases import registered
from tests.support.site import Town
from tests.support.world import actor

MANY = 1234
PER_TURN = 100


async def test_a_long_log_is_written_in_pieces(site: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await site.signed_in("su")
    case = await registered(desk)
    world, case_id = site.world, CaseId(case["id"])
    said = [happened("step", 'a "quoted" 名', n=n) for n in range(MANY)]
    async with world.store.write() as uow:
        before = await uow.log.head(case_id)
        await uow.log.append(case_id, said, world.clock.now())
    found = await see(world, actor("su"), case_id)
    assert before is not None
    assert len(found.entries) == before.seq + MANY
    turns, real = [0], views._entry

    def counted(entry: Entry, names: Mapping[str, str]) -> wire.LogEntryView:
        turns[-1] += 1
        return real(entry, names)

    async def breathe() -> None:
        turns.append(0)

    monkeypatch.setattr(views, "_entry", counted)
    written = await views.log_json(found, breathe)
    assert sum(turns) == len(found.entries)
    assert max(turns) <= PER_TURN
    shown = wire.LogView.model_validate_json(written)
    assert [one.hash for one in shown.entries] == [one.hash for one in found.entries]
    assert shown.entries[-1].facts == {"n": MANY - 1}
    assert (shown.head, shown.covered) == (found.head, found.covered)
    status, told = await desk.ask("GET", f"/api/cases/{case_id}/log")
    assert status == 200
    assert told == shown.model_dump(mode="json")
