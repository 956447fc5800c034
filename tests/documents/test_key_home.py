"""Keys that move from files into a token: all of them, the same ones, or none."""

from pathlib import Path
from typing import get_args

import pytest

from server.documents.key_files import FileKeys
from server.documents.key_home import HeldKeys, expect_home, move_in, provider
from server.documents.key_token import TokenKeys
from server.documents.key_words import say
from server.documents.keys import KeysUnavailableError, NoKeys
from server.documents.suites import P256, P256Key
from tests.support.tokens import PIN, TokenDrawer

NAMES = ("log", "seal-hexi", "staff-su")


@pytest.fixture
def files(tmp_path: Path) -> FileKeys:
    """Return a provider that has signed."""
    found = FileKeys(tmp_path / "keys", b"m" * 32)
    for name in NAMES:
        found.public(name)
    return found


@pytest.fixture
def token(tokens: TokenDrawer, files: FileKeys) -> TokenKeys:
    return tokens.keys(files.folder)


def left(files: FileKeys) -> list[str]:
    """Return the names of the keys that still are files."""
    return sorted(path.stem for path in files.folder.glob("*.key"))


def reason(keys: HeldKeys) -> object:
    """Return why they are not at home."""
    with pytest.raises(KeysUnavailableError) as refused:
        expect_home(keys)
    assert all(say(refused.value))
    return refused.value.facts["reason"]


def unmoved(files: FileKeys, token: TokenKeys) -> object:
    """Return why they do not move."""
    with pytest.raises(KeysUnavailableError) as refused:
        move_in(files, token)
    assert all(say(refused.value))
    return refused.value.facts["reason"]


def test_each_provider_is_refused_where_the_other_has_the_keys(
    files: FileKeys, token: TokenKeys
) -> None:
    assert expect_home(files).startswith("files · ")
    assert reason(token) == "in_files"
    public = {name: files.public(name) for name in NAMES}
    assert move_in(files, token) == len(NAMES)
    assert left(files) == []
    assert {name: token.public(name) for name in NAMES} == public
    assert all(P256.verify(public[name], b"m", token.sign(name, b"m")) for name in NAMES)
    assert expect_home(token).endswith(f" · {len(NAMES)}")
    assert reason(files) == "in_token"


def test_a_move_that_was_killed_goes_on(files: FileKeys, token: TokenKeys) -> None:
    public = {name: files.public(name) for name in NAMES}
    before = {name: (files.folder / f"{name}.key").read_bytes() for name in NAMES}
    first = files.opened((files.folder / "log.key").read_bytes(), "log")
    assert isinstance(first, P256Key)
    token.take("log", first)
    assert reason(token) == "in_files"
    assert move_in(files, token) == len(NAMES)
    for name in NAMES[1:]:  # killed among the removals
        (files.folder / f"{name}.key").write_bytes(before[name])
    assert move_in(files, token) == len(NAMES) - 1
    assert left(files) == []
    assert {name: token.public(name) for name in NAMES} == public


def test_nothing_is_removed_where_one_key_is_another(files: FileKeys, token: TokenKeys) -> None:
    token.take("staff-su", P256Key.made())
    assert unmoved(files, token) == "other_key"
    assert left(files) == sorted(NAMES)


def test_nothing_is_removed_while_the_token_is_away(
    files: FileKeys, token: TokenKeys, tokens: TokenDrawer
) -> None:
    tokens.pull()
    try:
        assert unmoved(files, token) in {"no_answer", "no_token"}
    finally:
        tokens.put_back()
    assert left(files) == sorted(NAMES)
    assert move_in(files, token) == len(NAMES)


def test_keys_of_another_suite_stay_in_files(files: FileKeys, token: TokenKeys) -> None:
    files.public("sm2-seal-hexi")
    assert unmoved(files, token) == "no_sm2"
    assert len(left(files)) == len(NAMES) + 1
    assert not list(files.folder.glob("*.pub"))


def test_settings_choose_the_provider(tmp_path: Path) -> None:
    assert isinstance(provider(tmp_path, b"m", {}), FileKeys)
    named = {"module": "/m.so", "label": "t", "pin": PIN}
    chosen = provider(tmp_path, b"m", named)
    assert isinstance(chosen, TokenKeys)
    assert PIN not in repr(chosen)
    assert reason(chosen) == "no_module"


def test_every_reason_has_its_words_in_both_languages() -> None:
    facts = dict.fromkeys(("module", "token", "noted", "said", "folder"), "x")
    for reason in get_args(NoKeys):
        chinese, english = say(KeysUnavailableError(reason=reason, **facts))
        assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
        assert english.isascii()
