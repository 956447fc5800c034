"""One sealed record for every test of the archive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.archive.guide import guide
from server.archive.local import LocalArchive
from server.documents.fonts import font_folders
from server.documents.keys import KeyStore
from server.documents.pool import ProcessWorkPool
from server.documents.signatures import make_signature
from server.domain.record import (
    MANIFEST,
    MANIFEST_SIGNATURE,
    RecordParts,
    manifest_bytes,
    manifest_of,
    record_files,
)
from server.ports.documents import KeyRef
from tests.archive.example import HEXI, TOOLS, Files, Office, record_parts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    keys = KeyStore(tmp_path_factory.mktemp("office") / "keys", b"the master secret of the office")
    return Office(keys, font_folders(ROOT / "web/node_modules"))


@pytest.fixture(scope="session")
def parts(office: Office) -> RecordParts:
    return record_parts(office)


@pytest.fixture(scope="session")
def files(parts: RecordParts, office: Office) -> Files:
    made = record_files(parts, guide())
    manifest = manifest_bytes(manifest_of(parts, made))
    signed = make_signature(office.keys, KeyRef(committee_id=HEXI), manifest).signature
    return Files({**made, MANIFEST: manifest, MANIFEST_SIGNATURE: signed})


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessWorkPool]:
    with ProcessWorkPool(1) as pool:
        yield pool


@pytest.fixture
def archive(tmp_path: Path, pool: ProcessWorkPool) -> LocalArchive:
    return LocalArchive(tmp_path / "data", pool, TOOLS)
