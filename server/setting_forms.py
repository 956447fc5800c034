"""The forms in which settings are written: ports, places, secrets that a file may hold."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

PREFIX = "HEYI_"
LAST_PORT = 65_535
PLACE = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}")

Port = Annotated[int, Field(ge=0, le=LAST_PORT)]


class SettingsError(Exception):
    """The environment holds a setting that cannot be used; the text says which."""


def place(written: str) -> tuple[str, int]:
    """Return the host and port of `name:port`, or raise SettingsError."""
    if not PLACE.fullmatch(written) or int(written.rpartition(":")[2]) > LAST_PORT:
        raise SettingsError(f"not name:port: {written}")
    host, _, port = written.rpartition(":")
    return host.strip("[]"), int(port)


def secret_of(name: str, file: Path | None, plain: SecretStr) -> str:
    """Return the secret, from the file where one is named; ValueError if that cannot be read."""
    if file is None:
        return plain.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{name}: cannot be read") from None
