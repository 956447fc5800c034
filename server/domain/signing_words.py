"""What a signer declares, and the statement that is made of it for one locked text."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.agreement import Agreement
from server.domain.consent_statement import ConsentStatement
from server.domain.errors import WrongStateError
from server.domain.jurisdiction.texts import Text
from server.domain.signing_order import OFFICIALS, expect_turn

_PARTY = Text(
    zh="我已看过（听过）本协议全文，内容是我真实的意思。我自愿签署，同意以电子方式签名。",
    en="I have read (heard) the whole agreement and it says what I want. I sign of my own free "
    "will and agree to sign electronically.",
)
_OFFICIAL = Text(
    zh="本协议由各方当事人自愿达成，已向各方宣读，由各方本人或者有权代理的人签署。",
    en="The parties reached this agreement of their own free will. It was read to them and "
    "signed by them or by those who may sign for them.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsed:
    """The key of one signature: SHA-256 of its SPKI, and who controls it."""

    sha256: str
    control: str


def declaration(role: str, language: str) -> str:
    """Return what a signer in this role declares, in the language of the agreement."""
    return (_OFFICIAL if role in OFFICIALS else _PARTY).in_language(language)


def statement(
    agreement: Agreement, signer: str, key: KeyUsed, *, language: str, at: datetime, nonce: str
) -> ConsentStatement:
    """Return the signer's statement over exactly the locked text; raises as `expect_turn`."""
    line, locked = expect_turn(agreement, signer), agreement.locked
    if locked is None:
        raise WrongStateError(state=agreement.state)
    return ConsentStatement(
        signer_id=line.signer,
        role=line.role,
        on_behalf_of=line.party_id,
        case_id=agreement.case_id,
        agreement_id=agreement.id,
        text_version=locked.version,
        agreement_sha256=locked.digest,
        pdf_sha256=locked.pdf_sha256,
        key_sha256=key.sha256,
        key_control=key.control,
        declaration=declaration(line.role, language),
        at=at,
        nonce=nonce,
    )
