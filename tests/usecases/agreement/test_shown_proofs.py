"""With each checkpoint a witness gets the proof from the one that he took before."""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from server.archive.witness import FolderWitness
from server.archive.witness_cli import main
from server.domain.checkpoint import Checkpoint, read_checkpoint
from server.domain.consistency import earlier_of, read_consistency
from server.domain.ids import CaseId
from server.domain.record import public_key_pem
from server.ports.documents import LOG_KEY
from server.ports.witness import Answer, Proof
from server.usecases.show_checkpoints import keep_showing
from server.usecases.world import World
from tests.support import cases
from tests.support.world import Stage
from tests.usecases.agreement.test_log_tree import TurningClock, logged, signed_for_all


@dataclass
class Recorder:
    """A Witness that may be away, and keeps what it was shown."""

    place: str = "here"
    away: bool = False
    shown: list[tuple[Checkpoint, Proof | None]] = field(default_factory=list)

    async def show(
        self,
        checkpoint: Checkpoint,
        public_key: bytes,
        stamp: bytes | None = None,
        proof: Proof | None = None,
    ) -> Answer:
        del public_key, stamp
        if self.away:
            return Answer.REFUSED
        self.shown.append((checkpoint, proof))
        return Answer.TAKEN


@pytest.fixture
async def case(office: Stage) -> CaseId:
    return (await cases.registered(office.world)).id


async def look(office: Stage, witness: Recorder | FolderWitness) -> None:
    """Let a task that has just begun look once, as after the server was started again."""
    world = replace(office.world, clock=TurningClock(office.clock, []))
    with contextlib.suppress(asyncio.CancelledError):
        await keep_showing(world, "witness", witness)


async def added(world: World, case: CaseId, times: int = 3) -> Checkpoint:
    await logged(world, case, times)
    return await signed_for_all(world)


async def test_the_proof_leads_on_from_what_was_taken_last(office: Stage, case: CaseId) -> None:
    world, witness = office.world, Recorder()
    first = await signed_for_all(world)
    await look(office, witness)
    witness.away = True
    for _ in range(2):  # missed, and the server is started again each time
        await added(world, case)
        await look(office, witness)
    witness.away = False
    newest = await added(world, case)
    await look(office, witness)
    assert [one for one, _ in witness.shown] == [first, newest]
    (_, none), (_, proof) = witness.shown
    assert none is None
    assert proof is not None
    assert proof.first == first.head.size
    assert earlier_of(newest, [first], dict([read_consistency(proof.content)])) == first


async def test_each_witness_is_led_on_from_what_he_took_himself(
    office: Stage, case: CaseId
) -> None:
    old, new = Recorder("here"), Recorder("there")
    first = await signed_for_all(office.world)
    await look(office, old)
    second = await added(office.world, case)
    await look(office, new)
    await look(office, old)
    assert new.shown == [(second, None)]
    assert [proof and proof.first for _, proof in old.shown] == [None, first.head.size]


async def test_a_witness_checks_his_folder_with_our_command(
    office: Stage, case: CaseId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, folder = office.world, FolderWitness(tmp_path)
    sizes = []
    for _ in range(3):
        sizes.append((await added(world, case)).head.size)
        await look(office, folder)
    names = {path.suffix: str(path) for path in tmp_path.iterdir()}
    texts, proofs = names[".txt"], ["--proofs", names[".proofs"]]
    key, check = ["--key", names[".pem"]], world.checker.verify
    assert main([texts, *proofs, *key], check) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == [f"✓ {size}" for size in sizes]
    assert main([texts, *key], check) == 1
    assert capsys.readouterr().out.count("✗") == 2
    Path(names[".pem"]).write_bytes(public_key_pem(b"another key"))
    assert main([texts, *proofs, *key], check) == 1
    assert capsys.readouterr().out.count("✗") == 3
    assert main([names[".proofs"], *key], check) == 2
    assert main([str(tmp_path / "nothing"), *key], check) == 2


async def test_a_checkpoint_of_another_tree_is_told(
    office: Stage, case: CaseId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wrote the log anew signs well, and has no proof."""
    world, folder = office.world, FolderWitness(tmp_path)
    await added(world, case)
    await look(office, folder)
    newest = await added(world, case)
    key = await world.signer.public_key(LOG_KEY)
    (text,) = tmp_path.glob("*.txt")
    with text.open("a") as kept:
        kept.write(f"{newest.text}\n")
    (tmp_path / "log.pem").write_bytes(public_key_pem(key))
    assert read_checkpoint(newest.text).signed_by(key, world.checker.verify)
    assert main([str(text), "--key", str(tmp_path / "log.pem")], world.checker.verify) == 1
    assert f"✗ {newest.head.size}" in capsys.readouterr().out
