"""What staff declare when they attest, and the statement of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.agreement import Agreement
from server.domain.attested import (
    COMPARE_PAPER,
    CONFIRM_SEAL,
    RECORD_DECLARATION,
    RELEASE_SEAL,
    WITNESS_DECLARATION,
    AttestedStatement,
)
from server.domain.errors import WrongStateError
from server.domain.jurisdiction.texts import Text

_WORDS = {
    COMPARE_PAPER: Text(
        zh="我已将各方签署的纸质协议逐页与定稿对照，每页内容一致；各签署处的签名、指印、盖章如本声明所记。"
        "我没有代任何一方签署。",
        en="I held every page of the paper that was signed against the locked text, and they are "
        "the same. What stands on each line is as stated here. I signed for nobody.",
    ),
    RECORD_DECLARATION: Text(
        zh="当事人在我面前（视频中）口头表示同意本协议，见证人在场并作了所记的陈述。我如实记录，没有代其签署。",
        en="The party declared agreement aloud before me (on video), with the witnesses present, "
        "who said what is stated here. I recorded it faithfully and did not sign for the party.",
    ),
    WITNESS_DECLARATION: Text(
        zh="我作为见证人，亲眼看到、亲耳听到当事人口头表示同意本协议，所见如本声明所记。",
        en="As a witness I saw and heard the party declare agreement; what I saw is stated here.",
    ),
    RELEASE_SEAL: Text(
        zh="我已核对本协议的定稿和各方签署，同意对这一份文本盖章；由另一名工作人员确认并盖章。",
        en="I have checked this locked text and its signatures and release the committee's seal "
        "for it, to be applied by another member of staff.",
    ),
    CONFIRM_SEAL: Text(
        zh="我已核对本协议的定稿、各方签署和本声明所记的放行，确认并盖章；放行的是另一名工作人员。",
        en="I have checked this locked text, its signatures and the release named here, which is "
        "another member's, and confirm it by applying the committee's seal.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attester:
    """Who attests, with the SHA-256 of his own key's SPKI."""

    id: str
    name: str
    key_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is attested: for whose lines, and what was seen; `witnesses` speak in it."""

    purpose: str
    signers: tuple[str, ...]
    saw: Mapping[str, object]
    witnesses: int = 0


def attested(
    agreement: Agreement, who: Attester, sight: Sight, *, language: str, at: datetime, nonce: str
) -> AttestedStatement:
    """Return the statement over exactly the locked text; WrongStateError while there is none."""
    locked = agreement.locked
    if locked is None:
        raise WrongStateError(state=agreement.state)
    return AttestedStatement(
        purpose=sight.purpose,
        attester_id=who.id,
        attester_name=who.name,
        case_id=agreement.case_id,
        agreement_id=agreement.id,
        text_version=locked.version,
        agreement_sha256=locked.digest,
        agreement_sm3=None,
        pdf_sha256=locked.pdf_sha256,
        key_sha256=who.key_sha256,
        declaration=_WORDS[sight.purpose].in_language(language),
        signers=sight.signers,
        saw=sight.saw,
        at=at,
        nonce=nonce,
    )
