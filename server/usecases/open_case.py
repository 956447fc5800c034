"""Registers a case: checks the form, warns of duplicates, allots the number, plans the sitting."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain import access
from server.domain.access import Act, Thing
from server.domain.case import Case, CaseState, PersonRole
from server.domain.committee import Committee
from server.domain.deadlines import MEDIATION_DAYS, days_after
from server.domain.errors import InvalidValueError, NotFoundError
from server.domain.identity_numbers import IdentityNumberError, credit_code
from server.domain.ids import CaseId, CommitteeId, StaffId
from server.domain.jurisdiction.entries import ElectronicSigning
from server.domain.party_check import party_findings
from server.domain.registration import case_form
from server.domain.registration.case_form import CaseForm
from server.domain.registration.party_form import PartyForm
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor, Membership, Role
from server.ports.store import CaseQuery, UnitOfWork
from server.usecases.build_parties import build
from server.usecases.plan_session import new_session, scheduled
from server.usecases.world import World

_OVER = frozenset({CaseState.SEALED, CaseState.ENDED})

_TOLD = {"party_age_unknown", "party_under_age", "acts_on_two_sides"}
"""What of the people is told at once: it decides who is invited, and to which lobby."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The new case.

    Warnings: same_parties and same_person with the other case's number behind a colon,
    e_sign_excluded, e_sign_wet_ink, e_sign_ask_first, organisation_code_check.
    """

    case: Case
    warnings: tuple[str, ...]


async def register(world: World, actor: Actor, form: CaseForm, key: str = "") -> Registered:
    """Register a case; raises InvalidValueError with the path of the wrong field.

    A `key` of the asker makes it one case, however often the form is sent.
    """
    access.allow(actor, Act.REGISTER_CASE, Thing(committee_id=actor.committee_id, own=True))
    now = world.clock.now()
    form = case_form.check(form, world.pack, world.pack.local_day(now))
    form = _with_own_mediator(form, actor)
    _refuse_files(form)
    async with world.store.write() as uow:
        sent = f"register {actor.staff_id} {key}" if key else ""
        if sent and (before := await uow.replies.find(sent)) is not None:
            return Registered(case=await uow.cases.get(CaseId(before)), warnings=())
        registered = await _register(world, uow, actor, form)
        if sent:
            await uow.replies.put(sent, registered.case.id, now)
    return registered


async def _register(world: World, uow: UnitOfWork, actor: Actor, form: CaseForm) -> Registered:
    await expect_staff(uow, actor.committee_id, form)
    committee = await uow.committees.get(actor.committee_id)
    warnings = (*_doubts(world, form), *await _duplicates(uow, committee.id, form))
    case = await _number(uow, committee, _case(world, actor, form))
    people = party_findings(case, world.pack, world.pack.local_day(world.clock.now()))
    told = (f"{one.code}:{one.facts['name']}" for one in people if one.code in _TOLD)
    await uow.cases.add(case)
    sitting = await _plan(world, uow, actor, case, form.planned_at)
    logged = (*_accepted(case, actor), *sitting)
    await uow.log.append(case.id, logged, world.clock.now())
    return Registered(case=case, warnings=(*warnings, *told))


def _with_own_mediator(form: CaseForm, actor: Actor) -> CaseForm:
    if form.mediator_id is not None or Role.MEDIATOR not in actor.roles:
        return form
    return replace(form, mediator_id=actor.staff_id)


def _refuse_files(form: CaseForm) -> None:
    # Files belong to a case; there is none before it is registered.
    for i, party in enumerate(form.parties):
        for k, person in enumerate(party.people):
            if person.authority is not None and person.authority.file is not None:
                field = f"parties.{i}.people.{k}.authority.file"
                raise InvalidValueError(field=field, reason="not_of_this_case")


async def expect_staff(uow: UnitOfWork, committee: CommitteeId, form: CaseForm) -> None:
    """Raise unless mediator and recorder are two active members with those roles."""
    if form.recorder_id is not None and form.recorder_id == form.mediator_id:
        raise InvalidValueError(field="recorder_id", reason="same_as_mediator")
    await _expect_role(uow, committee, "mediator_id", form.mediator_id, {Role.MEDIATOR})
    either = {Role.RECORDER, Role.MEDIATOR}
    await _expect_role(uow, committee, "recorder_id", form.recorder_id, either)


async def _expect_role(
    uow: UnitOfWork, committee: CommitteeId, field: str, staff: StaffId | None, roles: set[Role]
) -> None:
    if staff is None:
        return
    try:
        member = await uow.staff.get(staff)
    except NotFoundError:
        raise InvalidValueError(field=field, reason="unknown") from None
    ours = member.committee_id == committee and member.membership is Membership.ACTIVE
    if not ours or not member.roles & roles:
        raise InvalidValueError(field=field, reason="not_appointed")


def _doubts(world: World, form: CaseForm) -> Iterator[str]:
    kind, personal = form.dispute_type, form.personal_status
    signing = world.pack.electronic_signing(kind, personal_status=personal)
    if signing is not ElectronicSigning.ALLOWED:
        yield f"e_sign_{signing.value}"
    warned = (warning for party in form.parties for warning in _code_warnings(party.uscc))
    yield from dict.fromkeys(warned)


def _code_warnings(uscc: str) -> tuple[str, ...]:
    try:
        return credit_code(uscc).warnings
    except IdentityNumberError:  # none given, or a jurisdiction with other codes
        return ()


async def _duplicates(uow: UnitOfWork, committee: CommitteeId, form: CaseForm) -> tuple[str, ...]:
    """Return a warning for every open case in which somebody of this form takes part."""
    met: dict[str, set[int]] = {}
    for n, party in enumerate(form.parties):
        for number in _numbers(party):
            found, _ = await uow.cases.search(CaseQuery(committee_id=committee, text=number))
            for case in found:
                if case.state not in _OVER:
                    met.setdefault(case.case_no, set()).add(n)
    return tuple(
        f"{'same_parties' if len(who) > 1 else 'same_person'}:{no}" for no, who in met.items()
    )


def _numbers(party: PartyForm) -> set[str]:
    own = {person.id_no for person in party.people if person.role is PersonRole.PARTY}
    return {number for number in own | {party.uscc} if number}


def _case(world: World, actor: Actor, form: CaseForm) -> Case:
    now = world.clock.now()
    accepted = form.accepted_on or world.pack.local_day(now)
    parties, people = build(form, world.ids.new, world.pack)
    return Case(
        id=CaseId(world.ids.new()),
        committee_id=actor.committee_id,
        case_no="",
        dispute_type=form.dispute_type,
        sub_type=form.sub_type,
        source=form.source,
        channel=form.channel,
        matter=form.matter,
        summary=form.summary,
        claims=form.claims,
        amount_claimed=form.amount_claimed,
        occurred_on=form.occurred_on,
        place=form.place,
        labour=form.labour,
        touches_status=form.personal_status,
        public=form.public,
        mediator_id=form.mediator_id,
        recorder_id=form.recorder_id,
        parties=parties,
        people=people,
        created_at=now,
        accepted_on=accepted,
        due_on=days_after(accepted, MEDIATION_DAYS),
    )


async def _number(uow: UnitOfWork, committee: Committee, case: Case) -> Case:
    year = case.accepted_on.year
    serial = await uow.cases.next_number(committee.id, year)
    number = case_form.case_number(committee.short_name, year=year, serial=serial)
    return replace(case, case_no=number)


def _accepted(case: Case, actor: Actor) -> Iterator[Happening]:
    yield happened(
        "case.accepted",
        actor.staff_id,
        dispute_type=case.dispute_type,
        source=case.source,
        accepted_on=case.accepted_on.isoformat(),
        due_on=case.due_on.isoformat(),
    )
    if case.mediator_id is not None:
        yield happened("mediator.assigned", actor.staff_id, mediator=case.mediator_id)


async def _plan(
    world: World, uow: UnitOfWork, actor: Actor, case: Case, at: datetime | None
) -> tuple[Happening, ...]:
    if at is None:
        return ()
    session = new_session(world, case, at)
    await uow.sessions.add(session)
    return (scheduled(session, actor),)
