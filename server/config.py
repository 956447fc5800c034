"""Every setting: its name, type, default and meaning. The only reader of the environment.

Each is set by an environment variable `HEYI_<NAME>`; an unknown `HEYI_` name is refused
at start, because a misspelt setting is a setting that does not hold. Those of sound and
picture stand in `media_config`; here they are all read.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.media.address import listed
from server.media_config import MediaSettings
from server.setting_forms import (
    NEEDED,
    PREFIX,
    Network,
    Origin,
    Port,
    PostedTo,
    Proxies,
    SettingsError,
    WitnessUrl,
    Words,
    networks,
    origin,
    secret_of,
)

ROOT = Path(__file__).resolve().parent.parent
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

Months = Annotated[int, Field(ge=1, le=24)]
Digest = Literal["sha256", "sha384", "sha512"]


class _Web(BaseSettings):
    """Where the web server is; a base of its own so that the page of settings begins with it."""

    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: Port = Field(8080, description="Port the web server listens on.")
    public_url: Origin = Field(
        "", description="What people type: scheme, name, port. Empty: `http://<host>:<port>`."
    )


class Settings(MediaSettings, _Web):
    """What an installation is told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    trusted_proxies: Proxies = Field(
        "",
        description=(
            "Addresses of proxies whose `X-Forwarded-For` is believed, or networks (`10.0.0.0/8`), "
            "by comma."
        ),
    )
    data: Path = Field(ROOT / "recordings", description="Data folder; it must be on a local disk.")
    recording_reserve_mb: Annotated[int, Field(ge=0)] = Field(
        256, description="Megabytes of the disk that recordings leave to agreements and seals."
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of PostgreSQL. Empty: SQLite in the data folder."
    )
    tls_cert: Path | None = Field(None, description="PEM certificate chain for HTTPS.")
    tls_key: Path | None = Field(None, description="PEM key of that certificate.")
    demo: bool = Field(default=False, description="Demonstration: invented committee and case.")
    web_dist: Path = Field(ROOT / "web" / "dist", description="The built web pages.")
    fonts: Path = Field(
        ROOT / "web" / "node_modules", description="Folder below which the PDF's fonts lie."
    )
    pool_size: Annotated[int, Field(ge=1, le=32)] = Field(
        2, description="Processes for PDF, signatures and passwords."
    )
    keys: Literal["files", "pkcs11"] = Field(
        "files",
        description="What holds this server's signing keys: encrypted files, or a PKCS#11 token.",
    )
    pkcs11_module: Path | None = Field(
        None, description="The token's driver, such as `/usr/lib/softhsm/libsofthsm2.so`."
    )
    pkcs11_token: str = Field("", description="The token's label.")
    pkcs11_pin: SecretStr = Field(SecretStr(""), description="The token's user PIN.")
    pkcs11_pin_file: Path | None = Field(None, description="File that holds it instead.")
    signature_suite: Literal["p256-sha256", "sm2-sm3"] = Field(
        "p256-sha256",
        description=(
            "What staff and seals sign PDFs with; phones keep to P-256. `sm2-sm3` is software "
            "(decision 21) for `HEYI_KEYS=files`, no certified module; few PDF readers check it."
        ),
    )
    timestamp_url: str = Field(
        "", description="RFC 3161 time stamp authority. Empty: this server's own, its clock's word."
    )
    timestamp_trust: Path | None = Field(None, description="PEM file of that authority's roots.")
    renew_every_months: Months = Field(12, description="When archive time stamps are renewed.")
    renew_before_months: Months = Field(12, description="Or so long before such a stamp ends.")
    renew_digest: Digest = Field("sha256", description="Digest of renewed time stamps.")
    certificate_command: str = Field(
        "",
        description=(
            "Program that issues the certificate of one signing; it reads and writes JSON "
            "(`server/documents/command_issuer.py`). Empty: this server's own issuer."
        ),
    )
    certificate_trust: Path | None = Field(None, description="PEM file of that issuer's roots.")
    notify: Literal["outbox", "smtp", "webhook", "command"] = Field(
        "outbox", description="How links and codes travel; `outbox`: staff copy the links."
    )
    smtp_host: str = Field("", description="Mail server for `smtp`.")
    smtp_port: Port = Field(587, description="Its port; STARTTLS is used.")
    smtp_login: str = Field("", description="Login at the mail server.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_from: str = Field("", description="Sender's address.")
    smtp_to: str = Field(
        "", description="Recipient's address; `{mobile}` becomes the telephone number."
    )
    webhook_url: PostedTo = Field("", description="Where messages are posted for `webhook`.")
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Key of the HMAC-SHA-256 in `X-Heyi-Signature`; `webhook` needs one.",
    )
    notify_command: Words = Field("", description="Program for `command`; it reads JSON.")
    witness_dir: Path | None = Field(
        None,
        description=(
            "Folder of another account or machine to which checkpoints of the log are appended."
        ),
    )
    witness_url: WitnessUrl = Field(
        "",
        description=(
            "Who else keeps checkpoints of the log: `https://…` gets the newest by POST, within "
            "seconds, `mailto:…` one mail a day through the mail server."
        ),
    )
    archive: Literal["local", "s3"] = Field(
        "local",
        description="Where sealed records are kept: the data folder, or a bucket with Object Lock.",
    )
    s3_endpoint: str = Field("", description="Address of the S3 service, such as `https://…`.")
    s3_region: str = Field("us-east-1", description="Its region.")
    s3_bucket: str = Field("", description="Bucket with versioning and Object Lock switched on.")
    s3_key: str = Field("", description="Access key's name.")
    s3_secret: SecretStr = Field(SecretStr(""), description="Access key's secret.")
    s3_secret_file: Path | None = Field(None, description="File that holds it instead.")
    backup_recipients: str = Field(
        "",
        description=(
            "Public keys (`age1…`), by comma, for which `heyi backup` encrypts. Empty: a key is "
            "made and written beside each backup."
        ),
    )
    backup_passphrase: SecretStr = Field(
        SecretStr(""), description="Passphrase of the keys that lie beside backups."
    )
    staff_idle_minutes: Annotated[int, Field(ge=1)] = Field(
        30, description="A console idle for so long is signed out."
    )
    step_up_minutes: Annotated[int, Field(ge=1)] = Field(
        10, description="How long a fresh second factor counts for signing and sealing."
    )
    invitation_days: Annotated[int, Field(ge=1, le=365)] = Field(
        30, description="How long a link lives after the planned sitting."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much the server says on standard error."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("HEYI_TLS_CERT and HEYI_TLS_KEY belong together: set both or none")
        if self.witness_url.startswith("mailto:") and not (self.smtp_host and self.smtp_from):
            raise ValueError(
                "HEYI_WITNESS_URL sends mail, which needs HEYI_SMTP_HOST and HEYI_SMTP_FROM"
            )
        if self.demo and not self.on_loopback:
            raise ValueError(
                "HEYI_DEMO hands out one-time codes, so HEYI_HOST and HEYI_PUBLIC_URL must stay "
                "127.0.0.1 with it"
            )
        if self.keys == "pkcs11" and not all(self.pkcs11.values()):
            raise ValueError(
                "HEYI_KEYS=pkcs11 needs HEYI_PKCS11_MODULE, HEYI_PKCS11_TOKEN and HEYI_PKCS11_PIN "
                "or HEYI_PKCS11_PIN_FILE"
            )
        self._s3_whole()
        self._notify_whole()
        return self

    def _notify_whole(self) -> None:
        lacking = [name for name in NEEDED[self.notify] if not getattr(self, name)]
        if names := ", ".join(PREFIX + name.upper() for name in lacking):
            raise ValueError(f"HEYI_NOTIFY={self.notify} needs {names}")

    def _s3_whole(self) -> None:
        if self.archive == "s3" and not (self.s3_endpoint and self.s3_bucket and self.s3_key):
            raise ValueError(
                "HEYI_ARCHIVE=s3 needs HEYI_S3_ENDPOINT, HEYI_S3_BUCKET and HEYI_S3_KEY"
            )
        if self.archive == "s3" and not self.s3_password:
            raise ValueError("HEYI_ARCHIVE=s3 needs HEYI_S3_SECRET or HEYI_S3_SECRET_FILE")

    @property
    def s3(self) -> dict[str, str]:
        """Everything about the bucket, for `S3Place`."""
        return {
            "endpoint": self.s3_endpoint,
            "region": self.s3_region,
            "bucket": self.s3_bucket,
            "key": self.s3_key,
            "secret": self.s3_password,
        }

    @property
    def s3_password(self) -> str:
        """The access key's secret, from the file where one is named."""
        return secret_of("HEYI_S3_SECRET_FILE", self.s3_secret_file, self.s3_secret)

    @property
    def pkcs11(self) -> dict[str, str]:
        """Everything about the token that holds the keys; empty where files do."""
        if self.keys == "files":
            return {}
        pin = secret_of("HEYI_PKCS11_PIN_FILE", self.pkcs11_pin_file, self.pkcs11_pin)
        return {"module": str(self.pkcs11_module or ""), "label": self.pkcs11_token, "pin": pin}

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the web server."""
        return self.host in _LOOPBACK and urlsplit(self.url).hostname in _LOOPBACK

    @property
    def url(self) -> str:
        """The address people use, without a trailing slash."""
        scheme = "https" if self.tls_cert else "http"
        name = f"[{self.host}]" if ":" in self.host else self.host or "localhost"
        return (self.public_url or f"{scheme}://{name}:{self.port}").rstrip("/")

    @property
    def origins(self) -> frozenset[str]:
        """The only origins whose pages may ask for changes."""
        return frozenset({origin(self.url)})

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The proxies whose word is taken for who asks."""
        return networks(listed(self.trusted_proxies))

    @property
    def recipients(self) -> tuple[str, ...]:
        """The public keys for which backups are encrypted."""
        return tuple(one.strip() for one in self.backup_recipients.split(",") if one.strip())

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data / 'heyi.db'}"

    @property
    def key_folder(self) -> Path:
        """The folder of keys, mode 0700."""
        return self.data / "keys"

    @property
    def media(self) -> Path:
        """The folder of recordings, which only the archive reads and writes."""
        return self.data / "media"

    @property
    def partings(self) -> Path:
        """Where it stands of which sittings all partings are stored."""
        return self.data / "run" / "stored"

    def control_of(self, number: int) -> Path:
        """Return a media worker's control socket; Unix limits its path to 107 bytes."""
        return self.data / "run" / (f"media-{number}.sock" if number else "media.sock")


def load(**changes: object) -> Settings:
    """Return the settings of the environment, `changes` on top.

    Raises SettingsError naming every setting that is unknown or does not hold.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    if unknown := sorted(n for n in os.environ if n.startswith(PREFIX) and n not in known):
        raise SettingsError(f"unknown settings: {', '.join(unknown)}; see docs/settings.md")
    try:
        settings = Settings(**changes)  # type: ignore[arg-type]  # names are the caller's
    except ValidationError as wrong:
        raise SettingsError(_say(wrong)) from None
    return settings.model_copy(update={"data": settings.data.resolve()})


def _say(wrong: ValidationError) -> str:
    lines = []
    for one in wrong.errors(include_url=False, include_input=False):
        name = PREFIX + "_".join(str(part) for part in one["loc"]).upper() if one["loc"] else ""
        said = one["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {said}" if name else said)
    return "; ".join(lines)


def environment(**changes: object) -> dict[str, str]:
    """Return the environment that this program's other processes are given, `changes` on top."""
    return dict(os.environ) | {PREFIX + name.upper(): str(to) for name, to in changes.items()}
