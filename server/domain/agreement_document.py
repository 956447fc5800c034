"""The agreement as one frozen object: what is shown, signed and sealed.

Contents and order follow 人民调解法 art. 29 and the national form 人民调解协议书.
Its RFC 8785 bytes are the text everybody signs; the PDF is drawn from them alone.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import singledispatch

from server.domain.canonical import canonical_json, sha256_hex
from server.domain.errors import DomainError
from server.domain.signing_route import SigningRoute

FORMAT = 1
_LEFT_OUT = frozenset({"drawn", "salt"})


class MissingCharactersError(DomainError):
    """No font can draw these; `facts["characters"]` lists them in code point order."""

    code = "missing_characters"


class Capacity(StrEnum):
    """In what capacity a person signs for a party."""

    PARTY = "party"
    LEGAL_REPRESENTATIVE = "legal_representative"
    AGENT = "agent"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerLine:
    """One line to sign on. `label` is printed before it, such as 甲方（签名）; `route` says how."""

    signer_id: str
    name: str
    capacity: Capacity
    label: str
    route: SigningRoute = SigningRoute.ELECTRONIC


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyBlock:
    """One party: `label` 甲方, 乙方…, `lines` the identity sentences as printed.

    `seal_scan_expected` is true where an organisation also prints its company seal.
    """

    party_id: str
    side: str
    label: str
    name: str
    lines: tuple[str, ...]
    signers: tuple[SignerLine, ...]
    seal_scan_expected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseText:
    """One clause as agreed; `no` counts from 1."""

    no: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where a payment goes."""

    holder: str
    bank: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerm:
    """One instalment: fen, its words, due inclusively; payer and payee are labels."""

    no: int
    payer: str
    payee: str
    amount_fen: int
    words: str
    due_on: date
    method: str
    account: BankAccount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialLine:
    """The mediator or recorder who signs."""

    signer_id: str
    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeRef:
    """The committee that issues and seals."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRef:
    """The case; `dispute` is the printed kind of dispute."""

    id: str
    case_no: str
    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCharacter:
    """A character that no font has: its code point, and the PNG, base64, it is printed from."""

    character: str
    code: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDocument:
    """The whole agreement. `log_head` is the head of the case's log at the lock.

    `salt`, 128 random bits in hexadecimal, makes the digest a commitment: it stands in the
    log, and must not let anybody try texts against it once this one is erased. Like `drawn`
    it is left out of the canonical bytes where it is empty, as in texts of earlier releases.
    """

    agreement_id: str
    text_version: int
    language: str
    locked_at: datetime
    committee: CommitteeRef
    case: CaseRef
    title: str
    parties: tuple[PartyBlock, ...]
    facts: str
    clauses: tuple[ClauseText, ...]
    performance: tuple[str, ...]
    payments: tuple[PaymentTerm, ...]
    closing: tuple[str, ...]
    copies: int
    mediator: OfficialLine
    recorder: OfficialLine | None
    log_head: str
    drawn: tuple[DrawnCharacter, ...] = ()
    salt: str = ""
    v: int = field(default=FORMAT)


def canonical_bytes(document: AgreementDocument) -> bytes:
    """Return the RFC 8785 bytes of the agreement; equal documents give equal bytes."""
    return canonical_json(_plain(document))


def digest(document: AgreementDocument) -> str:
    """Return the agreement digest: SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256_hex(canonical_bytes(document))


def code_of(digest: str) -> str:
    """Return the 校验码 that people type: the first 16 digits of the agreement's digest."""
    return digest[:16]


@singledispatch
def _plain(value: object) -> object:
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is None:
        return value
    return {name: _plain(getattr(value, name)) for name in names}


@_plain.register
def _(value: AgreementDocument) -> object:
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: _plain(it) for name, it in fields.items() if it or name not in _LEFT_OUT}


@_plain.register
def _(value: tuple) -> object:  # type: ignore[type-arg]
    return [_plain(item) for item in value]


@_plain.register
def _(value: datetime) -> object:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@_plain.register
def _(value: date) -> object:
    return value.isoformat()


@_plain.register
def _(value: str) -> object:
    return str(value)
