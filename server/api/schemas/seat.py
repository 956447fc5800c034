"""What a party's phone asks and sees outside the live room."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.schemas.base import (
    Ask,
    Base64Text,
    FourDigits,
    LongText,
    ShortText,
    SixDigits,
    View,
)
from server.domain.agreement import Verdict
from server.domain.case import PersonRole, Side
from server.domain.invitation import Answer, LinkState
from server.domain.session import SessionState

LinkToken = Annotated[str, Field(min_length=8, max_length=64)]


class OpenLink(Ask):
    """The link's token and the last four digits of the telephone on file."""

    token: LinkToken
    digits: FourDigits


class ResumeLink(Ask):
    """The link's token; answered when this browser already gave the digits."""

    token: LinkToken


class ConsentText(View):
    """One consent as it is asked, in the phone's language, and the last answer.

    `statement` and `points` are the card, `terms` the full wording agreed to, `law` its
    source. Lines of a text are divided by newlines.
    """

    scope: str
    title: str
    statement: str
    points: list[str]
    terms: list[str]
    law: str
    question: str
    agree_means: str
    refuse_means: str
    ends_online: bool
    text_version: str
    answer: bool | None


class RightsBlock(View):
    """One block of the notice of rights and duties."""

    no: int
    title: str
    text: str


class SignerProgress(View):
    """Who signs, in legal order, by which route, and whether he has; no content.

    `seal_owed`: he has signed, and the picture of his organisation's seal is not there yet.
    """

    label: str
    name: str
    is_you: bool
    signed_at: datetime | None
    route: str
    seal_owed: bool


class Receipt(View):
    """Where the own signature and the agreement stand.

    `fingerprint`: how the SHA-256 of the sealed PDF begins, before that of the PDF he signed.
    """

    signed_at: datetime | None
    fingerprint: str
    progress: list[SignerProgress]
    state: str
    number: str | None
    effective_on: date | None
    confirmation_deadline: date | None
    copy_until: datetime | None


class EndNotice(View):
    """How the mediation ended, and the other remedies open to the party."""

    outcome: str
    end_reason: str
    remedies: list[str]


class SeatView(View):
    """Everything a party's phone needs outside the live room.

    `sign_refused`: the last word on the locked text was his own, that he does not sign it.
    """

    link_state: LinkState
    person_id: str
    person_name: str
    role: PersonRole
    side: Side
    party_name: str
    party_label: str
    committee: str
    office: str
    office_phone: str
    mediator: str
    planned_at: datetime | None
    other_side: list[str]
    matter: str
    answer: Answer
    needs: list[str]
    consents: list[ConsentText]
    rights: list[RightsBlock]
    caucus_promises: list[str]
    environment_question: str
    device: Literal["none", "holder", "waiting", "other"]
    code_channel: bool
    mobile_masked: str
    session_id: str | None
    session_state: SessionState | None
    may_sign: bool
    sign_refused: bool
    agreement_state: str | None
    receipt: Receipt | None
    ended: EndNotice | None


class AnswerAsk(Ask):
    """Accept, refuse or ask for another time."""

    answer: Literal["accepted", "refused", "other_time"]
    text: Annotated[str, Field(max_length=300)] = ""


class ConsentAsk(Ask):
    """An answer to one consent text, named by its version."""

    scope: ShortText
    agreed: bool
    text_version: ShortText


class DeviceCheckAsk(Ask):
    """What the phone found about itself."""

    camera: Literal["ok", "denied", "missing", "busy", "off"]
    microphone: Literal["ok", "denied", "missing", "busy", "silent", "off"]
    network: Literal["good", "fair", "poor", "blocked"]
    websocket: bool
    rtt_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None


class Entered(View):
    """Whether this browser now holds the seat or waits for the mediator."""

    device: Literal["holder", "waiting"]


class CodeAsk(Ask):
    """What the code is for."""

    purpose: Literal["sign", "move", "copy"]


class CodeSent(View):
    """Whether a code is on its way; without a channel the mediator confirms."""

    sent: bool
    mobile_masked: str
    retry_after_s: int


class MoveAsk(Ask):
    """The code that moves the seat to this browser and cuts the old one."""

    code: SixDigits


class StopAsk(Ask):
    """Ending the mediation as a party; a reason is welcome, never asked for."""

    reason: Annotated[str, Field(max_length=300)] = ""


class PartyClause(View):
    """One clause as shown, and the own answer to this version."""

    id: str
    no: int
    text: str
    version: int
    changed: bool
    heard: bool
    verdict: Verdict | None
    wish: str


class PartyPayment(View):
    """One instalment as shown."""

    no: int
    payer: str
    payee: str
    amount: int
    amount_words: str
    due_on: date
    method: str


class SignBox(View):
    """Where the own signature stands: page from 1, fractions of its width and height."""

    page: int
    x: float
    y: float
    width: float
    height: float


class PartyMark(View):
    """How the text names a party: 甲方, 乙方."""

    label: str
    name: str
    is_you: bool


class PartyAgreement(View):
    """The agreement on the phone: live text, own answers, or locked pages.

    `state` is `none` before there is a draft. `may_sign` says that the turn has come;
    `sign_blocked` is why not, for whoever signs a locked text.
    """

    state: str
    revision: int
    text_version: int
    label: str
    answers_for_party: bool
    facts: str
    clauses: list[PartyClause]
    payments: list[PartyPayment]
    total: int
    total_words: str
    reading: str | None
    pages: int
    digest: str | None
    pdf_sha256: str | None
    may_sign: bool
    sign_blocked: str | None
    sign_box: SignBox | None
    parties: list[PartyMark]


class ClauseAnswerAsk(Ask):
    """Heard or not, and then agree or a wish for change."""

    clause_id: str
    clause_version: int
    heard: bool
    verdict: Verdict | None = None
    wish: Annotated[str, Field(max_length=500)] = ""


class StatementAsk(Ask):
    """Asks for the consent statement over the pages shown.

    `public_key` is the SPKI of a key made for this signing; `code` is absent only
    where no code channel is configured.
    """

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    public_key: Base64Text
    handwriting_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    strokes_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    code: SixDigits | None = None


class Statement(View):
    """The exact RFC 8785 text to sign, and the id to give back with the signature."""

    id: str
    statement: str


class SignAsk(Ask):
    """The signature (raw r||s, base64) over the statement, and the handwriting."""

    statement_id: str
    signature: Base64Text
    handwriting_png: Base64Text
    strokes: Annotated[str, Field(max_length=400_000)]
    seal_scan: str | None = None


class SigningTurn(View):
    """What the same key signs now (DER, base64); null once that signature is complete.

    The answer is due within `life_s` seconds and names the turn by its `epoch`.
    """

    epoch: int
    attributes: str | None
    life_s: int


class FinishAsk(Ask):
    """The signature (raw r||s, base64) over the attributes of a turn."""

    statement_id: str
    epoch: int
    signature: Base64Text


class RefuseSigning(Ask):
    """I do not sign; a reason is welcome."""

    reason: Annotated[str, Field(max_length=300)] = ""


class MinutesLine(View):
    """One sentence of the minutes."""

    id: str
    at: datetime
    speaker: str
    text: str
    mark: str


class PartyMinutes(View):
    """The minutes as the parties are asked to confirm them."""

    version: int
    ready: bool
    items: list[MinutesLine]
    answered: bool | None


class MinutesConfirm(Ask):
    """The own answer to one version of the minutes."""

    version: int
    agreed: bool
    remark: Annotated[str, Field(max_length=500)] = ""


class CopyAsk(Ask):
    """The code that opens the download."""

    code: SixDigits | None = None


class CopyTicket(View):
    """Where the sealed PDF can be fetched for a short while."""

    path: str
    expires_at: datetime


class LinkFacts(View):
    """What the link page may show to whoever holds the link."""

    state: LinkState
    committee: str
    mediator: str
    planned_at: datetime | None
    office_phone: str
    remark: LongText = ""
