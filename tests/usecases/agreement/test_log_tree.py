"""The log of all cases as it is kept: placed, signed for, shown, proven in records."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from unittest.mock import Mock

import pytest

from server.archive.witness import FolderWitness
from server.domain.checkpoint import Checkpoint, read_checkpoint
from server.domain.errors import InvalidValueError, NotFoundError
from server.domain.ids import CaseId, CommitteeId
from server.domain.inclusion import CHECKPOINT, INCLUSION
from server.domain.log_check import ForkedTreeError, LogCheck
from server.domain.record import pem_body
from server.domain.session_log import Entry, chain, happened
from server.domain.tree import Head, consistent
from server.ports.documents import LOG_KEY, KeyRef, MadeSignature, SealCertificates, Signer
from server.store.errors import UnavailableError
from server.usecases.log_tree import (
    ALONE,
    BATCH,
    BESIDE_ROOMS,
    check_whole_log,
    consistency,
    consistency_hashes,
    keep_tree,
    latest_checkpoint,
    place,
    read_through,
    sign_checkpoint,
)
from server.usecases.show_checkpoints import show
from server.usecases.world import World
from tests.support import cases, signing
from tests.support.clock import START, FakeClock
from tests.support.signing import agreement
from tests.support.world import Stage


async def logged(world: World, case: CaseId, times: int = 1) -> None:
    async with world.store.write() as uow:
        await uow.log.append(case, [happened("step", "staff-su")] * times, world.clock.now())


async def size_of(world: World) -> int:
    try:
        return (await latest_checkpoint(world)).head.size
    except NotFoundError:
        return 0


async def signed_for_all(world: World) -> Checkpoint:
    await place(world)
    await sign_checkpoint(world)
    return await latest_checkpoint(world)


@dataclass(frozen=True)
class TurningClock:
    """Lets these pauses pass one after the other and ends the task after the last."""

    clock: FakeClock
    looks: list[float]

    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        del seconds
        if not self.looks:
            raise asyncio.CancelledError
        self.clock.jump(self.looks.pop(0))


async def keep_for(office: Stage, *looks: float) -> None:
    """Let the task look at once and then after each of these pauses."""
    clock = TurningClock(office.clock, [*looks])
    with pytest.raises(asyncio.CancelledError):
        await keep_tree(replace(office.world, clock=clock))


@pytest.fixture
async def case(office: Stage) -> CaseId:
    return (await cases.registered(office.world)).id


async def test_what_was_logged_is_signed_for_within_a_minute(office: Stage, case: CaseId) -> None:
    world = office.world
    await keep_for(office)
    first = await latest_checkpoint(world)
    key = await world.signer.public_key(LOG_KEY)
    assert first.signed_by(key, world.checker.verify)
    await logged(world, case)
    await keep_for(office, 30, 29)
    assert await latest_checkpoint(world) == first
    await keep_for(office, 1)
    second = await latest_checkpoint(world)
    assert second.head.size == first.head.size + 1
    await keep_for(office, 600)
    assert await latest_checkpoint(world) == second
    latest, proof = await consistency(world, first.head.size)
    assert consistent(first.head, latest.head, proof)


async def test_much_is_signed_for_at_once(office: Stage, case: CaseId) -> None:
    await keep_for(office)
    first = await size_of(office.world)
    await logged(office.world, case, BATCH - 1)
    await keep_for(office)
    assert await size_of(office.world) == first
    await logged(office.world, case)
    await keep_for(office)
    assert await size_of(office.world) == first + BATCH


async def signed_after(world: World, size: int) -> list[Checkpoint]:
    """Return every checkpoint of more than `size` entries, in order."""
    found: list[Checkpoint] = []
    async with world.store.read() as uow:
        while (one := await uow.tree.covering(size + 1)) is not None:
            found.append(one)
            size = one.head.size
    return found


async def test_a_backlog_is_signed_for_at_every_256_entries(office: Stage, case: CaseId) -> None:
    world = office.world
    await keep_for(office)
    first = await latest_checkpoint(world)
    await logged(world, case, 3 * BATCH + 7)
    await keep_for(office)
    made, size = await signed_after(world, first.head.size), first.head.size
    assert [one.head.size - size for one in made] == [BATCH, 2 * BATCH, 3 * BATCH, 3 * BATCH + 7]
    key = await world.signer.public_key(LOG_KEY)
    assert all(one.signed_by(key, world.checker.verify) for one in made)
    for old, new in pairwise([first, *made]):
        async with world.store.read() as uow:
            proof = await consistency_hashes(uow, old.head.size, new.head.size)
        assert consistent(old.head, new.head, proof)
    check = LogCheck([one.head for one in made])
    await read_through(world.store, check, ALONE, asyncio.sleep)
    assert check.finish() == made[-1].head


async def test_the_whole_log_is_read_in_few_transactions(
    office: Stage, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One costs as much as a hundred entries."""
    world = office.world
    await logged(world, case, 2_500)
    await place(world)
    check, opened = LogCheck(), Mock(wraps=world.store.read)
    monkeypatch.setattr(world.store, "read", opened)
    await read_through(world.store, check, ALONE, asyncio.sleep)
    assert check.finish().size > 2_500
    assert opened.call_count == 2  # how long it is, and all of it


async def test_two_who_sign_a_backlog_at_once_sign_each_part_once(
    office: Stage, case: CaseId
) -> None:
    world = office.world
    await keep_for(office)
    before = await size_of(world)
    await logged(world, case, 2 * BATCH)
    await place(world)
    await asyncio.gather(sign_checkpoint(world), sign_checkpoint(world))
    made = await signed_after(world, before)
    assert [one.head.size - before for one in made] == [BATCH, 2 * BATCH]


async def test_a_clock_put_back_holds_nothing_up(office: Stage, case: CaseId) -> None:
    await keep_for(office)
    first = await size_of(office.world)
    await logged(office.world, case)
    await keep_for(office, -3600)
    assert await size_of(office.world) == first + 1


async def test_several_servers_sign_the_same(office: Stage, case: CaseId) -> None:
    await asyncio.gather(*(signed_for_all(office.world) for _ in range(3)))
    size = await size_of(office.world)
    assert (await check_whole(office, [])).size == size > 0


async def check_whole(office: Stage, known: Sequence[Head]) -> Head:
    clock = TurningClock(office.clock, [0.0] * 50)
    return await check_whole_log(replace(office.world, clock=clock), BESIDE_ROOMS, known)


async def test_no_proof_for_a_tree_that_was_never(office: Stage, case: CaseId) -> None:
    with pytest.raises(NotFoundError):
        await consistency(office.world, 1)
    size = (await signed_for_all(office.world)).head.size
    for first in (0, size + 1):
        with pytest.raises(InvalidValueError):
            await consistency(office.world, first)
    assert await consistency(office.world, size) == (await latest_checkpoint(office.world), [])


# ---- who holds the database


def rewrite(file: Path, case: CaseId, *tables: str) -> None:
    """Give the case's log other entries with sound hashes, as who holds the file can."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE '%waits'"
        ).fetchall()
        for (name,) in rows:
            connection.execute(f"DROP TRIGGER {name}")
        count = connection.execute(
            "SELECT count(*) FROM session_log WHERE case_id = ?", (case,)
        ).fetchone()[0]
        last: Entry | None = None
        for seq in range(1, count + 1):
            last = chain(case, last, happened("invented", "staff-9"), START)
            connection.execute(
                "UPDATE session_log SET body = ?, prev = ?, hash = ?, sm3 = ? "
                "WHERE case_id = ? AND seq = ?",
                (last.body, last.prev, last.hash, last.sm3, case, seq),
            )
        for table in tables:
            connection.execute(f"DELETE FROM {table}")
        if "tree_entries" in tables:
            connection.execute(
                "INSERT INTO tree_waiting (case_id, seq) SELECT case_id, seq FROM session_log"
            )
        connection.commit()


async def test_a_rewritten_log_gets_no_further_place_and_is_found(
    office: Stage, case: CaseId, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await signed_for_all(office.world)
    rewrite(tmp_path / "heyi.db", case)
    with pytest.raises(ForkedTreeError):
        await check_whole(office, [])
    size = await size_of(office.world)
    await logged(office.world, case)
    await signed_for_all(office.world)
    assert await size_of(office.world) == size
    assert "is broken" in caplog.text


async def test_nothing_is_signed_that_contradicts_what_was_signed(
    office: Stage, case: CaseId, tmp_path: Path
) -> None:
    """Who also makes the tree anew still has the last checkpoint against him."""
    await signed_for_all(office.world)
    rewrite(tmp_path / "heyi.db", case, "tree_entries")
    await place(office.world)
    await logged(office.world, case)
    await place(office.world)
    with pytest.raises(ForkedTreeError):
        await sign_checkpoint(office.world)


async def test_who_rewrites_everything_is_found_by_a_checkpoint_kept_elsewhere(
    office: Stage, case: CaseId, tmp_path: Path
) -> None:
    """Log, tree and checkpoints are sound again; the office's folder says otherwise."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    await signed_for_all(office.world)
    assert await show(office.world, "folder", FolderWitness(elsewhere), (0, False))
    rewrite(tmp_path / "heyi.db", case, "tree_entries", "checkpoints")
    await logged(office.world, case)
    forged = await signed_for_all(office.world)
    assert await check_whole(office, []) == forged.head
    (exported,) = checkpoints_in(elsewhere)
    with pytest.raises(ForkedTreeError):
        await check_whole(office, [exported.head])
    latest, proof = await consistency(office.world, exported.head.size)
    assert not consistent(exported.head, latest.head, proof)


def checkpoints_in(folder: Path) -> list[Checkpoint]:
    (file,) = folder.glob("heyi-log-*.txt")
    texts = file.read_text("utf-8").removesuffix("\n\n").split("\n\n")
    notes = [
        f"{note}\n\n{signature}\n" for note, signature in zip(texts[::2], texts[1::2], strict=True)
    ]
    return [read_checkpoint(text) for text in notes]


# ---- who keeps checkpoints


async def test_a_folder_gets_each_checkpoint_once(
    office: Stage, case: CaseId, tmp_path: Path
) -> None:
    world, folder = office.world, FolderWitness(tmp_path / "elsewhere")
    nothing = (0, False)
    assert await show(world, "folder", folder, nothing) == nothing
    first = await signed_for_all(world)
    assert await show(world, "folder", folder, nothing) is None
    folder.folder.mkdir()
    seen = [await show(world, "folder", folder, nothing) for _ in range(2)]
    assert seen == [(first.head.size, False)] * 2
    await logged(world, case)
    second = await signed_for_all(world)
    assert await show(world, "folder", folder, (first.head.size, False)) == (
        second.head.size,
        False,
    )
    assert checkpoints_in(folder.folder) == [first, second]
    (key,) = folder.folder.glob("*.pem")
    assert pem_body(key.read_bytes()) == await world.signer.public_key(LOG_KEY)


# ---- records


@dataclass(frozen=True)
class SilentSigner:
    """Signs everything but checkpoints."""

    real: Signer

    async def sign(self, key: KeyRef, message: bytes) -> MadeSignature:
        if key == LOG_KEY:
            raise UnavailableError
        return await self.real.sign(key, message)

    async def public_key(self, key: KeyRef) -> bytes:
        return await self.real.public_key(key)

    @property
    def suite(self) -> str:
        return self.real.suite

    async def issuer(self, committee_id: CommitteeId, at: datetime) -> bytes:
        return await self.real.issuer(committee_id, at)

    async def seal_certificates(
        self, committee_id: CommitteeId, at: datetime, suite: str
    ) -> SealCertificates:
        return await self.real.seal_certificates(committee_id, at, suite)

    async def outside_seals(self, committee_id: CommitteeId) -> tuple[bytes, ...]:
        return await self.real.outside_seals(committee_id)


async def fact_of(world: World, case: CaseId) -> bool | None:
    seal = (await agreement(world, case)).seal
    assert seal is not None
    report = await world.archive.verify(seal.record_id, ())
    assert report.verified
    return next(fact.holds for fact in report.facts if fact.code == "log_included")


async def test_a_record_proves_that_its_log_is_in_a_checkpoint(office: Stage) -> None:
    made = await signing.sealed(office)
    assert await fact_of(office.world, made.case.id)
    seal = (await agreement(office.world, made.case.id)).seal
    assert seal is not None
    text = (await office.world.archive.read(seal.record_id, CHECKPOINT)).decode()
    kept = read_checkpoint(text)
    await logged(office.world, made.case.id)
    latest = await signed_for_all(office.world)
    _, proof = await consistency(office.world, kept.head.size)
    assert consistent(kept.head, latest.head, proof)


async def test_a_seal_waits_for_no_checkpoint(office: Stage) -> None:
    made = await signing.signed(office)
    silent = replace(office.world, signer=SilentSigner(office.world.signer))
    await signing.seal(made, silent)
    assert await fact_of(office.world, made.case.id) is None
    seal = (await agreement(office.world, made.case.id)).seal
    assert seal is not None
    manifest = await office.world.archive.manifest(seal.record_id)
    assert set(INCLUSION).isdisjoint(manifest.files)
