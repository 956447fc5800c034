"""The file itself: whole and for us, or nothing of it is taken."""

import io
import tarfile
from pathlib import Path
from random import Random

import pyrage
import pytest

from server.archive.bundle import new_key, opened_key, protected, read_bundle, write_bundle
from server.ports.backup import BackupError
from server.ports.store import DiskFullError

SIZES = (0, 1, 65_536, 300_000)


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[str, Path]]:
    there = tmp_path / "there"
    there.mkdir()
    named = []
    for size in SIZES:
        path = there / str(size)
        path.write_bytes(Random(size).randbytes(size))
        path.chmod(0o640)
        named.append((f"deep/{size}/file", path))
    return named


def bundled(files: list[tuple[str, Path]], *recipients: str) -> bytes:
    out = io.BytesIO()
    assert write_bundle(out, files, recipients) == len(files)
    return out.getvalue()


def why(content: bytes, folder: Path, key: str) -> str:
    folder.mkdir(exist_ok=True)
    with pytest.raises(BackupError) as refused:
        read_bundle(io.BytesIO(content), folder, key)
    return str(refused.value.facts["reason"])


def test_what_goes_in_comes_out_for_each_recipient(
    files: list[tuple[str, Path]], tmp_path: Path
) -> None:
    keys = [new_key() for _ in range(2)]
    content = bundled(files, *(recipient for _, recipient in keys))
    for place, (key, _) in enumerate(keys):
        folder = tmp_path / f"here{place}"
        folder.mkdir()
        read_bundle(io.BytesIO(content), folder, key)
        for name, path in files:
            assert (folder / name).read_bytes() == path.read_bytes()
            assert (folder / name).stat().st_mode & 0o777 == 0o640


def test_cut_anywhere_it_is_refused(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    key, recipient = new_key()
    content = bundled(files, recipient)
    for length in (*Random(1).sample(range(200, len(content)), 12), len(content) - 1):
        assert why(content[:length], tmp_path / str(length), key) == "cut_or_damaged"
    assert why(content + b"x", tmp_path / "longer", key) == "cut_or_damaged"


def test_changed_anywhere_it_is_refused(files: list[tuple[str, Path]], tmp_path: Path) -> None:
    key, recipient = new_key()
    content = bundled(files, recipient)
    for at in Random(2).sample(range(300, len(content)), 12):
        changed = bytearray(content)
        changed[at] ^= 1
        assert why(bytes(changed), tmp_path / str(at), key) == "cut_or_damaged"


def test_a_foreign_file_and_a_foreign_key_are_told_apart(
    files: list[tuple[str, Path]], tmp_path: Path
) -> None:
    key, recipient = new_key()
    content = bundled(files, recipient)
    assert why(content, tmp_path / "a", new_key()[0]) == "wrong_key"
    assert why(content, tmp_path / "b", "no key") == "not_a_key"
    for number, other in enumerate((b"", b"PK\3\4" * 100, b"hello")):
        assert why(other, tmp_path / f"c{number}", key) == "not_a_backup"
    sealed = pyrage.encrypt(b"not a tar" * 500, [pyrage.x25519.Recipient.from_str(recipient)])
    assert why(sealed, tmp_path / "d", key) == "not_a_backup"


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside"])
def test_nothing_is_written_outside(name: str, tmp_path: Path) -> None:
    key, recipient = new_key()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as made:
        made.addfile(tarfile.TarInfo(name), io.BytesIO())
    content = pyrage.encrypt(tar.getvalue(), [pyrage.x25519.Recipient.from_str(recipient)])
    assert why(content, tmp_path / "here", key) == "not_a_backup"
    assert not (tmp_path / "outside").exists()


def test_a_link_inside_is_refused(tmp_path: Path) -> None:
    key, recipient = new_key()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as made:
        link = tarfile.TarInfo("keys")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        made.addfile(link)
    content = pyrage.encrypt(tar.getvalue(), [pyrage.x25519.Recipient.from_str(recipient)])
    assert why(content, tmp_path / "here", key) == "not_a_backup"


def test_a_file_that_vanished_is_left_out(tmp_path: Path) -> None:
    _, recipient = new_key()
    out = io.BytesIO()
    assert write_bundle(out, [("gone", tmp_path / "gone")], [recipient]) == 0


def test_only_public_keys_are_recipients() -> None:
    with pytest.raises(BackupError) as refused:
        write_bundle(io.BytesIO(), [], ["age1nobody"])
    assert refused.value.facts["reason"] == "no_recipient"


def test_a_full_disk_is_told_as_such(
    files: list[tuple[str, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, recipient = new_key()
    content = bundled(files, recipient)
    monkeypatch.setattr("server.archive.bundle.os.fsync", _no_room)
    with pytest.raises(DiskFullError):
        read_bundle(io.BytesIO(content), tmp_path / "here", key)

    class FullDisk(io.RawIOBase):
        def write(self, content: object) -> int:
            _no_room()
            return 0

    with pytest.raises(DiskFullError):
        write_bundle(FullDisk(), files, [recipient])  # type: ignore[arg-type]  # it only writes


def _no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.slow
def test_a_passphrase_protects_the_key() -> None:
    key, _ = new_key()
    assert opened_key(protected(key, ""), "") == key
    hidden = protected(key, "湖滨的口令")
    assert key.encode() not in hidden
    assert opened_key(hidden, "湖滨的口令") == key
    with pytest.raises(BackupError) as refused:
        opened_key(hidden, "湖滨")
    assert refused.value.facts["reason"] == "wrong_passphrase"


def test_a_file_without_a_key_is_no_key_file() -> None:
    with pytest.raises(BackupError) as refused:
        opened_key(b"# nothing\n", "")
    assert refused.value.facts["reason"] == "not_a_key"
