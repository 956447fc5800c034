"""The forms that settings take: addresses, places, secrets. What has another form is refused.

Each raises ValueError with words that say what is right, and name the setting where whoever asks
does not; `SettingsError` where a command line may hold such a thing, too.
"""

import ipaddress
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from yarl import URL

from server.media.address import listed

PREFIX = "HEYI_"
LAST_PORT = 65_535
_SETTING = re.compile(r"HEYI_[A-Z0-9_]+")
_PLACE = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}")
_NAME = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")

Port = Annotated[int, Field(ge=0, le=LAST_PORT)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """The environment holds a setting that cannot be used; the text says which.

    `chinese` says the same, by default only the settings' names and where to look.
    """

    def __init__(self, words: str, chinese: str = "") -> None:
        super().__init__(words)
        names = "、".join(dict.fromkeys(_SETTING.findall(words))) or "命令的参数"
        self.chinese = chinese or f"设置有误：{names}。请对照 docs/settings.md 改正后再试。"


def is_place(written: str) -> bool:
    """Return whether it is `name:port`."""
    return bool(_PLACE.fullmatch(written)) and int(written.rpartition(":")[2]) <= LAST_PORT


def place(written: str) -> tuple[str, int]:
    """Return the name and port of `name:port`, or raise SettingsError."""
    if not is_place(written):
        raise SettingsError(f"not name:port: {written}")
    name, _, port = written.rpartition(":")
    return name.strip("[]"), int(port)


def seconds(written: str) -> float:
    """Return how long something may take, a positive number; or raise SettingsError."""
    with suppress(ValueError):
        if 0 < (found := float(written)) < inf:
            return found
    raise SettingsError(
        f"{written}: set a number of seconds above 0", f"{written}：请写大于 0 的秒数。"
    )


def whole(written: str) -> int:
    """Return which or how many of something, 0 or more; or raise SettingsError."""
    if written.isdecimal() and written.isascii():
        return int(written)
    raise SettingsError(
        f"{written}: set a whole number, 0 or more", f"{written}：请写 0 或正整数。"
    )


def secret_of(name: str, file: Path | None, plain: SecretStr) -> str:
    """Return what the setting of that name holds, from its file where one is set."""
    if file is None:
        return plain.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{name}: cannot be read") from None


def origin(written: str) -> str:
    """Return the address as a browser names it in `Origin` (RFC 6454): scheme, name, port.

    A browser writes names in lower case and Chinese ones in ASCII (`xn--…`), and leaves the
    scheme's own port out. Pages lie at the root alone, so that a path is refused.
    """
    try:
        url = URL(written)
        named = url.scheme in {"http", "https"} and _NAME.fullmatch(url.raw_host or "")
        bare = url.path in {"", "/"} and not (url.query_string or url.fragment or url.user)
        if named and bare:
            return str(url.origin())
    except ValueError:
        pass
    raise ValueError("set it to https://name or https://name:port, without a path")


def networks(written: Sequence[str]) -> tuple[Network, ...]:
    """Return the addresses and networks such as `10.0.0.0/8`."""
    try:
        return tuple(ipaddress.ip_network(one) for one in written)
    except ValueError as wrong:
        raise ValueError(f"{wrong}: set IP addresses or networks such as 10.0.0.0/8") from None


def _taken(check: Callable[[str], object]) -> AfterValidator:
    """Let an empty setting be, and any other as it is written once `check` takes it."""

    def taken(written: str) -> str:
        if written:
            check(written)
        return written

    return AfterValidator(taken)


def _beginning(words: str, *schemes: str) -> AfterValidator:
    def check(written: str) -> None:
        if not written.startswith(schemes):
            raise ValueError(words)

    return _taken(check)


Origin = Annotated[str, AfterValidator(lambda written: origin(written) if written else "")]
Proxies = Annotated[str, _taken(lambda written: networks(listed(written)))]
PostedTo = Annotated[str, _beginning("an https: address", "https://", "http://")]
WitnessUrl = Annotated[
    str, _beginning("an https: or mailto: address", "https://", "http://", "mailto:")
]
Words = Annotated[str, _taken(shlex.split)]
"""A command line as a shell would split it: quotes close."""

NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "outbox": (),
        "smtp": ("smtp_host", "smtp_from", "smtp_to"),
        "webhook": ("webhook_url", "webhook_secret"),
        "command": ("notify_command",),
    }
)
"""What a way for messages does not work without."""
