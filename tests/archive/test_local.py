import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest

from server.archive.disk import Disk
from server.archive.local import LocalArchive
from server.archive.package import package, package_size
from server.archive.reader import load_folder
from server.archive.writer import RecordWriter
from server.documents.pool import ProcessWorkPool
from server.domain.errors import InvalidValueError, NotFoundError
from server.domain.ids import RecordId
from server.domain.record import MANIFEST, RecordExistsError, RecordParts, read_manifest
from tests.archive.example import CASE, RECORD, TOOLS, Files, Office


async def test_a_written_record_is_found_read_packed_and_verified(
    archive: LocalArchive, parts: RecordParts, office: Office, files: Files
) -> None:
    assert await archive.find(RECORD) is None
    await archive.reserve(CASE, 500_000)
    stored = await archive.write(parts, office.sign)
    assert not list((archive.folder / "spool").iterdir())
    assert await archive.find(RECORD) == stored
    assert await archive.read(RECORD, "agreement.pdf") == parts.pdf
    assert await archive.read(RECORD, MANIFEST) == files[MANIFEST]
    assert (await archive.manifest(RECORD)) == read_manifest(files[MANIFEST])
    packed = await archive.package(RECORD)
    assert packed == package(RECORD, files)
    assert len(packed) == stored.package_size == package_size(RECORD, files)
    report = await archive.verify(RECORD, [parts.issuer_certificate])
    assert report.verified
    assert not report.unknown
    assert report.manifest_sha256 == stored.manifest_sha256


async def test_sealing_again_after_a_crash_is_the_same_record(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    stored = await archive.write(parts, office.sign)
    assert await archive.write(parts, office.sign) == stored
    with pytest.raises(RecordExistsError):
        await archive.write(replace(parts, number="湖禾人调字〔2025〕第018号"), office.sign)


async def test_a_record_keeps_the_explanations_it_was_written_with(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    older = {"FORMAT.md": b"an older explanation", "verify.sh": b"true"}
    stored = await replace(archive, explained=older).write(parts, office.sign)
    assert await archive.write(parts, office.sign) == stored
    assert await archive.read(RECORD, "FORMAT.md") == b"an older explanation"


async def test_nobody_reads_what_is_no_part_of_a_record(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    await archive.write(parts, office.sign)
    for name in ("../../heyi.db", "/etc/passwd", "signatures", "nothing.json"):
        with pytest.raises(NotFoundError):
            await archive.read(RECORD, name)
    for missing in ("record-18", "record"):
        with pytest.raises(NotFoundError):
            await archive.read(RecordId(missing), MANIFEST)
    with pytest.raises(InvalidValueError):
        await archive.read(RecordId("*"), MANIFEST)


async def test_start_up_sweeps_half_written_folders_and_no_others(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    await archive.write(parts, office.sign)
    half = archive.folder / "records/2025/.record-18.part/b"
    half.mkdir(parents=True)
    assert archive.sweep() == 1
    assert archive.sweep() == 0
    assert (await archive.verify(RECORD, [])).verified


def test_start_up_sweeps_nothing_that_is_being_written(archive: LocalArchive, files: Files) -> None:
    swept = list[int]()
    sweeping = Thread(target=lambda: swept.append(archive.sweep()))

    class Starting(Disk):
        def write(self, path: Path, content: bytes) -> None:
            super().write(path, content)
            if not sweeping.ident:
                sweeping.start()
                sweeping.join(1.0)  # it either comes through by then, or has to wait for us

    folder = RecordWriter(archive.folder / "records", Starting()).write(RECORD, 2025, files)
    sweeping.join()
    assert swept == [0]
    assert load_folder(folder) == files


async def test_a_damaged_record_is_told_with_the_file(
    archive: LocalArchive, parts: RecordParts, office: Office
) -> None:
    await archive.write(parts, office.sign)
    damaged = archive.folder / "records/2025/record-17/consents.json"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes().replace(b"given", b"taken"))
    report = await archive.verify(RECORD, [])
    assert [(fact.code, fact.parts) for fact in report.failed] == [
        ("intact", ("consents.json",)),
        ("log_tells", ("consents.json",)),
    ]


def test_a_package_opens_everywhere_with_one_folder(files: Files) -> None:
    with ZipFile(BytesIO(package("record-17", files))) as opened:
        assert opened.testzip() is None
        assert {Path(name).parts[0] for name in opened.namelist()} == {
            "mimetype",
            "META-INF",
            "record-17",
        }
        assert opened.namelist()[0] == "mimetype"
        assert opened.namelist()[1:] == sorted(opened.namelist()[1:])


def test_the_record_names_nobodys_full_identity_number_outside_the_agreement(files: Files) -> None:
    outside = {n: c for n, c in files.items() if n not in {"agreement.pdf", "agreement.json"}}
    assert not [n for n, c in outside.items() if b"512099197904123018" in c]


async def test_the_log_in_the_record_is_the_sessions(archive: LocalArchive, files: Files) -> None:
    lines = [json.loads(line) for line in files["log.jsonl"].splitlines()]
    assert [line["body"]["seq"] for line in lines] == list(range(1, 11))
    assert lines[-1]["hash"] == read_manifest(files[MANIFEST]).log_head
    assert isinstance(archive.work, ProcessWorkPool)
    assert archive.tools is TOOLS
