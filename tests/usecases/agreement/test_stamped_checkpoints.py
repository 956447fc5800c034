"""Checkpoints get a time stamp when somebody gives one; nothing waits for it, or asks in vain."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from server.archive.witness import FolderWitness
from server.documents.stamp_facts import read_stamp
from server.domain.checkpoint import Checkpoint
from server.domain.ids import CaseId, CommitteeId
from server.domain.inclusion import CHECKPOINT, CHECKPOINT_STAMP, STAMP_ROOT
from server.domain.renewal import Stamp
from server.domain.session_log import happened
from server.domain.tree import consistent
from server.domain.verification import Fact
from server.ports.documents import ArchiveStamper
from server.ports.store import DiskFullError
from server.store.errors import UnavailableError
from server.system import TaskScope
from server.usecases.log_tree import consistency, latest_checkpoint, place, sign_checkpoint
from server.usecases.show_checkpoints import show
from server.usecases.stamp_checkpoints import (
    AT_ONCE,
    FIRST_AGAIN_S,
    LOOK_S,
    Stamping,
    keep_stamping,
    stamp_missing,
)
from server.usecases.world import World
from tests.support import cases, signing
from tests.support.signing import agreement
from tests.support.world import Stage

pytestmark = pytest.mark.timeout(300)


@dataclass
class Moody:
    """A real authority that may be out, and counts who asks it."""

    real: ArchiveStamper
    out: bool = False
    asked: list[bytes] = field(default_factory=list)

    async def renew(self, committee: CommitteeId, pdf: bytes, at: datetime, digest: str) -> bytes:
        return await self.real.renew(committee, pdf, at, digest)

    async def stamp(
        self, committee: CommitteeId | None, message: bytes, at: datetime, digest: str = "sha256"
    ) -> bytes:
        self.asked.append(message)
        if self.out:
            raise UnavailableError
        return await self.real.stamp(committee, message, at, digest)

    async def root_of(self, token: bytes, message: bytes) -> bytes | None:
        return await self.real.root_of(token, message)

    async def last_stamp(self, pdf: bytes) -> Stamp | None:
        return await self.real.last_stamp(pdf)

    async def lasts(self, pdf: bytes) -> bool:
        return await self.real.lasts(pdf)

    async def may_last(self, pdf: bytes, at: datetime) -> bool:
        return await self.real.may_last(pdf, at)


@pytest.fixture
def moody(office: Stage) -> Moody:
    return Moody(office.world.stamper)


@pytest.fixture
def world(office: Stage, moody: Moody) -> World:
    return replace(office.world, stamper=moody)


@pytest.fixture
async def case(office: Stage) -> CaseId:
    return (await cases.registered(office.world)).id


async def logged(world: World, case: CaseId) -> Checkpoint:
    async with world.store.write() as uow:
        await uow.log.append(case, [happened("step", "staff-su")], world.clock.now())
    await place(world)
    await sign_checkpoint(world)
    return await latest_checkpoint(world)


async def stamp_of(world: World, checkpoint: Checkpoint) -> bytes | None:
    async with world.store.read() as uow:
        return await uow.tree.stamp_of(checkpoint.head.size)


async def test_every_checkpoint_is_stamped_once_the_newest_first(
    world: World, moody: Moody, case: CaseId
) -> None:
    assert await stamp_missing(world)
    assert moody.asked == []
    made = [await logged(world, case) for _ in range(3)]
    for _ in range(3):
        assert await stamp_missing(world)
    assert moody.asked == [made[n].text.encode() for n in (2, 0, 1)]
    for one in made:
        token = await stamp_of(world, one)
        assert token is not None
        assert (await world_judges(token, one.text.encode())).holds
    # The newest dates those before as well: whoever holds one asks for the proof.
    newest, proof = await consistency(world, made[0].head.size)
    assert newest == made[2]
    assert consistent(made[0].head, newest.head, proof)
    assert not consistent(replace(made[0].head, root=bytes(32)), newest.head, proof)


async def test_what_piled_up_is_stamped_in_turns_that_are_bounded(
    world: World, moody: Moody, case: CaseId
) -> None:
    moody.out = True
    made = [await logged(world, case) for _ in range(AT_ONCE + 3)]
    known = Stamping()
    assert not await stamp_missing(world, known)
    assert moody.asked == [made[-1].text.encode()]
    moody.out, moody.asked = False, []
    assert await stamp_missing(world, known)
    assert moody.asked == [one.text.encode() for one in (made[-1], *made[:AT_ONCE])]
    made.append(await logged(world, case))
    assert await stamp_missing(world, known)
    late = [made[-1], *made[AT_ONCE : AT_ONCE + 2]]
    assert moody.asked[AT_ONCE + 1 :] == [one.text.encode() for one in late]
    assert await stamp_missing(world, known)
    assert len(moody.asked) == len(made)
    assert known == Stamping(until=made[-1].head.size)


async def test_a_record_comes_before_what_piled_up(
    office: Stage, world: World, moody: Moody, case: CaseId
) -> None:
    for _ in range(3):
        await logged(world, case)
    _, files = await sealed_facts(office, world)
    assert moody.asked == [files[CHECKPOINT]]
    assert CHECKPOINT_STAMP in files


async def test_every_checkpoint_has_its_stamp_while_somebody_stamps(
    office: Stage, world: World, moody: Moody, case: CaseId
) -> None:
    task = asyncio.create_task(keep_stamping(world))
    made = []
    for _ in range(3):
        made.append(await logged(world, case))
        await office.clock.advance(LOOK_S)
        await until(lambda: len(moody.asked) == len(made) and office.clock.sleepers == 1)
    task.cancel()
    assert [await stamp_of(world, one) is None for one in made] == [False] * 3


async def test_a_token_is_of_the_checkpoints_very_text(
    office: Stage, world: World, case: CaseId
) -> None:
    checkpoint = await logged(world, case)
    await stamp_missing(world)
    token = await stamp_of(world, checkpoint)
    assert token is not None
    found = await world_judges(token, checkpoint.text.encode())
    assert found.holds
    assert found.at == office.clock.now().replace(microsecond=0)
    assert found.authority == "TIME-STAMPS log"
    assert not (await world_judges(token, checkpoint.note)).holds


async def world_judges(token: bytes, message: bytes) -> Stamp:
    found = await asyncio.to_thread(read_stamp, token, message, ())
    assert found is not None
    return found


async def test_an_authority_that_is_out_delays_no_checkpoint_and_is_asked_later(
    office: Stage, world: World, moody: Moody, case: CaseId, tmp_path: Path
) -> None:
    moody.out = True
    folder = FolderWitness(tmp_path)
    checkpoint = await logged(world, case)
    task = asyncio.create_task(keep_stamping(world))
    await until(lambda: len(moody.asked) == 1 and office.clock.sleepers == 1)
    seen = await show(world, "folder", folder, (0, False))
    assert seen == (checkpoint.head.size, False)
    await office.clock.advance(FIRST_AGAIN_S - 1)
    assert len(moody.asked) == 1
    await office.clock.advance(1)
    await until(lambda: len(moody.asked) == 2 and office.clock.sleepers == 1)
    moody.out = False
    await office.clock.advance(2 * FIRST_AGAIN_S)
    await until(lambda: len(moody.asked) == 3 and office.clock.sleepers == 1)
    task.cancel()
    token = await stamp_of(world, checkpoint)
    assert token is not None
    assert await show(world, "folder", folder, seen) == (checkpoint.head.size, True)
    (line,) = next(tmp_path.glob("*.stamps")).read_text().splitlines()
    assert line == f"{checkpoint.head.size} {base64.b64encode(token).decode()}"
    assert next(tmp_path.glob("*.txt")).read_text() == f"{checkpoint.text}\n"


async def test_a_disk_without_room_costs_no_second_token(
    office: Stage, world: World, moody: Moody, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, begun = await logged(world, case), world.clock.now()
    monkeypatch.setattr(world.store, "write", Mock(side_effect=DiskFullError))
    async with TaskScope(office.clock) as tasks:
        tasks.keep(lambda: keep_stamping(world), name="checkpoint stamps")
        for pause in (0, LOOK_S, FIRST_AGAIN_S, 2 * FIRST_AGAIN_S, 4 * FIRST_AGAIN_S):
            await office.clock.advance(pause)
            await until(lambda: len(moody.asked) == 1 and office.clock.sleepers == 1)
        monkeypatch.undo()
        await office.clock.advance(8 * FIRST_AGAIN_S)
        await until(lambda: office.clock.sleepers == 1)
    assert moody.asked == [checkpoint.text.encode()]
    token = await stamp_of(world, checkpoint)
    assert token is not None
    assert (await world_judges(token, checkpoint.text.encode())).at == begun.replace(microsecond=0)


async def test_a_kept_token_is_no_token_of_the_next_checkpoint(
    world: World, moody: Moody, case: CaseId, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, known = await logged(world, case), Stamping()
    with monkeypatch.context() as full:
        full.setattr(world.store, "write", Mock(side_effect=DiskFullError))
        assert not await stamp_missing(world, known)
    second = await logged(world, case)
    assert await stamp_missing(world, known)
    assert moody.asked == [first.text.encode(), second.text.encode()]
    for one in (first, second):
        token = await stamp_of(world, one)
        assert token is not None
        assert (await world_judges(token, one.text.encode())).holds


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not ready():
            await asyncio.sleep(0)


async def test_a_stamp_is_kept_once_and_never_changed(world: World, case: CaseId) -> None:
    checkpoint = await logged(world, case)
    now = world.clock.now()
    async with world.store.write() as uow:
        assert await uow.tree.keep_stamp(checkpoint.head.size, b"first", now) == b"first"
        assert await uow.tree.keep_stamp(checkpoint.head.size, b"second", now) == b"first"


async def sealed_facts(office: Stage, world: World) -> tuple[dict[str, Fact], dict[str, bytes]]:
    made = await signing.sealed(replace(office, world=world))
    seal = (await agreement(world, made.case.id)).seal
    assert seal is not None
    report = await world.archive.verify(seal.record_id, ())
    assert report.verified
    return {one.code: one for one in report.facts}, dict(await world.archive.files(seal.record_id))


async def test_a_record_brings_the_stamp_of_its_checkpoint(office: Stage, world: World) -> None:
    facts, files = await sealed_facts(office, world)
    assert facts["log_stamped"].holds
    assert dict(facts["log_stamped"].facts)["authority"] == "TIME-STAMPS log"
    token, checkpoint = files[CHECKPOINT_STAMP], files[CHECKPOINT]
    assert (await world_judges(token, checkpoint)).holds
    trusted = await asyncio.to_thread(read_stamp, token, checkpoint, (files[STAMP_ROOT],))
    assert trusted is not None
    assert trusted.trusted


async def test_a_record_is_sealed_without_one_and_says_so(
    office: Stage, world: World, moody: Moody
) -> None:
    moody.out = True
    facts, files = await sealed_facts(office, world)
    assert facts["log_included"].holds
    assert facts["log_stamped"].holds is None
    assert not {CHECKPOINT_STAMP, STAMP_ROOT} & files.keys()
