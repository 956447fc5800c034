"""The folder of a witness after a disk that was full for a moment: nothing is lost for good."""

from pathlib import Path

import pytest

from server.archive.witness import FolderWitness
from server.domain.checkpoint import Checkpoint, read_checkpoint
from server.ports.witness import Answer, Proof
from tests.archive.example import Office, inclusion, session_log


@pytest.fixture(scope="module")
def shown(office: Office) -> tuple[Checkpoint, bytes]:
    """Return a checkpoint and its log's key."""
    made = inclusion(office, session_log())
    return read_checkpoint(made.checkpoint.decode()), made.public_key


async def kept(folder: Path, shown: tuple[Checkpoint, bytes]) -> dict[str, bytes]:
    """Return what the folder holds once the witness was shown the checkpoint, by kind."""
    proof = Proof(3, b'{"first":3}')
    assert await FolderWitness(folder).show(*shown, b"stamp", proof) is Answer.TAKEN
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def file_in(folder: Path, shown: tuple[Checkpoint, bytes], kind: str) -> Path:
    return folder / f"{shown[0].origin.replace('/', '-')}{kind}"


@pytest.mark.parametrize("kind", [".txt", ".stamps", ".proofs", ".pem"])
@pytest.mark.parametrize("size", [0, 7, -2, -1], ids=["nothing", "a part", "-2", "-1"])
async def test_what_a_full_disk_cut_off_is_written_anew(
    kind: str, size: int, shown: tuple[Checkpoint, bytes], tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    expected = await kept(whole, shown)
    part = expected[kind][:size]
    file_in(cut, shown, kind).write_bytes(part)
    found = await kept(cut, shown)
    assert found[kind].startswith(part)  # the store may be one to which can only be appended
    if kind == ".pem":
        assert found == expected
        return
    end = b"\n\n" if kind == ".txt" else b"\n"
    assert found[kind].removeprefix(part + (end if part else b"")) == expected[kind]
    assert await kept(cut, shown) == found


async def test_what_was_whole_stays_as_it_was(
    shown: tuple[Checkpoint, bytes], tmp_path: Path
) -> None:
    first = await kept(tmp_path, shown)
    assert await kept(tmp_path, shown) == first
