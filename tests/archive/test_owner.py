"""An archive keeps the records of one database; another one is refused, and writes nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from yarl import URL

from server.app import _claimed
from server.archive.bucket import ArchiveUnavailableError, Bucket, _Answer
from server.archive.local import LocalArchive
from server.archive.owner import mark_of
from server.archive.s3 import OWNER, S3Archive
from server.archive.sigv4 import Signer
from server.documents.pool import ProcessWorkPool
from server.domain.record import RecordParts
from server.ports.archive import Archive, OwnedElsewhereError
from tests.archive.example import RECORD, TOOLS, Office
from tests.archive.test_s3 import QuickClock
from tests.support.s3 import KEY, REGION, SECRET, S3Server

Of = Callable[[str], Archive]
"""Opens the same archive for the database of that name; empty: as one of before."""


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
async def of(request: pytest.FixtureRequest, tmp_path: Path, pool: ProcessWorkPool) -> Of:
    if request.param == "local":
        return lambda owner: LocalArchive(tmp_path / "data", pool, TOOLS, owner=owner)
    server: S3Server = request.getfixturevalue("s3_server")
    bucket = await server.new_bucket()
    return lambda owner: S3Archive(bucket=bucket, work=pool, tools=TOOLS, owner=owner)


async def test_it_is_whose_claimed_it_first(of: Of, parts: RecordParts, office: Office) -> None:
    await of("one").claim()
    with pytest.raises(OwnedElsewhereError) as refused:
        await of("other").claim()
    assert "owner" in str(refused.value.facts["where"])
    await of("one").claim()
    with pytest.raises(OwnedElsewhereError):
        await of("other").write(parts, office.sign)
    assert await of("one").find(RECORD) is None
    await of("one").write(parts, office.sign)
    with pytest.raises(OwnedElsewhereError):
        await of("other").renew(RECORD, 1, {"renewals/001/stamp.tst": b"one"})
    await of("one").renew(RECORD, 1, {"renewals/001/stamp.tst": b"one"})


async def test_one_of_before_is_claimed_with_its_records(
    of: Of, parts: RecordParts, office: Office
) -> None:
    stored = await of("").write(parts, office.sign)
    await of("one").claim()
    assert await of("one").find(RECORD) == stored
    with pytest.raises(OwnedElsewhereError):
        await of("other").claim()


async def test_of_two_that_come_at_once_one_gets_it(of: Of) -> None:
    for _ in range(5):
        came = await asyncio.gather(
            *(of(name).claim() for name in ("one", "other")), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in came) == ["NoneType", "OwnedElsewhereError"]
        await given_up(of("one"))


async def given_up(archive: Archive) -> None:
    """Take the mark away, as the place's owner does."""
    if isinstance(archive, LocalArchive):
        (archive.folder / "records" / ".owner").unlink()
    elif isinstance(archive, S3Archive):
        await archive.bucket._ask("DELETE", OWNER, fine={200, 204})


async def test_a_mark_that_meets_anothers_is_not_put_and_the_others_counts(
    pool: ProcessWorkPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [(404, b""), (409, b""), (200, mark_of("one"))]
    given = [_Answer(status=status, headers={}, content=content) for status, content in answers]
    signer = Signer(region=REGION, key=KEY, secret=SECRET)
    bucket = Bucket(endpoint=URL("http://s3"), name="b", signer=signer, clock=QuickClock())
    monkeypatch.setattr(Bucket, "_once", AsyncMock(side_effect=given))
    with pytest.raises(OwnedElsewhereError):
        await S3Archive(bucket=bucket, work=pool, tools=TOOLS, owner="other").claim()


async def test_who_owns_the_place_gives_it_to_another(of: Of) -> None:
    await of("one").claim()
    await given_up(of("one"))
    await of("other").claim()
    with pytest.raises(OwnedElsewhereError):
        await of("one").claim()


def test_a_mark_that_a_stop_left_half_written_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / ".owner.part").write_bytes(b"ot")
    asyncio.run(LocalArchive(tmp_path, None, TOOLS, owner="one").claim())  # type: ignore[arg-type]
    assert (tmp_path / "records" / ".owner").read_bytes().startswith(b"one\n")
    assert not (tmp_path / "records" / ".owner.part").exists()


async def test_a_start_does_not_wait_for_one_that_is_away(
    s3_server: S3Server,
    pool: ProcessWorkPool,
    caplog: pytest.LogCaptureFixture,
    parts: RecordParts,
    office: Office,
) -> None:
    gone = replace(s3_server.bucket("gone"), endpoint=URL("http://127.0.0.1:9"), clock=QuickClock())
    archive = S3Archive(bucket=gone, work=pool, tools=TOOLS, owner="one")
    await _claimed(archive)
    assert "whose the archive is cannot be seen now: archive_unavailable" in caplog.text
    with pytest.raises(ArchiveUnavailableError):
        await archive.write(parts, office.sign)
