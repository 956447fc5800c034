"""What can be known to fail before the slow part of a start, said in the operator's words.

Whatever is away for a while, such as a database that is started later, is none of it.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from server.config import Settings
from server.domain.errors import InvalidValueError
from server.setting_forms import SettingsError
from server.store.engines import parse


def expect_database(settings: Settings) -> None:
    """Raise SettingsError where the database's address is none; nothing connects."""
    try:
        parse(settings.database)
    except InvalidValueError:
        raise SettingsError(
            "HEYI_DATABASE_URL: not an address of PostgreSQL: set it to "
            "postgresql://login:password@host/name, or leave it empty for SQLite",
            "HEYI_DATABASE_URL：不是 PostgreSQL 的地址。请写成 postgresql://账号:密码@主机/库名，"
            "用 SQLite 就留空。",
        ) from None


def tls(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context of the certificate files, or None. Raises SettingsError."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    _expect_readable("HEYI_TLS_CERT", settings.tls_cert)
    _expect_readable("HEYI_TLS_KEY", settings.tls_key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without a passphrase OpenSSL would ask the terminal for one, and wait.
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except (OSError, ValueError):
        raise SettingsError(
            "HEYI_TLS_CERT and HEYI_TLS_KEY: not a PEM certificate chain and its own key without a "
            "passphrase: name the two files that belong together",
            "HEYI_TLS_CERT 和 HEYI_TLS_KEY：不是 PEM 证书链和它自己的、没有口令的私钥。"
            "请指定配套的两个文件。",
        ) from None
    return context


def _expect_readable(name: str, file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        raise SettingsError(
            f"{name}: cannot read {file} ({error.strerror}): name a file this account may read",
            f"{name}：读不到 {file}（{error.strerror}）。请指定一个本账号可读的文件。",
        ) from None


def expect_web_port(settings: Settings) -> None:
    """Raise SettingsError where nobody can listen for the browsers."""
    _expect_free("HEYI_HOST", "HEYI_PORT", settings.host, settings.port, socket.SOCK_STREAM)


def expect_media_ports(settings: Settings) -> None:
    """Raise SettingsError where some worker of this machine could not listen for the phones."""
    for number in range(settings.media_workers if settings.media_port else 0):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            port = settings.media_port + number
            _expect_free("HEYI_MEDIA_HOST", "HEYI_MEDIA_PORT", settings.media_bind, port, kind)


def _expect_free(where: str, which: str, name: str, port: int, kind: socket.SocketKind) -> None:
    try:
        with ExitStack() as stack:
            for one, address in _opened(name, port, kind):
                _as_servers_do(stack.enter_context(one))
                one.bind(address)
    except OSError as error:
        raise SettingsError(
            f"{where}, {which}: cannot listen on {name} port {port} ({error.strerror}): "
            "stop what uses it, or set another",
            f"{where}、{which}：{name} 的 {port} 端口用不了（{error.strerror}）。"
            "请停下占用它的程序，或改用别的地址、端口。",
        ) from None


# Any: as the standard library types it.
def _opened(name: str, port: int, kind: socket.SocketKind) -> Iterator[tuple[socket.socket, Any]]:
    """Yield a socket for each address; a family this machine lacks is passed over, as servers do.

    Raises OSError where it has none of them.
    """
    lacking, possible = OSError(), False
    found = socket.getaddrinfo(name or None, port, type=kind, flags=socket.AI_PASSIVE)
    for family, _, proto, _, address in found:
        try:
            one = socket.socket(family, kind, proto)
        except OSError as error:
            lacking = error
            continue
        possible = True
        yield one, address
    if not possible:
        raise lacking


def _as_servers_do(one: socket.socket) -> None:
    """Let a port be taken that has connections closing, but nobody who listens."""
    if one.type is socket.SOCK_STREAM:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if one.family is socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
