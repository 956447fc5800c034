"""The entries a pack is made of: dispute types, scopes, documents, notices, clause rules."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.domain.jurisdiction.texts import NoticeBlock, Question, Text


class SignatureRule(StrEnum):
    """What a dispute type says about electronic signing before anything is asked."""

    ALLOWED = "allowed"
    ASK = "ask"
    WET_INK = "wet_ink"


class ElectronicSigning(StrEnum):
    """Whether an agreement may be signed electronically.

    WET_INK is paper by default, which the committee head may lift with a reason; EXCLUDED is the
    law's own bar, which nobody lifts; ASK_FIRST: the question on personal status is open.
    """

    ALLOWED = "allowed"
    ASK_FIRST = "ask_first"
    WET_INK = "wet_ink"
    EXCLUDED = "excluded"


class CourtConfirmation(StrEnum):
    """Whether a court may confirm an agreement.

    DEPENDS: on what it settles, which the mediator has not said; CLOSED: no court here does.
    """

    OPEN = "open"
    DEPENDS = "depends"
    CLOSED = "closed"


class Arbitration(StrEnum):
    """Whether arbitration is a way beside the court in a kind of dispute.

    AGREED: where both sides had agreed on it; LABOUR: before the court; LAND: beside the court,
    for contracted rural land; NONE: the law knows none, or people hardly ever agree on it.
    """

    NONE = "none"
    AGREED = "agreed"
    LABOUR = "labour"
    LAND = "land"


class AgentAct(StrEnum):
    """What an agent does for the party, each needing a scope in the power of attorney."""

    APPLY_OR_END = "apply_or_end"
    GIVE_EVIDENCE = "give_evidence"
    CHOOSE_MEDIATOR = "choose_mediator"
    CONCEDE = "concede"
    SIGN = "sign"
    FETCH_COPIES = "fetch_copies"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeType:
    """A kind of dispute. `parent` groups a finer kind under a statistical heading.

    `confirmation_question` is the code of the question whose yes bars court confirmation.
    """

    code: str
    name: Text
    parent: str = ""
    signature: SignatureRule = SignatureRule.ALLOWED
    labour: bool = False
    arbitration: Arbitration = Arbitration.NONE
    historic: bool = False
    confirmation_question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a case ends. `success`: counted as agreed in the statistics."""

    code: str
    name: Text
    success: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a case comes from; `group` is the heading of the statistics."""

    code: str
    name: Text
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentScope:
    """One box of the power of attorney, with the sign printed before it."""

    code: str
    mark: str
    name: Text
    allows: AgentAct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKind:
    """Who may act for a party. `licensed` asks for a licence number, `by_law` for no power."""

    code: str
    name: Text
    licensed: bool = False
    by_law: bool = False


NumberCheck = Callable[[str, date], str]
"""Takes the number as typed and today; returns it normalised or raises a DomainError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDocument:
    """A paper that proves who somebody is, and how its number is checked.

    `tells_person`: its number tells sex and birth, so that neither is asked.
    """

    code: str
    name: Text
    for_person: bool
    check: NumberCheck
    tells_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileItem:
    """A document of the case file in its order; `position` is printed in the table of contents."""

    position: str
    code: str
    name: Text
    compulsory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionClass:
    """How long a case file is kept; no years means for good. The committee may replace these."""

    code: str
    name: Text
    years: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingRule:
    """Which class a kind of dispute belongs to, and why; "" is every kind not named."""

    dispute_type: str
    retention: str
    basis: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Everything that is read out or shown and belongs to the law, not to the screen.

    `remedies` goes around `ways`, which tell by the kind of dispute what else is open.
    `wish_for` and `wish_against`: what follows from the answer of somebody for whom another
    answers by law.
    """

    rights_and_duties: tuple[NoticeBlock, ...]
    sham_mediation: NoticeBlock
    environment: Question
    mediator_accepted: Question
    open_to_public: Question
    voluntary: tuple[Question, ...]
    caucus_no_record: NoticeBlock
    caucus_promises: tuple[NoticeBlock, ...]
    remedies: NoticeBlock
    ways: Mapping[Arbitration, tuple[Text, ...]]
    labour: NoticeBlock | None
    privacy: NoticeBlock
    record: NoticeBlock
    legal: NoticeBlock
    wish_for: tuple[Text, ...]
    wish_against: tuple[Text, ...]
    without_prejudice: Text
    minutes_read: Text
    minutes_caucus: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTexts:
    """The fixed words of an agreement; `{names}` are filled by `closing_lines`.

    `confirmation_if_open` stands where it depends on the text whether a court confirms it.
    """

    effect: Text
    remedies: Text
    confirmation: Text | None
    confirmation_if_open: Text | None
    labour_remedies: Text | None
    without_prejudice: Text
    electronic_form: Text
    paper_form: Text
    copies: Text
    knowledge_clause: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRules:
    """How the jurisdiction reads clause text, for the agreement lint.

    `waiver` finds wording that gives up the way to court or to a finding, `doubtful` wording that
    may; `knowledge` must all be found in one clause of an ungraded labour agreement.
    """

    waiver: tuple[re.Pattern[str], ...]
    doubtful: tuple[re.Pattern[str], ...] = ()
    knowledge: tuple[re.Pattern[str], ...] = ()
    amount_words: Callable[[int], str] | None = None
    printed_number: re.Pattern[str] | None = None
    number_in_words: Callable[[int], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementNumber:
    """A committee's prefix, the year, and the gap-free serial of that year."""

    prefix: str
    year: int
    serial: int
