"""The settings of sound and picture: the media workers, here and far, and the TURN servers."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from server.media.address import check_served, listed, listening
from server.setting_forms import LAST_PORT, Port, is_place, place, secret_of

_TURN_URL = re.compile(
    r"turns?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?"
)
_TURN_SECRET_LENGTH = 16
_MEDIA_SECRET_LENGTH = 32


class MediaSettings(BaseSettings):
    """What an installation is told of them; `server.config` reads it with the others."""

    media_host: str = Field(
        "",
        description=(
            "Address the media worker listens on; `::` is every one, of IPv4 too. Empty: "
            "127.0.0.1, or every one once `HEYI_MEDIA_ADDRESS` is set (IPv6 if it holds such)."
        ),
    )
    media_port: Port = Field(8081, description="UDP and TCP port of sound and picture.")
    media_workers: Annotated[int, Field(ge=0, le=64)] = Field(
        1,
        description=(
            "Media workers beside the app; each takes the next port after `HEYI_MEDIA_PORT`. 0: "
            "only those of `HEYI_MEDIA_REMOTE`."
        ),
    )
    media_remote: str = Field(
        "",
        description=(
            "Media workers on other hosts (`heyi media --listen`), `name:port` of their control, "
            "by comma."
        ),
    )
    media_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret shared with them, 32 signs or more, the same on every host.",
    )
    media_secret_file: Path | None = Field(
        None, description="File that holds this secret, instead of `HEYI_MEDIA_SECRET`."
    )
    media_address: str = Field(
        "", description="Addresses phones are told for media, by comma. Empty: the media host."
    )
    media_engine: Literal["auto", "plain", "batch"] = Field(
        "auto",
        description="How packets are moved: `batch` is Linux's way, `auto` takes it if it works.",
    )
    turn_urls: str = Field(
        "",
        description=(
            "TURN servers for networks that block UDP, by comma: "
            "`turn:turn.example.org:3478?transport=udp,turns:turn.example.org:443?transport=tcp`."
        ),
    )
    turn_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret shared with them (coturn's `static-auth-secret`), 16 signs or more.",
    )

    @model_validator(mode="after")
    def _media_whole(self) -> Self:
        check_served(self.media_bind, self.media_address)
        if wrong := [one for one in listed(self.media_remote) if not is_place(one)]:
            raise ValueError(f"HEYI_MEDIA_REMOTE: not name:port: {wrong[0]}")
        if not self.media_workers and not self.remote:
            raise ValueError("HEYI_MEDIA_WORKERS is 0 and HEYI_MEDIA_REMOTE names no other")
        if self.media_port and self.media_port + self.media_workers > LAST_PORT + 1:
            raise ValueError("HEYI_MEDIA_PORT: too few ports above it for every worker")
        if self.remote and not self.shared_secret():
            raise ValueError("HEYI_MEDIA_REMOTE needs HEYI_MEDIA_SECRET or HEYI_MEDIA_SECRET_FILE")
        if 0 < len(self.shared_secret()) < _MEDIA_SECRET_LENGTH:
            raise ValueError(f"HEYI_MEDIA_SECRET: {_MEDIA_SECRET_LENGTH} signs or more")
        return self._turn_whole()

    def _turn_whole(self) -> Self:
        secret = self.turn_secret.get_secret_value()
        if wrong := [url for url in self.turn if not _TURN_URL.fullmatch(url)]:
            raise ValueError(f"HEYI_TURN_URLS: not a TURN address: {wrong[0]}")
        if bool(self.turn) != bool(secret):
            raise ValueError("HEYI_TURN_URLS and HEYI_TURN_SECRET: set both or none")
        if secret and len(secret) < _TURN_SECRET_LENGTH:
            raise ValueError(f"HEYI_TURN_SECRET: shorter than {_TURN_SECRET_LENGTH} signs")
        return self

    @property
    def turn(self) -> tuple[str, ...]:
        """The addresses of the TURN servers, in the order in which a browser tries them."""
        return tuple(one.strip() for one in self.turn_urls.split(",") if one.strip())

    @property
    def media_bind(self) -> str:
        """The address the media worker listens on."""
        return self.media_host or listening(self.media_address)

    @property
    def remote(self) -> tuple[tuple[str, int], ...]:
        """Names and ports of the media workers on other hosts."""
        return tuple(place(one) for one in listed(self.media_remote))

    def shared_secret(self) -> str:
        """Return the secret shared with media workers on other hosts, empty if there is none."""
        return secret_of("HEYI_MEDIA_SECRET_FILE", self.media_secret_file, self.media_secret)
