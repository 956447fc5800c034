"""A backup that could not be restored is not made: its words say what is missing."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from server.archive.backup_words import SAID
from server.store.keys import next_of
from server.store.schema import migrate
from server.store.store import open_store
from server.system import SystemIds
from server.upkeep import SAID as KEYS_SAID
from tests.backup.conftest import backups_of
from tests.support.server import Said, heyi
from tests.support.signing import Sitting
from tests.support.world import KEK


def without_kek(folder: Path) -> None:
    (folder / "keys" / "kek").unlink()


def with_another_kek(folder: Path) -> None:
    (folder / "keys" / "kek").write_bytes(os.urandom(32))


def without_record(folder: Path) -> None:
    [record] = folder.glob("records/*/*")
    shutil.rmtree(record)


def with_an_empty_record(folder: Path) -> None:
    [record] = folder.glob("records/*/*")
    shutil.rmtree(record)
    record.mkdir()


def expect_refused(said: Said, words: tuple[str, str], out: Path) -> None:
    """Fail unless it ended with these words and left nothing."""
    assert said.status == 1
    for line, expected in zip(said.err.splitlines(), words, strict=True):
        assert line.startswith(expected.partition("{")[0])
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_kek, KEYS_SAID["key_missing"]),
        (with_another_kek, KEYS_SAID["wrong_key"]),
        (without_record, SAID["no_record"]),
        (with_an_empty_record, SAID["no_record"]),
    ],
)
async def test_what_the_database_needs_is_asked_for_first(
    made: Sitting,
    folder: Path,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    words: tuple[str, str],
) -> None:
    assert made.case.id
    spoil(folder)
    out = tmp_path / "out"
    out.mkdir()
    expect_refused(await heyi(folder, "backup", str(out / "file")), words, out)


async def test_a_database_whose_data_disk_is_not_mounted_is_not_backed_up(
    postgres_url: str, tmp_path: Path
) -> None:
    await migrate(postgres_url)
    store = await open_store(postgres_url, KEK, SystemIds())
    await store.close()
    data, out = tmp_path / "data", tmp_path / "out"
    for one in (data, out):
        one.mkdir()
    said = await heyi(data, "backup", str(out / "file"), HEYI_DATABASE_URL=postgres_url)
    expect_refused(said, KEYS_SAID["key_missing"], out)


async def test_records_in_a_bucket_are_not_looked_for_here(
    made: Sitting, folder: Path, tmp_path: Path
) -> None:
    assert made.case.id
    without_record(folder)
    bucket = {f"HEYI_S3_{name}": "x" for name in ("ENDPOINT", "BUCKET", "KEY", "SECRET")}
    bucket["HEYI_S3_ENDPOINT"] = "https://s3.example.org"
    said = await heyi(folder, "backup", str(tmp_path / "f"), HEYI_ARCHIVE="s3", **bucket)
    assert (said.status, said.err) == (0, "")


async def test_amid_a_rotation_either_key_will_do(
    made: Sitting, folder: Path, tmp_path: Path
) -> None:
    assert made.case.id
    kek = folder / "keys" / "kek"
    shutil.copy(kek, next_of(kek))
    with_another_kek(folder)
    assert (await heyi(folder, "backup", str(tmp_path / "file"))).status == 0
    (tmp_path / "empty").mkdir()
    await backups_of(tmp_path / "empty").restore(tmp_path / "file", None, "")
    assert next_of(tmp_path / "empty" / "keys" / "kek").read_bytes() == KEK
