"""An agreement from lock to record with the signing keys in a token."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from server.archive.local import LocalArchive
from server.archive.verifier import verify_path
from server.documents.certificates import certificates
from server.documents.key_files import FileKeys
from server.documents.key_home import HeldKeys, expect_home, move_in
from server.documents.key_token import TokenKeys
from server.documents.keys import KeysUnavailableError
from server.domain.agreement import AgreementState
from server.usecases.log_tree import sign_checkpoint
from server.usecases.seal_agreement import resume_sealing
from tests.support import signing
from tests.support.papers import MASTER, TOOLS, ThreadPool, equipped
from tests.support.signing import Sitting, agreement
from tests.support.tokens import TokenDrawer
from tests.support.world import COMMITTEE, Stage

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def keys(tokens: TokenDrawer, tmp_path: Path) -> TokenKeys:
    (tmp_path / "keys").mkdir()
    return tokens.keys(tmp_path / "keys")


@pytest.fixture
def office(scene: Stage, tmp_path: Path, keys: TokenKeys) -> Stage:
    return equipped(scene, tmp_path, keys=keys)


async def package(made: Sitting, folder: Path) -> Path:
    """Return the sealed record as it is taken away."""
    seal = (await agreement(made.world, made.case.id)).seal
    assert seal is not None
    path = folder / "package.zip"
    path.write_bytes(await made.world.archive.package(seal.record_id))
    return path


def offline(script: Path) -> "subprocess.CompletedProcess[str]":
    """Let the package's own script judge it."""
    command = ["/bin/sh", str(script)]
    return subprocess.run(command, cwd=script.parent, capture_output=True, text=True, check=False)


async def expect_verified(path: Path, folder: Path) -> None:
    """Fail unless `heyi verify` and OpenSSL alone find the record good."""
    report = await ThreadPool().run(verify_path, path, TOOLS)
    assert report.verified, report.failed
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    script = next(folder.rglob("verify.sh"))
    done = await ThreadPool().run(offline, script)
    assert done.returncode == 0, done.stdout + done.stderr


def refusal(keys: HeldKeys) -> object:
    """Return why a server does not start with these keys."""
    with pytest.raises(KeysUnavailableError) as refused:
        expect_home(keys)
    return refused.value.facts["reason"]


async def test_a_record_signed_by_a_token_verifies_here_and_with_openssl(
    office: Stage, keys: TokenKeys, tmp_path: Path
) -> None:
    made = await signing.sealed(office)
    assert not list(keys.folder.glob("*.key"))
    names = {path.stem for path in keys.folder.glob("*.pub")}
    assert {"log", f"seal-{COMMITTEE}", f"stamps-{COMMITTEE}", f"events-{COMMITTEE}"} <= names
    await expect_verified(await package(made, tmp_path), tmp_path / "unpacked")


async def test_a_seal_waits_for_its_token_and_goes_on(
    office: Stage, tokens: TokenDrawer, tmp_path: Path
) -> None:
    made = await signing.signed(office)
    tokens.pull()
    try:
        await signing.seal(made)
        await resume_sealing(office.world)
        waiting = await agreement(office.world, made.case.id)
        assert waiting.state is AgreementState.SIGNED
        assert waiting.sealing is not None
        with pytest.raises(KeysUnavailableError):
            await signing.locked(office)
    finally:
        tokens.put_back()
    await resume_sealing(office.world)
    assert (await agreement(office.world, made.case.id)).state is AgreementState.SEALED
    await expect_verified(await package(made, tmp_path), tmp_path / "unpacked")


async def test_keys_that_moved_into_a_token_are_the_same_keys(
    scene: Stage, keys: TokenKeys, tmp_path: Path
) -> None:
    files = FileKeys(keys.folder, MASTER)
    before = equipped(scene, tmp_path)
    made = await signing.signed(before)
    await sign_checkpoint(before.world)
    trusted = certificates(files, COMMITTEE, scene.clock.now())
    assert refusal(keys) == "in_files"
    count = len(list(keys.folder.glob("*.key")))
    assert move_in(files, keys) == count
    assert not list(keys.folder.glob("*.key"))
    assert refusal(files) == "in_token"
    assert expect_home(keys).endswith(f" · {count}")
    after = equipped(scene, tmp_path, keys=keys)
    await signing.seal(made, after.world)
    await sign_checkpoint(after.world)  # no other tree: the log's key is the same
    assert certificates(keys, COMMITTEE, scene.clock.now()) == trusted
    assert isinstance(after.world.archive, LocalArchive)
    await expect_verified(await package(made, tmp_path), tmp_path / "unpacked")
