"""What is due is found as the rule says, page by page; nobody's renewal is stored twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from server.domain.ids import CaseId, CommitteeId, RecordId
from server.domain.renewal import ArchiveStamp, Due, RenewalRules, due_by_date, why_due
from server.store.engines import open_engines
from tests.store.conftest import opened

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
DAYS = (0, 100, 365, 366, 800)
RULES = RenewalRules()
FAILED = "intact"
MINE = CommitteeId("mine")


def every_kind() -> list[ArchiveStamp]:
    """Return stamps of every age, with every life left, under either digest."""
    made = [
        ArchiveStamp(
            record_id=RecordId(f"r-{age:03d}-{left:05d}-{digest}-{trouble}-{renewals}"),
            case_id=CaseId("case"),
            committee_id=MINE,
            at=NOW - timedelta(days=age),
            until=None if left == 1 else NOW + timedelta(days=left - 100),
            digest=digest,
            trouble=trouble,
            renewals=renewals,
        )
        for age in DAYS
        for left in (1, 20, 101, 250, 470, 5000)
        for digest in ("sha256", "sha512")
        for trouble, renewals in (("", 0), (FAILED, 0), (Due.UNPROVEN, 0), (Due.UNPROVEN, 1))
    ]
    return sorted(made, key=lambda one: one.record_id)


async def test_the_database_finds_what_the_rule_says(address: str) -> None:
    async with opened(address) as store:
        async with store.write() as uow:
            for stamp in every_kind():
                await uow.stamps.add(stamp)
        found: list[ArchiveStamp] = []
        async with store.read() as uow:
            while page := await uow.stamps.due(
                RULES, NOW, found[-1].record_id if found else None, 7
            ):
                found += page
            told = await uow.stamps.count(RULES, NOW)
            assert await uow.stamps.count(RULES, NOW, CommitteeId("other")) == (0, 0, 0)
    expected = [one for one in every_kind() if why_due(one, RULES, NOW)]
    assert 0 < len(expected) < len(every_kind())
    assert found == expected
    by_date = [one for one in every_kind() if due_by_date(one, RULES, NOW)]
    below = sum(one.trouble == Due.UNPROVEN for one in every_kind())
    failed = sum(one.trouble == FAILED for one in every_kind())
    assert told == (len(by_date), failed, below)
    assert {one.at for one in set(expected) - set(by_date)} == {NOW, NOW - timedelta(days=100)}


async def test_only_one_of_two_stores_a_renewal(address: str) -> None:
    first = every_kind()[0]
    after = replace(first, renewals=1, at=NOW, trouble="")
    async with opened(address) as store, store.write() as uow:
        await uow.stamps.add(replace(first, trouble=FAILED))
        assert [one.record_id for one in await uow.stamps.troubled(MINE, 5)] == [first.record_id]
        assert await uow.stamps.below_lta(MINE, 5) == []
        assert await uow.stamps.latest(MINE) is None
        assert await uow.stamps.save(after, 0)
        assert not await uow.stamps.save(replace(after, trouble="twice"), 0)
        assert await uow.stamps.get(first.record_id) == after
        assert await uow.stamps.latest(MINE) == NOW
        assert await uow.stamps.troubled(MINE, 5) == []
        assert await uow.stamps.save(replace(after, trouble=Due.UNPROVEN), 1)
        assert await uow.stamps.troubled(MINE, 5) == []
        assert len(await uow.stamps.below_lta(MINE, 5)) == 1


@pytest.mark.parametrize(
    "words", ["UPDATE checkpoint_stamps SET size = 2", "DELETE FROM checkpoint_stamps"]
)
async def test_the_stamp_of_a_checkpoint_is_never_changed(address: str, words: str) -> None:
    async with opened(address) as store, store.write() as uow:
        assert await uow.tree.keep_stamp(1, b"token", NOW) == b"token"
        assert await uow.tree.keep_stamp(1, b"other", NOW) == b"token"
    engines = open_engines(address)
    with pytest.raises(Exception, match=r"checkpoint_stamps|never changed|append"):
        async with engines.writer.begin() as connection:
            await connection.execute(text(words))
    await engines.close()
