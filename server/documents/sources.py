"""Chooses where certificates and time stamps come from; empty words choose this server's own."""

import re
from pathlib import Path

from server.documents.chain import Sources
from server.documents.command_issuer import CommandIssuer
from server.documents.issuer import LocalIssuer
from server.documents.keys import KeyProvider
from server.documents.remote_timestamps import RemoteTimestamps
from server.documents.timestamps import LocalTimestamps
from server.domain.errors import InvalidValueError
from server.ports.documents import SignerRoot, StampRoot

_CERTIFICATE = re.compile(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def outside_roots(stamps: Path | None, signers: Path | None) -> tuple[StampRoot | SignerRoot, ...]:
    """Return the roots in two files of PEM: of who stamps, and of who issues to signers.

    Raises InvalidValueError when a file cannot be read or holds none.
    """
    stamping = (StampRoot(one) for one in _roots_in(stamps, "timestamp_trust"))
    return (*stamping, *(SignerRoot(one) for one in _roots_in(signers, "certificate_trust")))


def _roots_in(file: Path | None, setting: str) -> list[bytes]:
    if file is None:
        return []
    try:
        found = _CERTIFICATE.findall(file.read_bytes())
    except OSError as error:
        raise InvalidValueError(field=setting, reason="unreadable") from error
    if not found:
        raise InvalidValueError(field=setting, reason="not_pem")
    return [one + b"\n" for one in found]


def sources_of(
    keys: KeyProvider,
    command: str = "",
    timestamp_url: str = "",
    trust: Path | None = None,
    signers: Path | None = None,
) -> Sources:
    """Return the issuer's command, or the local issuer; the authority's address, or the local.

    `trust` and `signers` are the roots of who stamps and of who issues from outside, if named.
    """
    named = tuple(_roots_in(signers, "certificate_trust")) if command else ()
    issuer = CommandIssuer(command, named) if command else LocalIssuer(keys)
    if not timestamp_url:
        return Sources(issuer, LocalTimestamps(keys))
    roots = tuple(_roots_in(trust, "timestamp_trust"))
    return Sources(issuer, RemoteTimestamps(timestamp_url, roots))
