"""What a party's phone asks and sees outside the live room."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.schemas.base import (
    Ask,
    FourDigits,
    LongText,
    ShortText,
    SixDigits,
    View,
)
from server.domain.case import PersonRole, Side
from server.domain.invitation import Answer, LinkState
from server.domain.jurisdiction.entries import Arbitration
from server.domain.session import SessionState

LinkToken = Annotated[str, Field(min_length=8, max_length=64)]


class OpenLink(Ask):
    """The link's token and the last four digits of the telephone on file.

    `notice`: the version of the privacy notice that stood above the digits.
    """

    token: LinkToken
    digits: FourDigits
    notice: ShortText = ""


class ResumeLink(Ask):
    """The link's token; answered when this browser already gave the digits."""

    token: LinkToken


class ConsentText(View):
    """One consent as it is asked, in the phone's language, and the last answer.

    `statement` and `points` are the card, `terms` the full wording agreed to, `law` its
    source. Lines of a text are divided by newlines. `answer` is one to these very words, `given`
    the last to any, `answers` how often he answered; `withdraw_means` is what taking it back does.
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
    given: bool | None
    given_at: datetime | None
    answers: int
    withdraw_means: str


class RightsBlock(View):
    """One block of what is read out at the opening: rights and duties, the sham warning."""

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
    `confirmation_depends`: a court may find that it confirms no such agreement.
    """

    signed_at: datetime | None
    fingerprint: str
    progress: list[SignerProgress]
    state: str
    number: str | None
    effective_on: date | None
    confirmation_deadline: date | None
    confirmation_depends: bool
    copy_until: datetime | None


class EndNotice(View):
    """How the mediation ended, and the other remedies open to the party.

    `destroyed_on` is when its file was destroyed, with a text that was never sealed.
    """

    outcome: str
    end_reason: str
    remedies: list[str]
    destroyed_on: date | None


class SeatView(View):
    """Everything a party's phone needs outside the live room.

    `sign_refused`: the last word on the locked text was his own, that he does not sign it.
    `arbitration`: a way beside the court in a dispute of this type. `answered_by` is None where
    the own consents count; else who gives them by law, and the own answers are wishes.
    `answers_for` are those for whom the own consents count too.
    `rests`: the last sitting was adjourned to a later day than today, and nothing is to be done
    before.
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
    arbitration: Arbitration
    answer: Answer
    needs: list[str]
    consents: list[ConsentText]
    answered_by: list[str] | None
    answers_for: list[str]
    rights: list[RightsBlock]
    caucus_promises: list[str]
    environment_question: str
    device: Literal["none", "holder", "waiting", "other"]
    code_channel: bool
    mobile_masked: str
    session_id: str | None
    session_state: SessionState | None
    rests: bool
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
    """An answer to one consent text, named by its version.

    `answers` is the number that stood beside the text: who agrees by a request that comes after a
    later answer of his is refused (`stale_revision`), who does not agree never.
    """

    scope: ShortText
    agreed: bool
    text_version: ShortText
    answers: Annotated[int, Field(ge=0)] | None = None


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
    """Ending the mediation as a party; a reason is welcome, never asked for.

    `session_id`: the sitting in which it was said; once that is over, nothing is ended.
    """

    reason: Annotated[str, Field(max_length=300)] = ""
    session_id: ShortText | None = None


class MinutesLine(View):
    """One sentence of the minutes."""

    id: str
    at: datetime
    speaker: str
    text: str
    mark: str


class PartyMinutes(View):
    """The minutes as the parties are asked to confirm them: no concession, as in print."""

    version: int
    ready: bool
    items: list[MinutesLine]
    answered: bool | None


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
