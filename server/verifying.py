"""What judging a record takes, wired; apart from the app, so that `heyi verify` starts at once."""

import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from server.archive import cli, witness_cli
from server.config import load
from server.documents import inspection
from server.documents.certificates import certificate_key, issued_by
from server.documents.signatures import verify_signature
from server.documents.stamp_facts import read_stamp
from server.ports.archive import VerifierTools
from server.setting_forms import SettingsError
from server.system import SystemClock

VERIFIER_TOOLS = VerifierTools(
    inspect=inspection.inspect,
    check_signature=verify_signature,
    certificate_key=certificate_key,
    issued_by=issued_by,
    read_stamp=read_stamp,
)

PRIVATE = 0o700


def check(words: Sequence[str]) -> int:
    """Run `heyi verify` or `heyi witness` with what follows it; return the exit status."""
    name, *rest = words
    if name == "witness":
        return witness_cli.main(rest, VERIFIER_TOOLS.check_signature)
    return cli.main(rest, VERIFIER_TOOLS, SystemClock().now(), own_issuers())


def own_issuers() -> list[bytes]:
    """Return the issuers, as PEM, of this machine's server and of demonstrations played here."""
    folders = [_place()] if _is_private(_place()) else []
    with suppress(SettingsError):  # a record can be checked whatever the settings are
        folders.append(load().key_folder)
    return [one for folder in folders for one in issuers_in(folder)]


def issuers_in(folder: Path) -> list[bytes]:
    """Return the issuers in a folder of keys; none where this user cannot read them."""
    try:
        return [path.read_bytes() for path in sorted(folder.glob("issuer-*.crt"))]
    except OSError:
        return []


def keep_issuer(certificate: bytes) -> None:
    """Keep the issuer of a demonstration as long as its package: both are temporary files.

    Its key has gone with the demonstration's server, or it is that of a server one chose oneself.
    """
    folder = _place()
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    if _is_private(folder):
        name = f"issuer-{sha256(certificate).hexdigest()}.crt"
        (folder / name).write_bytes(certificate)


def _place() -> Path:
    return Path(tempfile.gettempdir()) / f"heyi-issuers-{os.getuid()}"


def _is_private(folder: Path) -> bool:
    """Return whether nobody but this user could have put anything into it."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and stat.S_IMODE(found.st_mode) == PRIVATE
    )
