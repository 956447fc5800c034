"""A case whose file was destroyed is backed up, restored and given a new key as any other."""

from datetime import date
from pathlib import Path

import pytest

from server.domain.destroyed import listed
from server.ports.store import CaseQuery
from server.store.store import open_store
from server.system import SystemIds
from server.usecases import keep_files
from tests.support.server import heyi
from tests.support.signing import Sitting, stepped_up
from tests.support.world import COMMITTEE, Stage, actor
from tests.usecases.agreement.kept_files import keep_ten_years, past


async def found(data: Path, text: str) -> list[str]:
    """Return the numbers of the cases found in a folder, each as a list of destroyed ones tells."""
    kek = (data / "keys" / "kek").read_bytes()
    store = await open_store(f"sqlite:///{data / 'heyi.db'}", kek, SystemIds())
    try:
        async with store.read() as uow:
            query = CaseQuery(committee_id=COMMITTEE, text=text)
            cases, _ = await uow.cases.search(query)
    finally:
        await store.close()
    assert [listed(case) for case in cases] == list(cases)
    return [case.case_no for case in cases]


@pytest.mark.slow
async def test_it_stays_listed_after_a_restore_and_under_a_new_key(
    office: Stage, made: Sitting, folder: Path, tmp_path: Path
) -> None:
    await keep_ten_years(office)
    past(office, date(2036, 1, 1))
    await keep_files.propose(office.world, actor("officer"), made.case.id, "保管期满")
    await keep_files.confirm(office.world, stepped_up("he"), made.case.id)
    await office.world.store.close()
    file, again = tmp_path / "file", tmp_path / "again"
    assert (await heyi(folder, "backup", str(file))).status == 0
    said = await heyi(again, "restore", str(file))
    assert said.status == 0, said
    assert (await heyi(again, "rotate-key")).status == 0
    assert await found(again, "陈水根") == [made.case.case_no]
    assert await found(again, "512099197904123018") == []
