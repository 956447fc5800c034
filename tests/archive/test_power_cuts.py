"""No power cut leaves half a record, half a key or half a backup, and what was confirmed stays."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.archive.backups import Backups
from server.archive.bundle import new_key
from server.archive.disk import Disk as RealDisk
from server.archive.local import LocalArchive
from server.archive.writer import RecordWriter
from server.documents.key_files import FileKeys
from server.domain.ids import RecordId
from server.store.keys import load_or_create, next_of, settle
from tests.support.power import Tree, power_cuts

RECORD = RecordId("record-17")
FILES = {"a.json": b"{}", "b/c/d.bin": b"\1" * 5000, "b/e.txt": b"e"}
RENEWAL = {"appended.pdf": b"\2" * 5000, "SHA256SUMS": b"sums", "stamp.tst": b"token"}
HOME = f"records/2025/{RECORD}"


def record_in(tree: Tree) -> dict[str, bytes] | None:
    """Return the record's files, None where there is no record of that name."""
    if HOME not in tree:
        return None
    inside = {p.removeprefix(f"{HOME}/"): c for p, c in tree.items() if p.startswith(f"{HOME}/")}
    return {path: content for path, content in inside.items() if content is not None}


def cuts_while(
    write: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Tree]:
    """Write a record; return what either disk may hold at any moment, the confirmed state last."""
    root = tmp_path / "disk"
    root.mkdir()
    with power_cuts(root, monkeypatch) as power:
        write(root / "records")
    kind, mean = zip(*power.cuts, strict=True)
    return [*mean, *kind]


def bad(trees: list[Tree]) -> list[Tree]:
    """Return the states with half a record, and the last one unless it holds the whole."""
    half = [tree for tree in trees if record_in(tree) not in (None, FILES)]
    return half + [tree for tree in trees[-1:] if record_in(tree) != FILES]


def test_a_record_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = cuts_while(finished_folder(RealDisk()), tmp_path, monkeypatch)
    assert len(trees) > 25
    assert bad(trees) == []


def renewal_in(tree: Tree) -> dict[str, bytes] | None:
    """Return the files of a record's first renewal, None where there is none."""
    place = f"{HOME}.renewals/001"
    if place not in tree:
        return None
    inside = {p.removeprefix(f"{place}/"): c for p, c in tree.items() if p.startswith(f"{place}/")}
    return {path: content for path, content in inside.items() if content is not None}


def bad_renewals(disk: RealDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Tree]:
    """Renew a kept record; return the states in which a cut leaves half, or not the record."""
    root = tmp_path / "disk"
    root.mkdir()
    finished_folder(RealDisk())(root / "records")
    nobody: Any = None
    archive = LocalArchive(root, nobody, nobody, disk)
    with power_cuts(root, monkeypatch) as power:
        archive._renew(RECORD, 1, {f"renewals/001/{name}": one for name, one in RENEWAL.items()})
    kind, mean = zip(*power.cuts, strict=True)
    trees = [*mean, *kind]
    wrong = [tree for tree in trees if record_in(tree) != FILES]
    wrong += [tree for tree in trees if renewal_in(tree) not in (None, RENEWAL)]
    return wrong + [tree for tree in trees[-1:] if renewal_in(tree) != RENEWAL]


def test_a_renewal_is_whole_or_not_there_and_its_record_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bad_renewals(RealDisk(), tmp_path, monkeypatch) == []


class NoFileSync(RealDisk):
    def write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)


class NoFolderSync(RealDisk):
    def sync_folder(self, folder: Path) -> None: ...


class NoInnerSync(RealDisk):
    def close_folder(self, folder: Path) -> None: ...


def finished_folder(disk: RealDisk) -> Callable[[Path], object]:
    """Return what writes the record as the archive does."""
    return lambda records: RecordWriter(records, disk).write(RECORD, 2025, FILES)


def named_too_early(records: Path) -> None:
    """Fill the final place instead of renaming a finished folder."""
    writer = RecordWriter(records, RealDisk())
    writer.disk.make_folder(records / "2025")
    writer._fill(records / "2025" / RECORD, FILES)
    writer.disk.sync_folder(records / "2025")


@pytest.mark.parametrize(
    "broken",
    [
        finished_folder(NoFileSync()),
        finished_folder(NoFolderSync()),
        finished_folder(NoInnerSync()),
        named_too_early,
    ],
    ids=["no file sync", "no folder sync", "no inner sync", "named too early"],
)
def test_each_left_out_step_is_caught(
    broken: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bad(cuts_while(broken, tmp_path, monkeypatch))


def test_a_key_that_was_handed_out_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "disk"
    (root / "keys").mkdir(parents=True, mode=0o700)
    with power_cuts(root, monkeypatch) as power:
        key = load_or_create(root / "keys" / "kek")
    held = [tree.get("keys/kek") for both in power.cuts for tree in both]
    assert set(held) == {None, key}
    assert power.cuts[-1][0]["keys/kek"] == key


def test_replacing_a_key_leaves_one_that_opens_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "disk"
    kek = root / "keys" / "kek"
    kek.parent.mkdir(parents=True, mode=0o700)
    old = load_or_create(kek)
    FileKeys(kek.parent, old).public("seal")
    with power_cuts(root, monkeypatch) as power:
        new = load_or_create(next_of(kek))
        FileKeys(kek.parent, old).rekey(FileKeys(kek.parent, new))
        settle(kek)
    for tree in (tree for both in power.cuts for tree in both):
        known = [k for k in (tree.get("keys/kek"), tree.get("keys/kek.next")) if k]
        content = tree["keys/seal.key"]
        assert content
        assert any(FileKeys(kek.parent, one).opens(content, "seal") for one in known)
    assert power.cuts[-1][0]["keys/kek"] == new
    assert "keys/kek.next" not in power.cuts[-1][0]


@pytest.mark.parametrize("broken", [NoFileSync(), NoFolderSync(), NoInnerSync()])
def test_each_step_left_out_of_a_renewal_is_caught(
    broken: RealDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bad_renewals(broken, tmp_path, monkeypatch)


class OneTable:
    """A database of one file."""

    name = "heyi.db"

    async def take(self, file: Path) -> tuple[RecordId, ...]:
        file.write_bytes(b"database")
        return ()

    async def expect_empty(self) -> None: ...

    async def put(self, file: Path) -> None: ...


async def test_a_backup_has_its_name_only_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, root = tmp_path / "office", tmp_path / "disk"
    (office / "keys").mkdir(parents=True)
    (office / "keys" / "kek").write_bytes(os.urandom(32))
    root.mkdir()
    _, recipient = new_key()
    with power_cuts(root, monkeypatch) as power:
        await Backups(office, OneTable()).make(root / "file", (recipient,), "")
    whole = (root / "file").read_bytes()
    assert {tree.get("file") for both in power.cuts for tree in both} == {None, whole}
    assert power.cuts[-1][0]["file"] == whole
