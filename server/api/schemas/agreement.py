"""The agreement on the console: draft, lint, read-back, lock, signatures, seal."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.schemas.base import Ask, Fen, LongText, ShortText, View
from server.domain.agreement import Verdict
from server.domain.declaring import Taping
from server.domain.jurisdiction.entries import CourtConfirmation
from server.domain.jurisdiction.lint_values import Level
from server.domain.paper_owed import PaperWay
from server.domain.witnessing import Way


class ClauseEdit(Ask):
    """A clause as typed. A new one has no id yet."""

    id: str | None = None
    text: Annotated[str, Field(min_length=1, max_length=3_000)]


class ItemEdit(Ask):
    """One named part of the total, in fen."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    amount: Fen


class PaymentEdit(Ask):
    """One instalment as typed; payer and payee are party ids."""

    payer: ShortText
    payee: ShortText
    amount: Fen
    due_on: date
    method: Literal["bank_transfer", "cash", "wechat", "alipay", "set_off"]
    account_holder: ShortText = ""
    bank: ShortText = ""
    account: ShortText = ""


class DraftEdit(Ask):
    """The whole draft as the writer sees it, over the revision he saw."""

    revision: int
    facts: LongText
    clauses: Annotated[list[ClauseEdit], Field(max_length=60)]
    items: Annotated[list[ItemEdit], Field(max_length=40)]
    payments: Annotated[list[PaymentEdit], Field(max_length=60)]


class AnswerView(View):
    """One signing person's answer to one clause."""

    person_id: str
    person_name: str
    party_label: str
    heard: bool
    verdict: Verdict | None
    wish: str
    at: datetime | None


class ClauseView(View):
    """One clause with every party's answer to this version."""

    id: str
    no: int
    text: str
    version: int
    answers: list[AnswerView]


class PaymentView(View):
    """One instalment with what is computed from it."""

    no: int
    payer: str
    payee: str
    amount: int
    amount_words: str
    due_on: date
    method: str
    account_holder: str
    bank: str
    account: str


class ItemView(View):
    """One part of the total."""

    name: str
    amount: int


class FindingView(View):
    """What the lint found: a code, how grave, and where."""

    code: str
    level: Level
    where: str
    facts: dict[str, str | int]


class RefusalView(View):
    """Who does not sign the locked text, and in his words why."""

    signer: str
    reason: str


class SignatureView(View):
    """One signer, in legal order, and his signature if given.

    `route` is electronic, witnessed or wet_ink; `attested_at` and `attested_by` stand where
    staff attest what they saw of it, since nobody signs in his name. `declared` says that an
    oral declaration was recorded, `witnesses` how many have spoken to it. `taping` says of a
    witnessed line whether sound and picture of the signer are recorded now: on, ended (since the
    text was locked), none, or no_sitting; else null.
    """

    signer: str
    name: str
    role: str
    label: str
    signed_at: datetime | None
    code_verified: bool | None
    key_control: str | None
    has_handwriting: bool
    seal_scan_needed: bool
    seal_scan: str | None
    blocked: str | None
    route: str
    attested_at: datetime | None
    attested_by: list[str]
    declared: bool
    witnesses: int
    taping: Taping | None


class PaperPageView(View):
    """One page of the signed paper; `file` is None until it was scanned."""

    page: int
    file: str | None
    uploaded_by: str
    uploaded_at: datetime | None


class PaperView(View):
    """The signed paper: every page of the text, and whether the viewer may not compare it."""

    pages: list[PaperPageView]
    compared: bool
    may_not_compare: bool


class SealingView(View):
    """How the seal stands, and by which rule.

    `two` says that it takes two people. `awaited` is release or seal once everybody has signed,
    else null, and `awaited_of` are the names it waits for. `rule_by` changed the committee's
    rule last, at `rule_at`. A release that has ended is `expired`.
    """

    two: bool
    rule_by: list[str]
    rule_at: datetime | None
    awaited: str | None
    awaited_of: list[str]
    may_release: list[str]
    may_seal: list[str]
    released_by: str | None
    released_by_me: bool
    released_at: datetime | None
    until: datetime | None
    expired: bool


class CharacterView(View):
    """A Han character of the draft that no font has, such as U+31350.

    `picture` is the PNG it will be printed from, base64; None until somebody brought one.
    """

    character: str
    code: str
    picture: str | None


class ForCourtView(View):
    """A question whose yes keeps a court from confirming, and what the mediator answered.

    `hint` tells what does not count; empty in a language that the jurisdiction has not.
    """

    code: str
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    law_zh: str
    law_en: str
    answer: bool | None


class PaperCopyView(View):
    """A copy on paper for a signer who refused `scope`; `way` is None while it is owed."""

    person_id: str
    name: str
    label: str
    scope: str
    way: PaperWay | None
    at: datetime | None


class CopyHandedAsk(Ask):
    """What was done with a copy on paper: for the person, or `filed` beside the electronic one."""

    person_id: ShortText
    way: PaperWay


class AgreementView(View):
    """The agreement as staff work on it. `missing` lists what the lock still waits for.

    `missing` entries are codes with the clause number or person they concern;
    `missing_on_paper` those that stand where everybody signs in ink. `paper` is there once
    the text is locked for it. `confirmation`: open, depends or closed, whether a court may
    confirm it; `for_court` asks what it depends on. `taken_back`: whose account stands in the
    locked text, who refused its use and has not signed.
    """

    id: str
    case_id: str
    session_id: str
    state: str
    revision: int
    text_version: int
    facts: str
    clauses: list[ClauseView]
    items: list[ItemView]
    total: int
    total_words: str
    payments: list[PaymentView]
    characters: list[CharacterView]
    findings: list[FindingView]
    missing: list[FindingView]
    missing_on_paper: list[FindingView]
    reading: str | None
    digest: str | None
    pdf_sha256: str | None
    sealed_sha256: str | None
    pages: int
    signatures: list[SignatureView]
    route_reason: str
    paper: PaperView | None
    refusals: list[RefusalView]
    sealing: SealingView
    on_paper: list[PaperCopyView]
    taken_back: list[FindingView]
    seal_waits: bool
    number: str | None
    effective_on: date | None
    confirmation: CourtConfirmation
    for_court: list[ForCourtView]
    confirmation_deadline: date | None
    calendar_missing: int | None
    record_id: str | None


class ForCourtAsk(Ask):
    """Whether what a question asks stands in the text; None leaves it open again."""

    question: ShortText
    answer: bool | None


class ReadAsk(Ask):
    """Which clause is read out now; None ends the reading."""

    clause_id: str | None = None


class LockAsk(Ask):
    """Lock the text as this revision has it.

    Everybody signs on his phone, unless all sign in ink or some are `witnessed`; then the
    reason is asked for.
    """

    revision: int
    wet_ink: bool = False
    witnessed: list[ShortText] = Field(default_factory=list, max_length=20)
    reason: Annotated[str, Field(max_length=300)] = ""


class PageTickAsk(Ask):
    """A scan held against its locked page."""

    page: int
    file: ShortText
    same: bool


class LineSeenAsk(Ask):
    """What stands on one signer's line of the paper, and the day written there."""

    signer: ShortText
    signed_on: date
    signature: bool
    fingerprint: bool
    company_seal: bool = False


class WitnessAsk(Ask):
    """A witness who has no account here: who, what to the party, what he says he saw."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    relation: Annotated[str, Field(min_length=1, max_length=60)]
    words: Annotated[str, Field(min_length=2, max_length=500)]


class DeclarationAsk(Ask):
    """That somebody declared aloud that he agrees, how it was seen, and before whom.

    `taping` is what the recorder was told of its recording; it is refused where that changed.
    """

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    signer: ShortText
    way: Way
    witnesses: Annotated[list[WitnessAsk], Field(max_length=4)]
    taping: Taping | None = None


class WitnessedAsk(Ask):
    """What a member of staff saw and heard himself, as a witness."""

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    signer: ShortText
    words: Annotated[str, Field(min_length=2, max_length=500)]


class ComparisonAsk(Ask):
    """The signed paper compared with the locked text, page by page and line by line."""

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    pages: Annotated[list[PageTickAsk], Field(max_length=200)]
    lines: Annotated[list[LineSeenAsk], Field(max_length=60)]


class ReopenAsk(Ask):
    """Why a locked text is opened again; its signatures become void."""

    reason: Annotated[str, Field(min_length=2, max_length=300)]


class SealScanAsk(Ask):
    """The uploaded scan of the company's seal, for a signer of that company."""

    signer: str
    file: str


class StaffSignAsk(Ask):
    """The mediator's or recorder's own signature over the locked text."""

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ReleaseAsk(Ask):
    """The seal released for exactly this PDF, by the first of two people."""

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SealAsk(Ask):
    """The head's seal over the locked text."""

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
