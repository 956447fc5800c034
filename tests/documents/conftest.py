"""Fonts, keys and one sealed agreement for every test of documents."""

from pathlib import Path

import pytest

from server.documents.fonts import FontFolders, font_folders
from server.documents.key_files import FileKeys
from server.documents.sealing import apply_seal
from server.documents.signing import Desk
from server.ports.documents import LockedPdf, SealedPdf, SealOrder
from tests.documents.example import example
from tests.documents.sealing import locked_by, seal_order as order, signed_by_all
from tests.support.papers import desk_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def fonts() -> FontFolders:
    return font_folders(ROOT / "web/node_modules")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeys:
    return FileKeys(tmp_path_factory.mktemp("keys") / "keys", b"a master secret of 32 bytes or so")


@pytest.fixture(scope="session")
def desk(keys: FileKeys, fonts: FontFolders) -> Desk:
    return desk_of(keys, fonts)


@pytest.fixture(scope="session")
def locked(desk: Desk) -> LockedPdf:
    return locked_by(desk, example())


@pytest.fixture(scope="session")
def seal_order(locked: LockedPdf, desk: Desk) -> SealOrder:
    return order(example(), signed_by_all(desk, example(), locked))


@pytest.fixture(scope="session")
def sealed(seal_order: SealOrder, desk: Desk) -> SealedPdf:
    return apply_seal(seal_order, desk)
