"""What an operator does beside the server: copy everything, replace the key, move the keys."""

from contextlib import AbstractContextManager

from server.archive.backups import Backups
from server.config import Settings, environment
from server.documents.key_files import FileKeys
from server.documents.key_home import expect_home, in_token, move_in
from server.documents.key_token import TokenKeys
from server.documents.key_words import say
from server.documents.keys import KeysUnavailableError
from server.domain.errors import DomainError
from server.domain.suites import NoSm2Error
from server.signing_keys import master, signing_keys
from server.store.keys import (
    KeyInUseError,
    UnfinishedRotationError,
    in_use,
    load_or_create,
    next_of,
    settle,
)
from server.store.rotation import rotate
from server.store.snapshots import snapshots
from server.system import SystemIds

SAID = {
    KeyInUseError.code: (
        "服务正在运行，或者另一个命令正在用密钥。请先停下再试。",
        "A server or another command uses the key: stop it first.",
    ),
    UnfinishedRotationError.code: (
        "上次更换主密钥没有完成，请再运行一次 heyi rotate-key。",
        "Replacing the key was not finished: run heyi rotate-key again.",
    ),
    NoSm2Error.code: (
        "本机的 OpenSSL 不支持 SM2，不能按设置签名。请换一个，或者改 HEYI_SIGNATURE_SUITE。",
        "This machine's OpenSSL has no SM2: change it, or HEYI_SIGNATURE_SUITE.",
    ),
}
"""Refusals of the keys in the operator's words, by code."""
NOT_HERE = "签名密钥在令牌里，不在此列 · signing keys in the token are not part of this"


def said(refused: DomainError) -> str:
    """Return a refusal in the operator's words, or as code and facts."""
    if isinstance(refused, KeysUnavailableError):
        return "\n".join(say(refused))
    plain = f"heyi: {refused.code} {refused.facts or ''}".rstrip()
    return "\n".join(SAID.get(refused.code, (plain,)))


def keys_elsewhere(settings: Settings) -> bool:
    """Return whether the signing keys lie in a token, where no file of ours holds them."""
    return in_token(settings.key_folder)


def held_keys(settings: Settings) -> str:
    """Return who holds the signing keys, all of them found. Raises KeysUnavailableError."""
    return expect_home(signing_keys(settings))


def import_keys(settings: Settings) -> int:
    """Move the key files' keys into the token; return how many.

    Raises KeysUnavailableError, and KeyInUseError beside a running server.
    """
    token = signing_keys(settings)
    if not isinstance(token, TokenKeys):
        raise KeysUnavailableError(reason="files_set")
    with in_use(settings.key_folder / "kek", alone=True):
        return move_in(FileKeys(settings.key_folder, master(settings)), token)


def backups(settings: Settings) -> Backups:
    """Return what copies the data folder and its database."""
    return Backups(settings.data, snapshots(settings.database, environment()))


def keys_in_use(settings: Settings) -> AbstractContextManager[None]:
    """Hold the keys, so that nobody replaces them meanwhile. Raises KeyInUseError."""
    return in_use(settings.key_folder / "kek")


async def rotate_key(settings: Settings) -> int:
    """Replace the key that wraps all others; return how many keys were wrapped again.

    Killed at any point it is run again. Raises KeyInUseError beside a running server.
    """
    kek = settings.key_folder / "kek"
    with in_use(kek, alone=True):
        old, new = load_or_create(kek), load_or_create(next_of(kek))
        wrapped = await rotate(settings.database, old, new, SystemIds())
        FileKeys(settings.key_folder, old).rekey(FileKeys(settings.key_folder, new))
        settle(kek)
    return wrapped
