"""What a jurisdiction must bring, so that the rest of the product knows no country."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeVar

from server.domain.calendar import CalendarYear, HolidayCalendar, calendar_year
from server.domain.deadlines import local_day
from server.domain.errors import DomainError, InvalidValueError
from server.domain.jurisdiction.entries import (
    AgentAct,
    AgentKind,
    AgentScope,
    AgreementNumber,
    AgreementTexts,
    CaseFileItem,
    ClauseRules,
    CourtConfirmation,
    DisputeType,
    ElectronicSigning,
    IdentityDocument,
    KeepingRule,
    Notices,
    Result,
    RetentionClass,
    SignatureRule,
    Source,
)
from server.domain.jurisdiction.texts import Choice, ConsentText, NoticeBlock, Question, Text


class UnknownCodeError(DomainError):
    """The pack has no such entry; `facts` name the `list` and the `entry`."""

    code = "unknown_code"


class AgreementNumberError(DomainError):
    """The text is no agreement number of this jurisdiction."""

    code = "agreement_number_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionPack:
    """One jurisdiction. The first language leads; `checked_on` is when its law was last checked."""

    code: str
    name: Text
    languages: tuple[str, ...]
    checked_on: date
    currency: str
    utc_offset_minutes: int
    calendar: HolidayCalendar
    fixed_holidays: tuple[tuple[int, int], ...]
    number_format: str
    number_pattern: re.Pattern[str]
    dispute_types: tuple[DisputeType, ...]
    sources: tuple[Source, ...]
    channels: tuple[Choice, ...]
    results: tuple[Result, ...]
    end_reasons: tuple[Choice, ...]
    party_kinds: tuple[Choice, ...]
    sides: tuple[Choice, ...]
    capacities: tuple[Choice, ...]
    needs: tuple[Choice, ...]
    identity_documents: tuple[IdentityDocument, ...]
    agent_kinds: tuple[AgentKind, ...]
    agent_scopes: tuple[AgentScope, ...]
    payment_methods: tuple[Choice, ...]
    case_file: tuple[CaseFileItem, ...]
    retention: tuple[RetentionClass, ...]
    keeping: tuple[KeepingRule, ...]
    personal_status_question: Question
    confirmation_questions: tuple[Question, ...]
    consents: tuple[ConsentText, ...]
    withdrawals: tuple[NoticeBlock, ...]
    notices: Notices
    agreement: AgreementTexts
    clauses: ClauseRules

    def dispute_type(self, code: str) -> DisputeType:
        """Return the dispute type; raises UnknownCodeError."""
        return _one(self.dispute_types, code, "dispute_types")

    def identity_document(self, code: str) -> IdentityDocument:
        """Return the kind of identity document; raises UnknownCodeError."""
        return _one(self.identity_documents, code, "identity_documents")

    @property
    def read_out(self) -> tuple[NoticeBlock, ...]:
        """Return what is read out at the opening: rights and duties, then the sham warning.

        人民法院在线调解规则 art. 17 by analogy: whoever mediates warns of what follows from a sham.
        """
        return (*self.notices.rights_and_duties, self.notices.sham_mediation)

    @property
    def rights_blocks(self) -> int:
        """Return how many blocks are read out at the opening."""
        return len(self.read_out)

    @property
    def blocks_of_rights(self) -> int:
        """Return how many of them tell rights and duties: the first; a warning was added later."""
        return len(self.notices.rights_and_duties)

    @property
    def consent_scopes(self) -> tuple[str, ...]:
        """The scopes of all consents that are asked for, in the order of asking."""
        return tuple(text.scope for text in self.consents)

    def consent(self, scope: str) -> ConsentText:
        """Return the consent text; raises UnknownCodeError."""
        return _one(self.consents, scope, "consents")

    def asked(self, scope: str, *, ward: bool) -> ConsentText:
        """Return the consent as it stands on the screen; raises UnknownCodeError.

        A ward is asked for his wish: it ends nothing, and what follows is that he is heard.
        """
        text = self.consent(scope)
        if not ward:
            return text
        said = self.notices
        return replace(
            text, on_agree=said.wish_for, on_refuse=said.wish_against, refusal_ends_online=False
        )

    def withdrawal(self, scope: str) -> NoticeBlock:
        """Return what taking this consent back does; raises UnknownCodeError."""
        return _one(self.withdrawals, scope, "withdrawals")

    def taken_back(self, scope: str, *, ward: bool) -> tuple[Text, ...]:
        """Return what taking it back does, a ward's wish too; raises UnknownCodeError."""
        return self.notices.wish_against if ward else self.withdrawal(scope).lines

    def agent_kind(self, code: str) -> AgentKind:
        """Return the kind of agent; raises UnknownCodeError."""
        return _one(self.agent_kinds, code, "agent_kinds")

    def electronic_signing(
        self, dispute_type: str, *, personal_status: bool | None
    ) -> ElectronicSigning:
        """Return whether this agreement may be signed electronically; raises UnknownCodeError."""
        if personal_status:
            return ElectronicSigning.EXCLUDED
        rule = self.dispute_type(dispute_type).signature
        if rule is SignatureRule.ALLOWED:
            return ElectronicSigning.ALLOWED
        if rule is SignatureRule.WET_INK:
            return ElectronicSigning.WET_INK
        answered = personal_status is not None
        return ElectronicSigning.ALLOWED if answered else ElectronicSigning.ASK_FIRST

    def confirmation_asked(
        self, dispute_type: str, *, personal_status: bool | None
    ) -> tuple[Question, ...]:
        """Return the questions whose yes keeps a court from confirming; none where none does.

        What touches personal status is asked of it in any kind of dispute: what cannot be signed
        electronically, as an estate, can still be confirmed. Raises UnknownCodeError.
        """
        codes = {self.dispute_type(dispute_type).confirmation_question}
        if personal_status:
            codes.add(self.personal_status_question.code)
        if self.agreement.confirmation is None:
            return ()
        return tuple(one for one in self.confirmation_questions if one.code in codes)

    def court_confirmation(
        self, dispute_type: str, *, personal_status: bool | None, answers: Mapping[str, bool]
    ) -> CourtConfirmation:
        """Return whether a court may confirm it, by what the mediator answered of its text.

        Raises UnknownCodeError.
        """
        asked = self.confirmation_asked(dispute_type, personal_status=personal_status)
        given = [answers.get(question.code) for question in asked]
        if self.agreement.confirmation is None or any(given):
            return CourtConfirmation.CLOSED
        return CourtConfirmation.DEPENDS if None in given else CourtConfirmation.OPEN

    def remedies(self, dispute_type: str) -> tuple[Text, ...]:
        """Return what is told once a mediation failed: the ways open in this kind of dispute.

        Raises UnknownCodeError.
        """
        before, after = self.notices.remedies.lines[:-1], self.notices.remedies.lines[-1:]
        ways = self.notices.ways[self.dispute_type(dispute_type).arbitration]
        return (*before, *ways, *after)

    def agent_may(self, act: AgentAct, scopes: Iterable[str]) -> bool:
        """Return whether a power of attorney with these scope codes covers the act."""
        held = frozenset(scopes)
        return any(scope.allows is act and scope.code in held for scope in self.agent_scopes)

    def agreement_number(self, prefix: str, *, year: int, serial: int) -> str:
        """Write the number that an agreement carries."""
        return self.number_format.format(prefix=prefix, year=year, serial=serial)

    def parse_number(self, text: str) -> AgreementNumber:
        """Read a number as people type it, any brackets; raises AgreementNumberError."""
        match = self.number_pattern.fullmatch(re.sub(r"\s", "", text))
        if match is None:
            raise AgreementNumberError
        prefix, year, serial = match.group("prefix", "year", "serial")
        return AgreementNumber(prefix=prefix, year=int(year), serial=int(serial))

    def as_printed(self, text: str) -> str:
        """Return a number as agreements carry it, with its zeros; what is none stays as it is."""
        try:
            number = self.parse_number(text)
        except AgreementNumberError:
            return text
        return self.agreement_number(number.prefix, year=number.year, serial=number.serial)

    def local_day(self, at: datetime) -> date:
        """Return the day on which an instant falls where this law is counted."""
        return local_day(at, utc_offset_minutes=self.utc_offset_minutes)

    def calendar_year(
        self, year: int, holidays: Iterable[date], make_up_days: Iterable[date], source: str = ""
    ) -> CalendarYear:
        """Check a year's schedule as entered; raises CalendarEntryError."""
        return calendar_year(
            year,
            holidays=holidays,
            make_up_days=make_up_days,
            fixed=self.fixed_holidays,
            source=source,
        )

    def closing_lines(
        self,
        *,
        copies: int,
        labour: bool,
        electronic: bool,
        confirmation: CourtConfirmation = CourtConfirmation.OPEN,
    ) -> tuple[Text, ...]:
        """Return the last paragraphs of an agreement, in order."""
        words = self.agreement
        asked = {
            CourtConfirmation.OPEN: words.confirmation,
            CourtConfirmation.DEPENDS: words.confirmation_if_open,
        }
        lines = (
            words.effect,
            words.remedies,
            words.labour_remedies if labour else None,
            asked.get(confirmation),
            words.without_prejudice,
            words.electronic_form if electronic else words.paper_form,
        )
        number = Text(zh=self.clauses.number_in_words(copies), en=str(copies))
        last = Text(
            zh=words.copies.zh.format(copies=number.zh), en=words.copies.en.format(copies=number.en)
        )
        return (*(line for line in lines if line is not None), last)


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Coded)


def _one(entries: tuple[_Entry, ...], wanted: str, name: str) -> _Entry:
    for entry in entries:
        if entry.code == wanted:
            return entry
    raise UnknownCodeError(list=name, entry=wanted)


def expect_code(given: str, known: Iterable[_Coded], field: str) -> None:
    """Raise InvalidValueError unless it is one of these entries' codes.

    What reaches the log stays for ever: codes of the pack, never typed words.
    """
    if given not in {one.code for one in known}:
        raise InvalidValueError(field=field, reason="unknown_code")
