"""Decides where this server's signing keys are, and that they are nowhere else as well."""

from collections.abc import Mapping
from pathlib import Path

from server.documents.key_files import FileKeys
from server.documents.key_token import TokenKeys
from server.documents.keys import KeysUnavailableError
from server.documents.suites import P256Key
from server.documents.token import Token

HeldKeys = FileKeys | TokenKeys


def provider(folder: Path, master: bytes, token: Mapping[str, str]) -> HeldKeys:
    """Return who signs: the files in `folder`, or the token where one is described.

    `token` holds module, label and pin, or nothing.
    """
    if not token:
        return FileKeys(folder, master)
    described = Token(
        module=Path(token["module"]),
        label=token["label"],
        pin=token["pin"],
        refused=folder / "pin.refused",
        secret=master,
    )
    return TokenKeys(folder, described)


def expect_home(keys: HeldKeys) -> str:
    """Return who holds the keys, in words for an operator, once all of them were found and opened.

    Raises KeyUnreadableError, and KeysUnavailableError, also where the keys lie at the other
    place: new ones made here would be other keys than those of the committee's certificates
    and of its log.
    """
    if isinstance(keys, FileKeys):
        if in_token(keys.folder):
            raise KeysUnavailableError(reason="in_token")
        count = keys.expect_all()
        return f"files · {keys.folder} · {count}"
    if _files(keys.folder):
        raise KeysUnavailableError(reason="in_files", folder=str(keys.folder))
    count = keys.expect_all()
    return f"PKCS#11 · {keys.described()} · {count}"


def in_token(folder: Path) -> bool:
    """Return whether the keys that belong to this folder lie in a token."""
    return any(folder.glob("*.pub"))


def move_in(files: FileKeys, token: TokenKeys) -> int:
    """Put every key file's key into the token, then remove the files; return how many.

    Certificates and what was signed stay good: the keys stay the same. Killed, it goes on
    where it was. No file goes before every key in the token has signed. Raises
    KeysUnavailableError (no_sm2 where a key is of that suite) and KeyUnreadableError.
    """
    found = _files(files.folder)
    opened = {path.stem: files.opened(path.read_bytes(), path.stem) for path in found}
    plain = {name: key for name, key in opened.items() if isinstance(key, P256Key)}
    if plain.keys() != opened.keys():
        raise KeysUnavailableError(reason="no_sm2")
    for name, key in plain.items():
        token.take(name, key)
        if token.public(name) != key.public:
            raise KeysUnavailableError(reason="other_key", token=token.token.label, key=name)
    token.expect_all()
    for path in found:
        path.unlink()
    return len(found)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.key"))
