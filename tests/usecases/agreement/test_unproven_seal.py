"""A seal whose authority gave no list of the revoked is shown, and asked about every night."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.renewal import Due, RenewalRules, StampCounts
from server.ports.documents import ArchiveStamper
from server.usecases.keep_files import review
from server.usecases.renew_records import Result, renew_records
from server.usecases.world import World
from tests.support import signing
from tests.support.signing import agreement
from tests.support.world import COMMITTEE, Stage, actor

pytestmark = pytest.mark.timeout(300)


async def nights(world: World) -> list[tuple[Result, Due, str]]:
    return [(one.result, one.why, one.trouble) async for one in renew_records(world)]


class Short:
    """Stands for an authority that gave no list of the revoked when the seal was made."""

    def __init__(self, real: ArchiveStamper) -> None:
        self.real, self.gives, self.asked = real, False, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    async def lasts(self, _: bytes) -> bool:
        return False

    async def may_last(self, *_: Any) -> bool:
        self.asked += 1
        return self.gives


async def test_a_seal_below_b_lta_is_shown_and_renewed_once_its_authority_gives_what_lacks(
    office: Stage,
) -> None:
    case_id = (await signing.sealed(office)).case.id
    seal = (await agreement(office.world, case_id)).seal
    assert seal is not None
    record = seal.record_id
    short: Any = Short(office.world.stamper)
    world = replace(office.world, stamper=short)
    for night in (1, 2):
        assert await nights(world) == []
        assert short.asked == night
    async with world.store.read() as uow:
        assert (await uow.stamps.get(record)).trouble == Due.UNPROVEN
        counts = await uow.stamps.count(RenewalRules(), world.clock.now(), COMMITTEE)
        assert counts == StampCounts(below_lta=1)
    stamps = (await review(world, actor("officer"), 1)).stamps
    assert (stamps.counts, stamps.numbers, stamps.below_lta) == (counts, [], [seal.number])
    short.gives = True
    assert await nights(world) == [(Result.RENEWED, Due.UNPROVEN, "")]
    async with world.store.read() as uow:
        found = await uow.stamps.get(record)
    assert (found.renewals, found.trouble) == (1, "")
