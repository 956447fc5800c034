"""The mediator's day: today's sittings, who is here, what is owed, and the dated duties."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import count

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement
from server.domain.calendar import HolidayCalendar
from server.domain.case import Case, CaseState, Person, PersonRole
from server.domain.committee import Committee
from server.domain.duties import Duty, mediation_end, of_agreement, of_case
from server.domain.ids import PersonId, SeatId, StaffId
from server.domain.invitation import Answer, Invitation
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.owed import refuses_online
from server.domain.representation import signer_of
from server.domain.sealing_rule import SealingRule
from server.domain.session import Session
from server.domain.session_log import Entry
from server.domain.signing_order import awaits
from server.domain.staff import Actor, Staff
from server.domain.wards import Wards, wards_of
from server.ports.store import CaseQuery, UnitOfWork
from server.usecases.find_cases import CaseLine, line, own_only
from server.usecases.read_case import calendar_of
from server.usecases.seal_standing import Awaited, seal_standing
from server.usecases.world import World

AHEAD = timedelta(days=60)
BEHIND = timedelta(days=30)
"""How long the last days of a sealed agreement are still shown: nothing else ends them."""

ADJOURNED_SINCE = timedelta(days=180)
"""How far back a sitting may lie whose next one nobody has fixed yet."""

RULE_IS_NEWS = timedelta(days=14)
"""How long everybody is told that the committee seals otherwise than before."""

MOST_DUTIES = 30
MOST_CASES = 100
"""Duties are looked for in so many cases, those with the nearest; far more than are shown."""
_DEVICE_CHECKED = "device.checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One expected person. `device` is the last device check's colour, empty before one.

    `refuses_online`: he takes part, but not by video, and waits for a call.
    Who is not `invited` has no link of his own: a companion sits at another's phone then.
    """

    person: Person
    invited: bool
    answer: Answer
    refuses_online: bool
    here: bool
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingToday:
    """A sitting of today; `missing` holds codes of what is owed, each once.

    One that concerns a single person has his name behind a colon.
    `to_sign`: the agreement waits for the signature of the member who looks.
    """

    line: CaseLine
    session: Session
    arrivals: tuple[Arrival, ...]
    missing: tuple[str, ...]
    to_sign: bool
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One dated duty of one case."""

    case: Case
    code: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SealLine:
    """A case whose text everybody has signed, and for whom its seal waits."""

    case: Case
    awaited: Awaited
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The day as staff see it.

    `duties` are the oldest and then the nearest; at least `more_duties` others are left out.
    `unplanned` were adjourned, and the next time is to be agreed. `rule` is how the committee
    seals, where that changed lately or somebody wants it to.
    """

    today: date
    now: datetime
    sittings: tuple[SittingToday, ...]
    later: tuple[CaseLine, ...]
    unplanned: tuple[CaseLine, ...]
    duties: tuple[DutyLine, ...]
    more_duties: int
    seals: tuple[SealLine, ...]
    rule: SealingRule | None
    staff: Mapping[StaffId, str]


async def see_today(world: World, actor: Actor) -> Today:
    """Return the actor's day: a mediator's own cases, else the committee's."""
    access.allow(actor, Act.SEE_CASES)
    now = world.clock.now()
    today = world.pack.local_day(now)
    begin = begin_of(today, world.pack)
    async with world.store.read() as uow:
        members = await uow.staff.of_committee(actor.committee_id)
        committee = await uow.committees.get(actor.committee_id)
        names = {s.id: s.name for s in members}
        planned = await uow.sessions.planned(actor.committee_id, begin, begin + AHEAD)
        own = own_only(actor, Act.SEE_CASES)
        mine = [pair for pair in await _with_cases(uow, planned) if _is_own(pair[1], own)]
        since = now - ADJOURNED_SINCE
        unplanned = await uow.sessions.unplanned(actor.committee_id, own, since)
        tomorrow = begin + timedelta(days=1)
        sittings = [
            await _sitting(world, uow, actor, case, session, names)
            for session, case in mine
            if session.planned_at < tomorrow
        ]
        near, more = await _duties(world, uow, actor, today)
        return Today(
            today=today,
            now=now,
            sittings=tuple(sittings),
            later=tuple(
                line(case, [session], names)
                for session, case in mine
                if session.planned_at >= tomorrow and not session.over
            ),
            unplanned=tuple(
                line(case, [session], names) for session, case in await _with_cases(uow, unplanned)
            ),
            duties=near,
            more_duties=more,
            seals=_seals(await _signed(uow, own, committee), committee, members, now),
            rule=_lately(committee.sealing, now),
            staff=names,
        )


def begin_of(day: date, pack: JurisdictionPack) -> datetime:
    """Return the instant at which a day begins where the committee sits."""
    zone = timezone(timedelta(minutes=pack.utc_offset_minutes))
    return datetime.combine(day, time.min, zone).astimezone(UTC)


async def _with_cases(uow: UnitOfWork, sessions: Sequence[Session]) -> list[tuple[Session, Case]]:
    cases = await uow.cases.several(session.case_id for session in sessions)
    return [(one, cases[one.case_id]) for one in sessions if one.case_id in cases]


def _is_own(case: Case, own: StaffId | None) -> bool:
    return own is None or own in {case.mediator_id, case.recorder_id}


async def _sitting(
    world: World,
    uow: UnitOfWork,
    actor: Actor,
    case: Case,
    session: Session,
    names: dict[StaffId, str],
) -> SittingToday:
    links = {one.person_id: one for one in await uow.invitations.of_case(case.id)}
    agreement = await uow.agreements.of_case(case.id)
    devices = _device_checks(await uow.log.of_case(case.id, (_DEVICE_CHECKED,)))
    present = world.rooms.presence(session.id)
    here = {one.seat for one in present.values() if one.present}
    today = world.pack.local_day(world.clock.now())
    wards = wards_of(case, world.pack, today)
    arrivals = tuple(
        Arrival(
            person=person,
            invited=_invited(links.get(person.id)),
            answer=links[person.id].answer if person.id in links else Answer.NONE,
            refuses_online=refuses_online(session, person.id, wards),
            here=SeatId(person.id) in here,
            device=devices.get(person.id, ""),
        )
        for person in case.people
    )
    missing = _missing(case, session, links, world.pack, today)
    return SittingToday(
        line=line(case, [session], names),
        session=session,
        arrivals=arrivals,
        missing=missing,
        to_sign=agreement is not None and awaits(agreement, actor.staff_id),
        due_on=mediation_end(case, await calendar_of(uow, world.pack)).due_on,
    )


def _invited(link: Invitation | None) -> bool:
    return link is not None and link.revoked_at is None


def _device_checks(entries: Sequence[Entry]) -> Mapping[PersonId, str]:
    """Return the colour of each person's last device check."""
    found = (json.loads(entry.body)["facts"] for entry in entries)
    return {PersonId(facts["person"]): facts["result"] for facts in found}


def _missing(
    case: Case,
    session: Session,
    links: Mapping[PersonId, Invitation],
    pack: JurisdictionPack,
    today: date,
) -> tuple[str, ...]:
    wards = wards_of(case, pack, today)
    found = [
        code for person in case.people for code in _of_person(person, links, session, pack, wards)
    ]
    if case.mediator_id is None:
        found.append("no_mediator")
    if any(signer_of(case, party, pack, today) is None for party in case.parties):
        found.append("no_signer")
    return tuple(dict.fromkeys(found))


def _of_person(
    person: Person,
    links: Mapping[PersonId, Invitation],
    session: Session,
    pack: JurisdictionPack,
    wards: Wards,
) -> list[str]:
    link = links.get(person.id)
    if link is None or not _invited(link):
        return [] if person.role is PersonRole.COMPANION else ["not_invited"]
    if link.answer is not Answer.ACCEPTED:
        return ["no_answer" if link.answer is Answer.NONE else link.answer.value]
    if refuses_online(session, person.id, wards):
        return [f"refuses_online:{person.name}"]
    if person.role is PersonRole.COMPANION:
        return []
    owed = [] if person.id_no else ["identity_number"]
    asked = () if person.id in wards else pack.consent_scopes
    if any(session.consent(person.id, scope) is None for scope in asked):
        owed.append("consents")
    return owed


Signed = Sequence[tuple[Case, Agreement]]


async def _signed(uow: UnitOfWork, own: StaffId | None, committee: Committee) -> Signed:
    """Return every case whose text all have signed and that is not sealed."""
    found: list[tuple[Case, Agreement]] = []
    for page in count(1):
        query = CaseQuery(
            committee_id=committee.id,
            state=CaseState.AGREED,
            own=own,
            page=page,
            page_size=MOST_CASES,
        )
        cases, _ = await uow.cases.search(query)
        if not cases:
            break
        agreements = await uow.agreements.of_cases(case.id for case in cases)
        found += [(case, agreements[case.id]) for case in cases if case.id in agreements]
    return found


async def _duties(
    world: World, uow: UnitOfWork, actor: Actor, today: date
) -> tuple[tuple[DutyLine, ...], int]:
    """Return the nearest duties, past ones first, and how many more there are at least."""
    since, own = today - BEHIND, own_only(actor, Act.SEE_CASES)
    query = CaseQuery(committee_id=actor.committee_id, own=own, page_size=MOST_CASES)
    cases, total = await uow.cases.due(query, since)
    agreements = await uow.agreements.of_cases(case.id for case in cases)
    calendar = await calendar_of(uow, world.pack)
    found = [
        DutyLine(case=case, code=duty.code, on=duty.on)
        for case in cases
        for duty in _shown(case, agreements.get(case.id), calendar, since)
    ]
    near = sorted(found, key=lambda duty: duty.on)
    unopened = total - len(cases)
    return tuple(near[:MOST_DUTIES]), max(0, len(near) - MOST_DUTIES) + unopened


def _shown(
    case: Case, agreement: Agreement | None, calendar: HolidayCalendar, since: date
) -> Iterator[Duty]:
    """Yield what an open case owes, however late, and what an agreement does since that day."""
    yield from of_case(case, calendar)
    if agreement is not None:
        yield from (duty for duty in of_agreement(agreement, calendar) if duty.on >= since)


def _seals(
    signed: Signed, committee: Committee, members: Sequence[Staff], now: datetime
) -> tuple[SealLine, ...]:
    stand = [
        (case, seal_standing(agreement, case, committee, members, now))
        for case, agreement in signed
    ]
    return tuple(
        SealLine(case=case, awaited=one.awaited, of=one.of)
        for case, one in stand
        if one.awaited is not None
    )


def _lately(rule: SealingRule, now: datetime) -> SealingRule | None:
    """Return the rule while its last change is news, or somebody wants another."""
    news = rule.at is not None and now - rule.at < RULE_IS_NEWS
    return rule if news or rule.back is not None else None
