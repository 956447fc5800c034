"""What the agreement lint reads and what it says: plain values, so that any draft can be mapped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """An error keeps a draft from being locked; a warning is shown and may stand."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. `ref` is the clause, item or payment meant, empty for the whole draft.

    `facts` are plain values for the text on the screen; amounts in fen, days in ISO 8601.
    """

    code: str
    level: Level
    ref: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintParty:
    """A party: what payments call it, and its full name."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LintClause:
    """A clause as the draft numbers it, counting from 1."""

    ref: str
    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LintItem:
    """A named part of the total, in fen."""

    ref: str
    name: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LintPayment:
    """An instalment, in fen; `payer` and `payee` are party refs.

    `words` is what the draft prints beside the amount, empty where it prints none.
    `holder_reason` says why the account is another person's, such as a guardian's.
    """

    ref: str
    payer: str
    payee: str
    amount: int
    due_on: date | None
    method: str
    account_holder: str = ""
    bank: str = ""
    account: str = ""
    words: str = ""
    holder_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintInput:
    """A draft agreement. `total` is None where nothing is paid.

    `labour_graded`: whether the injury's grade is known; None where no injury is at stake.
    `knowledge_clause` is what the pack suggests to an ungraded worker, empty where nothing.
    `copies` None: the draft does not state them. `personal_status`: marriage, parentage,
    adoption, inheritance or guardianship are at stake. `confirmation` says of the text, by the
    code of each question, whether what no court confirms stands in it.
    """

    dispute_type: str
    parties: tuple[LintParty, ...]
    clauses: tuple[LintClause, ...]
    items: tuple[LintItem, ...] = ()
    payments: tuple[LintPayment, ...] = ()
    total: int | None = None
    copies: int | None = None
    facts_text: str = ""
    labour_graded: bool | None = None
    knowledge_clause: str = ""
    personal_status: bool | None = None
    confirmation: Mapping[str, bool] = field(default_factory=dict)

    def name_of(self, ref: str) -> str | None:
        """Return a party's full name, None for a ref that is no party's."""
        return next((party.name for party in self.parties if party.ref == ref), None)


def error(code: str, ref: str = "", **facts: str | int) -> Finding:
    """Return a finding that has to be settled before the lock."""
    return Finding(code=code, level=Level.ERROR, ref=ref, facts=facts)


def warning(code: str, ref: str = "", **facts: str | int) -> Finding:
    """Return a finding that is shown and may stand."""
    return Finding(code=code, level=Level.WARNING, ref=ref, facts=facts)
