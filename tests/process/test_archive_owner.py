"""A second Heyi on one bucket or folder of records is refused in words; a restored one is not."""

import shutil
from pathlib import Path

import pytest

from server.upkeep import SAID
from tests.support.s3 import KEY, SECRET, S3Server
from tests.support.server import Said, heyi, serving, stop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def expect_refused(said: Said, where: str) -> None:
    """Fail unless the server ended and said why, in both languages."""
    assert said.status == 1
    assert "Traceback" not in said.err
    for words in SAID["archive_owned"]:
        assert words.format(where=where) in said.err.splitlines()


async def test_one_bucket_serves_one_database_and_what_is_restored_from_it(
    s3_server: S3Server, tmp_path: Path
) -> None:
    bucket = await s3_server.new_bucket()
    place = {"ENDPOINT": s3_server.url, "BUCKET": bucket.name, "KEY": KEY, "SECRET": SECRET}
    env = {"HEYI_ARCHIVE": "s3", **{f"HEYI_S3_{name}": value for name, value in place.items()}}
    file, again = tmp_path / "backup.heyi", tmp_path / "again"
    (tmp_path / "one").mkdir()
    async with serving(tmp_path / "one", "--demo", **env) as server:
        said = await heyi(tmp_path / "two" / "data", "serve", **env)
        expect_refused(said, f"{bucket.name}/records/owner.txt")
        assert (await heyi(server.data, "backup", str(file), **env)).status == 0
        await stop(server)
    assert (await heyi(again / "data", "restore", str(file), **env)).status == 0
    async with serving(again, "--demo", **env):
        pass


async def test_records_in_the_data_folder_are_their_databases(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as server:
        data = server.data
    for one in data.glob("heyi.db*"):
        shutil.move(one, tmp_path)
    said = await heyi(data, "serve", "--demo")
    expect_refused(said, str(data / "records" / ".owner"))
    for one in data.glob("heyi.db*"):
        one.unlink()
    for one in tmp_path.glob("heyi.db*"):
        shutil.move(one, data)
    async with serving(tmp_path, "--demo"):
        pass
