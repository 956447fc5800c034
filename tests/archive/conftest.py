"""One sealed record for every test of the archive."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.archive.guide import guide
from server.archive.local import LocalArchive
from server.archive.making import sign_files
from server.documents.fonts import font_folders
from server.documents.key_files import FileKeys
from server.documents.pool import ProcessWorkPool
from server.domain.record import RecordParts, record_files
from tests.archive.example import TOOLS, Files, Office, record_parts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    keys = FileKeys(tmp_path_factory.mktemp("office") / "keys", b"the master secret of the office")
    return Office(keys, font_folders(ROOT / "web/node_modules"))


@pytest.fixture(scope="session")
def parts(office: Office) -> RecordParts:
    return record_parts(office)


@pytest.fixture(scope="session")
def files(parts: RecordParts, office: Office) -> Files:
    made = record_files(parts, guide())
    return Files(asyncio.run(sign_files(parts, made, office.sign)))


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessWorkPool]:
    with ProcessWorkPool(1) as pool:
        yield pool


@pytest.fixture
def archive(tmp_path: Path, pool: ProcessWorkPool) -> LocalArchive:
    return LocalArchive(tmp_path / "data", pool, TOOLS)
