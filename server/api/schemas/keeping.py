"""Files in keeping: what is due, who holds it back, who proposed to destroy it."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from server.api.schemas.base import Ask, View

Reason = Annotated[str, Field(min_length=2, max_length=300)]


class HoldFile(Ask):
    """Whose document holds the file back, and why."""

    document: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Reason


class LiftHold(Ask):
    """Which hold is lifted."""

    hold: Annotated[str, Field(min_length=1, max_length=64)]


class ProposeDestruction(Ask):
    """Why the file's contents are to be destroyed."""

    reason: Reason


class KeepingRule(Ask):
    """How long one kind of file is kept, and who decided so where; no years is for good."""

    dispute_type: Annotated[str, Field(max_length=8)]
    years: Annotated[int | None, Field(ge=1, le=100)]
    basis: Annotated[str, Field(min_length=2, max_length=200)]


class SetKeeping(Ask):
    """All rules of the committee's own."""

    rules: Annotated[list[KeepingRule], Field(max_length=60)]


class HoldView(View):
    """A hold in force."""

    id: str
    by: str
    at: datetime
    document: str
    reason: str


class ProposalView(View):
    """An open proposal; `mine` where the reader made it and so cannot confirm it.

    From `until` on, and once whoever made it may not propose any more, it is `lapsed`: nobody
    can confirm it, and anybody may propose anew.
    """

    by: str
    at: datetime
    until: datetime
    reason: str
    mine: bool
    lapsed: bool


class KeptFile(View):
    """One file. `due_on` is null for what is kept for good.

    `number` is the agreement's, or the case's where it ended without one; then `record` is null.
    `storage` says of a held record whether its storage holds it too: `owed` is tried again every
    day, a folder `cannot`; null where nothing is held or there is no record.
    """

    case: str
    record: str | None
    number: str
    parties: list[str]
    dispute_type: str
    sub_type: str
    closed_on: date
    due_on: date | None
    due: bool
    basis: str
    storage: Literal["held", "owed", "cannot"] | None
    holds: list[HoldView]
    proposal: ProposalView | None


class KeepingRuleView(View):
    """How long a kind of file is kept; "" is every kind not named, no years is for good."""

    dispute_type: str
    years: int | None
    basis: str
    own: bool


class StampsView(View):
    """The archive time stamps of the committee's records.

    `due` wait for a night, `failed` could not be renewed when it was tried; `numbers` are
    some of those. `below_lta` hold, and their seals wait for what the authority did not give;
    `waiting` are the numbers of some. `last_at` is when one was renewed last.
    """

    due: int
    failed: int
    numbers: list[str]
    below_lta: int
    waiting: list[str]
    last_at: datetime | None


class KeepingList(View):
    """One page of files that wait for a decision, the rules, and how the time stamps stand."""

    files: list[KeptFile]
    total: int
    page: int
    rules: list[KeepingRuleView]
    stamps: StampsView


class Destroyed(View):
    """How many files were destroyed."""

    files: int
