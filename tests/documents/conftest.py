"""Fonts, keys and one sealed agreement for every test of documents."""

from pathlib import Path

import pytest

from server.documents.fonts import FontFolders, font_folders
from server.documents.keys import KeyStore
from server.documents.sealing import apply_seal
from server.documents.typesetting import typeset
from server.ports.documents import LockedPdf, SealedPdf, SealOrder
from tests.documents.example import example
from tests.documents.sealing import order

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def fonts() -> FontFolders:
    return font_folders(ROOT / "web/node_modules")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore(tmp_path_factory.mktemp("keys") / "keys", b"a master secret of 32 bytes or so")


@pytest.fixture(scope="session")
def locked(fonts: FontFolders) -> LockedPdf:
    return typeset(example(), fonts)


@pytest.fixture(scope="session")
def seal_order(locked: LockedPdf) -> SealOrder:
    return order(example(), locked)


@pytest.fixture(scope="session")
def sealed(seal_order: SealOrder, keys: KeyStore, fonts: FontFolders) -> SealedPdf:
    return apply_seal(seal_order, keys, fonts)
