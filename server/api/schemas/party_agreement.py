"""The agreement as a party's phone shows it, and the answers to its clauses."""

from datetime import date
from typing import Annotated

from pydantic import Field

from server.api.schemas.base import Ask, View
from server.domain.agreement import Verdict


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
