"""What a person signs: that they want this text, named by digest, and how.

The RFC 8785 bytes are shown to the signer's device, signed there and kept as they are.
Fields follow 电子签名法 art. 13: whose key, who controls it, which exact content.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.domain.canonical import canonical_json
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json, read_moment

FORMAT = 1
SIGN_AGREEMENT = "sign_agreement"
MOMENTS = ("at", "code_verified_at", "confirmed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStatement:
    """One signer's statement.

    Digests are SHA-256 in hexadecimal: of the canonical agreement, of the locked PDF,
    of the DER SPKI, of the handwriting PNG and of the strokes. Beside each may stand its SM3;
    those but the agreement's are left out where there is none. `key_control` is browser or
    server. `declaration` is the sentence the signer saw above the signing field. Either a
    code reached `phone_masked` and was given back, or staff `confirmed_by` compared the
    person on video.
    """

    signer_id: str
    role: str
    on_behalf_of: str | None
    case_id: str
    agreement_id: str
    text_version: int
    agreement_sha256: str
    pdf_sha256: str
    key_sha256: str
    key_control: str
    declaration: str
    at: datetime
    nonce: str
    code_verified_at: datetime | None = None
    handwriting_sha256: str | None = None
    strokes_sha256: str | None = None
    agreement_sm3: str | None = None
    phone_masked: str | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    purpose: str = SIGN_AGREEMENT
    pdf_sm3: str | None = None
    key_sm3: str | None = None
    handwriting_sm3: str | None = None
    strokes_sm3: str | None = None


_LEFT_OUT = ("pdf_sm3", "key_sm3", "handwriting_sm3", "strokes_sm3")
_TEXTS = (
    *("signer_id", "role", "case_id", "agreement_id", "agreement_sha256", "pdf_sha256"),
    *("key_sha256", "key_control", "declaration", "nonce", "purpose"),
)


def statement_bytes(statement: ConsentStatement) -> bytes:
    """Return the exact bytes to sign."""
    fields = {name: getattr(statement, name) for name in ConsentStatement.__slots__}
    plain = {
        name: _plain(value)
        for name, value in fields.items()
        if value is not None or name not in _LEFT_OUT
    }
    return canonical_json({"v": FORMAT, **plain})


def read_statement(content: bytes) -> ConsentStatement:
    """Return the statement in `content`; InvalidValueError when it is none of ours."""
    try:
        found: dict[str, Any] = read_json(content)
        version = found.pop("v")
        moments = {name: _moment(found.pop(name)) for name in MOMENTS}
        statement = ConsentStatement(**found, **moments)  # type: ignore[arg-type]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidValueError(field="statement", reason="not_a_statement") from error
    typed = all(isinstance(getattr(statement, name), str) for name in _TEXTS)
    if version != FORMAT or not typed or statement_bytes(statement) != content:
        raise InvalidValueError(field="statement", reason="not_canonical")
    return statement


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")
    return value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else read_moment(text)
