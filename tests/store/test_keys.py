"""The key file is made once, for its owner alone, and refused when it cannot be right."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.store.keys import UnsafeKeyFileError, load_or_create


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "kek"


def test_a_key_is_made_once(path: Path) -> None:
    key = load_or_create(path)
    assert len(key) == 32
    assert load_or_create(path) == key
    assert [file.name for file in path.parent.iterdir()] == ["kek"]


def test_only_the_owner_may_read_it(path: Path) -> None:
    load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_first_starts_agree_on_one_key(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load_or_create, [path] * 8))
    assert len(keys) == 1
    assert keys == {path.read_bytes()}


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_refused(path: Path, size: int) -> None:
    load_or_create(path)
    path.write_bytes(bytes(size))
    with pytest.raises(UnsafeKeyFileError) as refused:
        load_or_create(path)
    assert refused.value.facts["reason"] == "wrong_size"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    load_or_create(path)
    path.chmod(mode)
    with pytest.raises(UnsafeKeyFileError) as refused:
        load_or_create(path)
    assert refused.value.facts["reason"] == "open_to_others"


def test_a_folder_that_others_may_write_to_is_refused(path: Path) -> None:
    load_or_create(path)
    path.parent.chmod(0o770)
    with pytest.raises(UnsafeKeyFileError):
        load_or_create(path)
