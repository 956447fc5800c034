"""An authority that was revoked stamps nothing: the seal or the renewal waits for a good one."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from server.documents.chain import Sources
from server.documents.issuer import LocalIssuer
from server.documents.key_files import FileKeys
from server.documents.remote_timestamps import RemoteTimestamps
from server.documents.renewal import PooledStamper
from server.documents.signing import Desk
from server.documents.timestamps import WORDS
from server.documents.work import LocalChain
from server.domain.agreement import AgreementState
from server.domain.renewal import numbers_in
from server.upkeep import _line as line
from server.usecases.renew_records import Outcome, Result, renew_records
from server.usecases.seal_agreement import resume_sealing
from server.usecases.world import World
from tests.documents.openssl_authority import OpensslAuthority
from tests.support import signing
from tests.support.papers import MASTER, ThreadPool, desk_of, fonts
from tests.support.signing import agreement
from tests.support.world import Stage

pytestmark = pytest.mark.timeout(300)
YEAR_S = 366 * 86_400.0
AGES = timedelta(days=36_500)
"""So far may its clock, which is of today, be from that of the stage."""


@dataclass(frozen=True, kw_only=True)
class House:
    """Another house's authority, and a desk that asks it for time stamps."""

    authority: OpensslAuthority
    url: str
    desk: Desk

    def begin(self) -> None:
        """Give it another certificate."""
        self.authority.found(self.url)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = OpensslAuthority(folder)
    async with TestServer(authority.site()) as server:
        url = str(server.make_url("/"))
        keys = FileKeys(tmp_path / "keys", MASTER)
        sources = Sources(LocalIssuer(keys), RemoteTimestamps(f"{url}stamps", apart=AGES))
        made = House(
            authority=authority, url=url, desk=replace(desk_of(keys, fonts()), sources=sources)
        )
        made.begin()
        yield made


@pytest.mark.parametrize("stamp", [1, 2], ids=["of the seal", "over the whole"])
async def test_the_seal_waits_and_keeps_its_number(
    stamp: int, office: Stage, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    made = await signing.signed(office)
    world = replace(office.world, chain=LocalChain(ThreadPool(), house.desk))
    house.authority.withdrawn_after = stamp
    await signing.seal(made, world)
    waiting = await agreement(world, made.case.id)
    assert (waiting.state, waiting.seal) == (AgreementState.SIGNED, None)
    assert waiting.sealing is not None
    assert await world.archive.find(waiting.sealing.record_id) is None
    assert WORDS["revoked"] in caplog.text
    await resume_sealing(world)
    assert await agreement(world, made.case.id) == waiting
    house.authority.withdrawn_after = None
    house.begin()
    await resume_sealing(world)
    after = await agreement(world, made.case.id)
    assert after.state is AgreementState.SEALED
    assert after.seal == waiting.sealing
    report = await world.archive.verify(waiting.sealing.record_id, ())
    assert report.verified, report.failed


async def test_a_record_is_not_renewed_and_tried_again_later(
    office: Stage, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    made = await signing.sealed(office)
    seal = (await agreement(office.world, made.case.id)).seal
    assert seal is not None
    office.clock.jump(YEAR_S)
    kept = await office.world.archive.files(seal.record_id)
    house.authority.revoke()
    with caplog.at_level(logging.WARNING):
        world = replace(office.world, stamper=PooledStamper(ThreadPool(), house.desk))
        (outcome,) = await run(world)
    assert (outcome.result, outcome.trouble) == (Result.FAILED, "timestamp_unsound")
    assert WORDS["revoked"] in caplog.text
    assert "the authority's time stamp was refused" in line(outcome)
    assert f"record {seal.record_id} keeps its time stamp" in caplog.text
    assert await office.world.archive.files(seal.record_id) == kept
    async with office.world.store.read() as uow:
        assert (await uow.stamps.get(seal.record_id)).trouble == ""
    (outcome,) = await run(office.world)
    assert outcome.result is Result.RENEWED
    after = await office.world.archive.files(seal.record_id)
    assert numbers_in(after) == [1]
    assert {name: after[name] for name in kept} == kept


async def run(world: World) -> list[Outcome]:
    return [one async for one in renew_records(world)]
