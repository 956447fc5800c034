"""What `heyi serve` does for ever beside the requests goes on by itself as soon as it is started.

One server serves all of these: over an office that was killed between a seal's number and its
record, with a witness's folder beside it.
"""

import asyncio
import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from server.config import Settings
from server.documents.stamp_facts import read_stamp
from server.documents.work import LocalChain
from server.domain.agreement import AgreementState
from server.domain.checkpoint import checkpoints_in
from server.domain.ids import CaseId
from server.domain.session_log import SYSTEM, happened
from server.rehearsal import story
from server.rehearsal.play import today
from server.usecases import seal_agreement, staff_sign
from server.usecases.log_tree import BATCH, place
from server.verifying import check
from tests.media.waiting import until, until_told
from tests.support.server import Standing, standing
from tests.support.signing import stepped_up
from tests.support.world import Stage, actor
from tests.torture import office
from tests.torture.expect import database, whole
from tests.torture.office import Office, Ready
from tests.usecases.agreement.test_waiting_seal import Stopped, StoppedError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WITHIN_S = 60


@dataclass(frozen=True)
class Stood:
    """The server, the case whose seal waited for it, and where the witness keeps what he gets."""

    server: Standing
    office: Office
    waiting: CaseId
    witness: Path


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    folder = tmp_path_factory.mktemp("standing")
    witness = folder / "witness"
    witness.mkdir()
    at, waiting = asyncio.run(killed(Settings(data=folder / "data")))
    with standing(folder, HEYI_WITNESS_DIR=str(witness)) as server:
        yield Stood(server, at, waiting, witness)


async def killed(settings: Settings) -> tuple[Office, CaseId]:
    """Leave an office as it is found where the server was killed once the number was given."""
    at = await office.found(settings)
    async with office.at_work(settings) as scene:
        ready = await office.make_ready(scene)
        await all_sign(scene, ready)
        chain = scene.world.chain
        assert isinstance(chain, LocalChain)
        world = replace(scene.world, chain=Stopped(chain.work, chain.desk))
        with pytest.raises(StoppedError):
            await seal_agreement.seal(world, stepped_up("he"), ready.case_id, ready.pdf_sha256)
        await place(world)
    return at, ready.case_id


async def all_sign(scene: Stage, ready: Ready) -> None:
    for phone in ready.phones:
        pending = await phone.ask(code=None)
        scan = ready.scans.get(phone.invitation.person_id)
        await phone.submit(phone.signed(pending, seal_scan=scan))
    for login in ("su", "jiang"):
        await staff_sign.sign(scene.world, stepped_up(login), ready.case_id, ready.pdf_sha256)


async def test_a_seal_that_waits_is_finished_though_nobody_presses_anything(stood: Stood) -> None:
    settings = stood.office.settings

    async def sealed() -> bool:
        async with database(settings) as store, store.read() as uow:
            agreement = await uow.agreements.of_case(stood.waiting)
        return agreement is not None and agreement.state is AgreementState.SEALED

    await until_told(sealed, within=WITHIN_S)
    await whole(settings, 1)


async def test_the_whole_log_is_read_and_checked(stood: Stood) -> None:
    said = stood.server.data.parent / "server.log"
    holds = re.compile(r"the log holds: [1-9]\d* entries")
    await until(lambda: holds.search(said.read_text()) is not None, within=WITHIN_S)


async def test_checkpoints_come_to_the_witness_with_time_stamps_and_proofs(
    stood: Stood, capsys: pytest.CaptureFixture[str]
) -> None:
    await until(lambda: bool(stamps(stood.witness)), within=WITHIN_S)
    first = max(stamps(stood.witness))
    case = await registered(stood)
    await log_much(stood.office.settings, case)

    async def shown() -> bool:
        return await last_place(stood.office.settings, case) < max(stamps(stood.witness))

    await until_told(shown, within=WITHIN_S)
    assert first < max(stamps(stood.witness))
    await expect_stamped(stood.witness)
    expect_led(stood.witness, capsys)


async def registered(stood: Stood) -> CaseId:
    """Have a recorder register a case."""
    people = [str(actor(login).staff_id) for login in ("jiang", "su")]
    body = story.case(today(), datetime.now(UTC), *people)
    url, cookie = stood.server.url, f"__Host-heyi-staff={stood.office.consoles['jiang']}"
    async with aiohttp.ClientSession(headers={"Origin": url, "Cookie": cookie}) as http:
        async with http.post(f"{url}/api/cases", json=body) as answer:
            told = await answer.json()
        assert answer.status == 200, told
    return CaseId(told["id"])


async def log_much(settings: Settings, case: CaseId) -> None:
    """Let so much happen in the case that the next checkpoint waits for no minute to pass."""
    async with database(settings) as store, store.write() as uow:
        much = [happened("step", SYSTEM)] * BATCH
        await uow.log.append(case, much, datetime.now(UTC))


async def last_place(settings: Settings, case: CaseId) -> float:
    """Return the place of the case's last entry; one behind all while one waits for its place."""
    async with database(settings) as store, store.read() as uow:
        logged = len(await uow.log.of_case(case))
        places = await uow.tree.positions(case, logged)
    return places[-1] if len(places) == logged else float("inf")


def stamps(witness: Path) -> Mapping[int, bytes]:
    """Return the tokens that the witness was sent, by their checkpoints' sizes."""
    lines = [line.split() for file in witness.glob("*.stamps") for line in whole_lines(file)]
    return {int(size): base64.b64decode(token) for size, token in lines}


def whole_lines(file: Path) -> list[str]:
    """Return the lines that are written to their end."""
    return file.read_text().split("\n")[:-1]


async def expect_stamped(witness: Path) -> None:
    """Fail unless each token is over the very text of the checkpoint that it came with."""
    (file,) = witness.glob("*.txt")
    texts = {one.head.size: one.text.encode() for one in checkpoints_in(file.read_text())}
    for size, token in stamps(witness).items():
        found = await asyncio.to_thread(read_stamp, token, texts[size], ())
        assert found is not None
        assert found.holds


def expect_led(witness: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fail unless our command says of each checkpoint that it only added to one before."""
    kept = {file.suffix: str(file) for file in witness.iterdir()}
    words = ["witness", kept[".txt"], "--proofs", kept[".proofs"], "--key", kept[".pem"]]
    assert check(words) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) >= 2
    assert all("only added to" in line for line in told[1:])
