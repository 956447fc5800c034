"""With each checkpoint a witness gets the proof from the one that he took before."""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from server.archive.witness import FolderWitness
from server.archive.witness_cli import main
from server.domain.checkpoint import Checkpoint, read_checkpoint
from server.domain.consistency import earlier_of, read_consistency
from server.domain.ids import CaseId
from server.domain.record import public_key_pem
from server.notify.smtp import MailServer
from server.notify.witness import PROOF_TYPE, HttpWitness, MailWitness
from server.ports.documents import LOG_KEY
from server.ports.witness import Answer, Proof, Witness
from server.usecases.show_checkpoints import keep_showing
from server.usecases.stamp_checkpoints import stamp_missing
from server.usecases.world import World
from tests.notify.test_notify import gateway, mail_server
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


async def look(office: Stage, witness: Witness) -> None:
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


async def named(office: Stage, folder: Path) -> list[str]:
    """Return how the command is told the log's key."""
    path = folder / "key.pem"
    path.write_bytes(public_key_pem(await office.world.signer.public_key(LOG_KEY)))
    return ["--key", str(path)]


async def test_a_witness_checks_mails_as_they_came(
    office: Stage, case: CaseId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = []
    async with mail_server() as (port, mails):
        for _ in range(3):
            server = MailServer(name="127.0.0.1", port=port, tls=False)
            sizes.append((await added(office.world, case)).head.size)
            assert await stamp_missing(office.world)  # or the mail would wait for it
            await look(
                office, MailWitness(server, office.clock, sender="h@x.cn", recipient="o@x.cn")
            )
    saved = [tmp_path / f"{number}.eml" for number in range(3)]
    for path, mail in zip(saved, mails, strict=True):
        path.write_text(mail, encoding="utf-8")
    together = tmp_path / "mailbox"
    together.write_text("".join(f"From h@x.cn\n{mail}\n" for mail in mails), encoding="utf-8")
    key, check = await named(office, tmp_path), office.world.checker.verify
    for given in (saved, [together]):
        assert main([*map(str, given), *key], check) == 0
        told = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in told] == [f"✓ {size}" for size in sizes]
    assert main([str(saved[0]), str(saved[2]), *key], check) == 1


async def test_a_witness_checks_bodies_saved_one_behind_the_other(
    office: Stage, case: CaseId, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, proofs, sizes = tmp_path / "texts", tmp_path / "proofs", []

    async def answer(request: web.Request) -> web.Response:
        path = proofs if request.content_type == PROOF_TYPE else texts
        with path.open("ab") as kept:
            kept.write(await request.read())
        return web.Response(status=204)

    async with gateway(answer) as url:
        for _ in range(3):
            sizes.append((await added(office.world, case)).head.size)
            await look(office, HttpWitness(url=url))
    key, check = await named(office, tmp_path), office.world.checker.verify
    assert main([str(texts), "--proofs", str(proofs), *key], check) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told] == [f"✓ {size}" for size in sizes]


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
