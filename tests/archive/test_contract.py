"""What every archive does, whether on a disk or in a bucket."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from server.archive.guide import guide
from server.archive.local import LocalArchive
from server.archive.package import package
from server.archive.s3 import S3Archive
from server.documents.pool import ProcessWorkPool
from server.domain.errors import InvalidValueError, NotFoundError
from server.domain.ids import RecordId
from server.domain.record import MANIFEST, RecordExistsError, RecordParts, read_manifest
from server.ports.archive import Archive
from tests.archive.example import CASE, RECORD, TOOLS, Files, Office
from tests.archive.renewing import day, with_renewals
from tests.support.s3 import S3Server

Again = Callable[[dict[str, bytes]], Archive]
"""Opens the same archive once more, as a newer program that explains records otherwise."""


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
async def again(request: pytest.FixtureRequest, tmp_path: Path, pool: ProcessWorkPool) -> Again:
    if request.param == "local":
        return lambda words: LocalArchive(tmp_path / "data", pool, TOOLS, explained=words)
    server: S3Server = request.getfixturevalue("s3_server")
    bucket = await server.new_bucket()
    return lambda words: S3Archive(bucket=bucket, work=pool, tools=TOOLS, explained=words)


@pytest.fixture
def kept(again: Again) -> Archive:
    return again(guide())


async def test_a_written_record_is_found_read_packed_and_verified(
    kept: Archive, parts: RecordParts, office: Office, files: Files
) -> None:
    assert await kept.find(RECORD) is None
    await kept.reserve(CASE, 500_000)
    stored = await kept.write(parts, office.sign)
    assert await kept.find(RECORD) == stored
    assert await kept.read(RECORD, "agreement.pdf") == parts.pdf
    assert await kept.read(RECORD, MANIFEST) == files[MANIFEST]
    assert await kept.manifest(RECORD) == read_manifest(files[MANIFEST])
    packed = await kept.package(RECORD)
    assert packed == package(RECORD, files)
    assert len(packed) == stored.package_size
    report = await kept.verify(RECORD, [parts.issuer_certificate])
    assert report.verified
    presented = await kept.judge(packed, [parts.issuer_certificate])
    assert presented.report == report
    assert report.manifest_sha256 == stored.manifest_sha256


async def test_a_key_that_signs_otherwise_each_time_makes_one_record_all_the_same(
    kept: Archive, parts: RecordParts, office: Office
) -> None:
    assert await office.sign_otherwise(b"m") != await office.sign_otherwise(b"m")
    stored = await kept.write(parts, office.sign_otherwise)
    assert await kept.write(parts, office.sign_otherwise) == stored
    assert (await kept.verify(RECORD, [parts.issuer_certificate])).verified


async def test_what_lies_there_signed_by_a_stranger_is_no_record_of_ours(
    kept: Archive, parts: RecordParts, office: Office
) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())

    async def sign(message: bytes) -> bytes:
        return stranger.sign(message, ec.ECDSA(hashes.SHA256()))

    await kept.write(parts, sign)
    with pytest.raises(RecordExistsError):
        await kept.write(parts, office.sign)


async def test_sealing_again_after_a_crash_is_the_same_record(
    kept: Archive, again: Again, parts: RecordParts, office: Office
) -> None:
    stored = await kept.write(parts, office.sign)
    assert await kept.write(parts, office.sign) == stored
    newer = again({"FORMAT.md": b"a newer explanation", "verify.sh": b"true"})
    assert await newer.write(parts, office.sign) == stored
    with pytest.raises(RecordExistsError):
        await kept.write(replace(parts, number="湖禾人调字〔2025〕第018号"), office.sign)
    assert await kept.find(RECORD) == stored


async def test_nobody_reads_what_is_no_part_of_a_record(
    kept: Archive, parts: RecordParts, office: Office
) -> None:
    await kept.write(parts, office.sign)
    for name in ("../../heyi.db", "/etc/passwd", "signatures", "nothing.json"):
        with pytest.raises(NotFoundError):
            await kept.read(RECORD, name)
    for missing in ("record-18", "record"):
        for ask in (kept.manifest, kept.package):
            with pytest.raises(NotFoundError):
                await ask(RecordId(missing))
    with pytest.raises(InvalidValueError):
        await kept.read(RecordId("../*"), MANIFEST)


@pytest.mark.timeout(240)
async def test_a_renewal_is_written_once_beside_the_record(
    kept: Archive, parts: RecordParts, office: Office
) -> None:
    await kept.write(parts, office.sign)
    before = await kept.package(RECORD)
    whole = await asyncio.to_thread(with_renewals, Files(await kept.files(RECORD)), office, (2026,))
    made = {name: one for name, one in whole.items() if name.startswith("renewals/")}
    with pytest.raises(NotFoundError):
        await kept.renew(RecordId("record-18"), 1, made)
    for _ in range(2):
        await kept.renew(RECORD, 1, made)
    with pytest.raises(RecordExistsError):
        await kept.renew(RECORD, 1, {**made, "renewals/001/stamp.tst": b"another"})
    assert await kept.files(RECORD) == whole
    assert await kept.pdf(RECORD) == parts.pdf + made["renewals/001/appended.pdf"]
    assert await kept.read(RECORD, "agreement.pdf") == parts.pdf
    packed, stored = await kept.package(RECORD), await kept.find(RECORD)
    assert packed != before
    assert stored is not None
    assert stored.package_size == len(packed)
    assert (await kept.verify(RECORD, [parts.issuer_certificate], day(2027))).verified
