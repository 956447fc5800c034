"""What makes a case fit to be registered: every field checked, every number normalised.

Fields and limits follow the forms 人民调解申请书 and 受理登记表. An error names the field
by its path in the form, such as `parties.0.people.1.id_no`, and a stable reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from server.domain.case import LabourFacts, Side
from server.domain.errors import InvalidValueError
from server.domain.ids import StaffId
from server.domain.jurisdiction.pack import JurisdictionPack, UnknownCodeError
from server.domain.registration.party_form import PartyForm, check_party
from server.domain.registration.person_form import expect

_HEAVENLY_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_LETTERS: Final = "ABCDEFGHIJ"
FURTHEST: Final = timedelta(days=2 * 366)
"""How far ahead a sitting may be: its links live as long, and a mistyped year would open them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseForm:
    """A case as written down at the counter. Amounts are fen, days are Chinese days."""

    dispute_type: str
    source: str
    matter: str
    summary: str
    parties: tuple[PartyForm, ...]
    sub_type: str = ""
    channel: str = "counter"
    claims: tuple[str, ...] = ()
    amount_claimed: int | None = None
    occurred_on: date | None = None
    place: str = ""
    accepted_on: date | None = None
    labour: LabourFacts | None = None
    personal_status: bool | None = None
    public: bool = False
    mediator_id: StaffId | None = None
    recorder_id: StaffId | None = None
    planned_at: datetime | None = None


def check(form: CaseForm, pack: JurisdictionPack, today: date) -> CaseForm:
    """Return the form with every number in its one spelling, and the sitting's time in UTC.

    Raises:
        InvalidValueError: `facts["field"]` is the path, `facts["reason"]` a code.
    """
    _check_choices(form, pack)
    _check_days(form, today)
    planned_at = _check_sitting(form, pack, today)
    parties = tuple(
        check_party(party, pack, today, path=f"parties.{n}") for n, party in enumerate(form.parties)
    )
    _check_sides(parties)
    claims = tuple(c for c in form.claims if c)
    return replace(form, parties=parties, claims=claims, planned_at=planned_at)


def label(position: int, pack: JurisdictionPack) -> str:
    """Return how the agreement calls the party at a position from 0, such as 甲方."""
    if pack.languages[0].startswith("zh"):
        return f"{_HEAVENLY_STEMS[position]}方"
    return f"Party {_LETTERS[position]}"


def case_number(short_name: str, *, year: int, serial: int) -> str:
    """Return the number on the receipt: 禾溪调受〔2025〕041号."""
    return f"{short_name}调受〔{year}〕{serial:03d}号"


def _check_choices(form: CaseForm, pack: JurisdictionPack) -> None:
    try:
        kind = pack.dispute_type(form.dispute_type)
    except UnknownCodeError:
        raise InvalidValueError(field="dispute_type", reason="unknown_code") from None
    expect(not kind.historic, "dispute_type", "historic")
    expect(kind.labour or form.labour is None, "labour", "not_labour")
    _known("source", form.source, (one.code for one in pack.sources))
    _known("channel", form.channel, (one.code for one in pack.channels))


def _known(field: str, code: str, codes: Iterable[str]) -> None:
    expect(code in set(codes), field, "unknown_code")


def _check_days(form: CaseForm, today: date) -> None:
    days = {"occurred_on": form.occurred_on, "accepted_on": form.accepted_on}
    if form.labour is not None:
        days["labour.injured_on"] = form.labour.injured_on
        days["labour.received_on"] = form.labour.received_on
    for field, day in days.items():
        expect(day is None or day <= today, field, "in_the_future")


def _check_sitting(form: CaseForm, pack: JurisdictionPack, today: date) -> datetime | None:
    return None if form.planned_at is None else check_planned(form.planned_at, pack, today)


def check_planned(
    at: datetime, pack: JurisdictionPack, today: date, field: str = "planned_at"
) -> datetime:
    """Return the time of a sitting in UTC.

    Raises InvalidValueError for a time without zone, on a day that is over, or further ahead
    than `FURTHEST`.
    """
    expect(at.tzinfo is not None, field, "no_time_zone")
    # The day it names itself, in whatever zone: the first and the last have no instant in another.
    expect(at.date() >= today - timedelta(days=2), field, "in_the_past")
    expect(at.date() <= today + FURTHEST, field, "too_far_ahead")
    expect(pack.local_day(at) >= today, field, "in_the_past")
    return at.astimezone(UTC)


def _check_sides(parties: Sequence[PartyForm]) -> None:
    sides = {party.side for party in parties}
    for side in (Side.APPLICANT, Side.RESPONDENT):
        expect(side in sides, "parties", f"no_{side}")
