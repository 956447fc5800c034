"""What a member of staff attests: how somebody else signed, or that the seal may be applied.

The RFC 8785 bytes are kept as they are. They name the locked text by its digests, as a
signer's own statement does, and say in `saw` what was before the attester's eyes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.domain.canonical import canonical_json
from server.domain.errors import InvalidValueError
from server.domain.reading import read_json, read_moment

FORMAT = 1
COMPARE_PAPER = "compare_paper"
RECORD_DECLARATION = "record_declaration"
WITNESS_DECLARATION = "witness_declaration"
RELEASE_SEAL = "release_seal"
CONFIRM_SEAL = "confirm_seal"
PURPOSES = frozenset(
    {COMPARE_PAPER, RECORD_DECLARATION, WITNESS_DECLARATION, RELEASE_SEAL, CONFIRM_SEAL}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedStatement:
    """One attestation. Digests are those of a consent statement; the key is the server's.

    As there, `pdf_sm3` and `key_sm3` are left out where there is none.
    `signers` are the lines spoken for; `saw` is a JSON object that the purpose shapes.
    """

    purpose: str
    attester_id: str
    attester_name: str
    case_id: str
    agreement_id: str
    text_version: int
    agreement_sha256: str
    agreement_sm3: str | None
    pdf_sha256: str
    key_sha256: str
    declaration: str
    signers: tuple[str, ...]
    saw: Mapping[str, object]
    at: datetime
    nonce: str
    key_control: str = "server"
    pdf_sm3: str | None = None
    key_sm3: str | None = None


_LEFT_OUT = ("pdf_sm3", "key_sm3")
_TEXTS = (
    *("purpose", "attester_id", "attester_name", "case_id", "agreement_id", "agreement_sha256"),
    *("pdf_sha256", "key_sha256", "declaration", "nonce", "key_control"),
)


def attested_bytes(statement: AttestedStatement) -> bytes:
    """Return the exact bytes to sign."""
    every = {name: getattr(statement, name) for name in AttestedStatement.__slots__}
    fields = {
        name: value for name, value in every.items() if value is not None or name not in _LEFT_OUT
    }
    moment = statement.at.astimezone(UTC).isoformat(timespec="milliseconds")
    plain = {"at": moment.replace("+00:00", "Z"), "signers": list(statement.signers)}
    return canonical_json({"v": FORMAT, **fields, **plain})


def read_attested(content: bytes) -> AttestedStatement:
    """Return the attestation in `content`; InvalidValueError when it is none of ours."""
    try:
        found: dict[str, Any] = read_json(content)
        version, at = found.pop("v"), read_moment(found.pop("at"))
        signers = tuple(str(who) for who in found.pop("signers"))
        statement = AttestedStatement(**found, at=at, signers=signers)
        whole = version == FORMAT and attested_bytes(statement) == content
        texts = [getattr(statement, name) for name in _TEXTS]
        typed = all(isinstance(one, str) for one in texts) and isinstance(statement.saw, dict)
    except (AttributeError, KeyError, TypeError, ValueError, InvalidValueError) as error:
        raise InvalidValueError(field="attested", reason="not_an_attestation") from error
    if not (whole and typed) or statement.purpose not in PURPOSES:
        raise InvalidValueError(field="attested", reason="not_canonical")
    return statement
