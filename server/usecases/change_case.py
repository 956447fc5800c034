"""Changes a registered case: the whole form again, over the version its writer saw."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import AgreementState
from server.domain.case import Case, CaseState
from server.domain.deadlines import MEDIATION_DAYS, days_after
from server.domain.errors import InvalidValueError, WrongStateError
from server.domain.ids import CaseId, PersonId, SeatId
from server.domain.invitation import Invitation
from server.domain.registration import case_form
from server.domain.registration.case_form import CaseForm
from server.domain.registration.unchanged import unmask
from server.domain.session import Session, SessionState
from server.domain.session_log import Happening, happened
from server.domain.staff import Actor
from server.ports.store import ConflictError, UnitOfWork
from server.usecases.build_parties import build
from server.usecases.open_case import expect_staff
from server.usecases.read_case import CaseFacts, gather
from server.usecases.world import World

_OPEN = frozenset({CaseState.ACCEPTED, CaseState.MEDIATING})


async def change(
    world: World, actor: Actor, case_id: CaseId, version: int, form: CaseForm
) -> CaseFacts:
    """Replace what was registered. A masked number means: as it was.

    Raises ConflictError when the case moved on since `version`, WrongStateError once its
    agreement is locked or it is over, InvalidValueError with the path of the wrong field.
    """
    facts = await world.rooms.run(case_id, lambda: _change(world, actor, case_id, version, form))
    await world.rooms.touch(case_id)
    return facts


async def _change(
    world: World, actor: Actor, case_id: CaseId, version: int, form: CaseForm
) -> CaseFacts:
    now = world.clock.now()
    async with world.store.write() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.CHANGE_CASE, access.of_case(case, actor))
        await _expect_open(uow, case, version)
        form = replace(unmask(form, case), planned_at=None)
        form = case_form.check(form, world.pack, world.pack.local_day(now))
        await expect_staff(uow, case.committee_id, form)
        await _expect_files(uow, case, form)
        after = _changed(world, case, form)
        sessions = await uow.sessions.of_case(case_id)
        _expect_steady(case, after, sessions)
        saved = await uow.cases.save(after)
        await _follow(uow, saved, sessions)
        ended = await _end_links(world, uow, saved)
        await uow.log.append(case_id, tuple(_logged(case, saved, ended, actor)), now)
        facts = await gather(world, uow, saved)
    for invitation in ended:
        await world.rooms.cut(case_id, SeatId(invitation.person_id), "link_ended")
    return facts


async def _expect_open(uow: UnitOfWork, case: Case, version: int) -> None:
    if case.version != version:
        raise ConflictError(version=case.version)
    if case.state not in _OPEN:
        raise WrongStateError(state=case.state)
    agreement = await uow.agreements.of_case(case.id)
    if agreement is not None and agreement.state is not AgreementState.DRAFTING:
        raise WrongStateError(state=agreement.state)


async def _expect_files(uow: UnitOfWork, case: Case, form: CaseForm) -> None:
    known = {file.id for file in await uow.files.of_case(case.id)}
    for i, party in enumerate(form.parties):
        for k, person in enumerate(party.people):
            file = person.authority.file if person.authority else None
            if file is not None and file not in known:
                field = f"parties.{i}.people.{k}.authority.file"
                raise InvalidValueError(field=field, reason="not_of_this_case")


def _changed(world: World, case: Case, form: CaseForm) -> Case:
    _expect_known_ids(case, form)
    parties, people = build(form, world.ids.new, world.pack)
    accepted = form.accepted_on or case.accepted_on
    return replace(
        case,
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
        accepted_on=accepted,
        due_on=days_after(accepted, MEDIATION_DAYS),
        parties=parties,
        people=people,
    )


def _expect_known_ids(case: Case, form: CaseForm) -> None:
    known = {party.id: {p.id for p in case.people_of(party.id)} for party in case.parties}
    seen: set[str] = set()
    for i, party in enumerate(form.parties):
        _expect_id(party.id, set(known) - seen, f"parties.{i}.id")
        seen.add(party.id or "")
        own = known.get(party.id, set()) if party.id else set()
        for k, person in enumerate(party.people):
            _expect_id(person.id, own - seen, f"parties.{i}.people.{k}.id")
            seen.add(person.id or "")


def _expect_id(given: str | None, allowed: Collection[str], field: str) -> None:
    if given is not None and given not in allowed:
        raise InvalidValueError(field=field, reason="unknown")


def _expect_steady(before: Case, after: Case, sessions: Sequence[Session]) -> None:
    """Raise unless everybody who took part is still there, on the same side."""
    kept = {person.id for person in after.people}
    for person in (before.person(one) for one in _took_part(sessions)):
        if person.id not in kept:
            raise InvalidValueError(field="parties", reason="person_took_part")
        if after.side_of(person.id) is not before.side_of(person.id):
            raise InvalidValueError(field="parties", reason="side_is_fixed")


def _took_part(sessions: Sequence[Session]) -> set[PersonId]:
    checked = {check.person_id for s in sessions for check in s.identity_checks}
    return checked | {heard.person_id for s in sessions for heard in s.rights_answers}


async def _follow(uow: UnitOfWork, case: Case, sessions: Sequence[Session]) -> None:
    """Seat in the sittings to come whoever the case now names."""
    people = {person.id for person in case.people}
    for session in (one for one in sessions if not one.over):
        seated = tuple(
            replace(one, side=case.side_of(one.person_id)) if one.person_id else one
            for one in session.participants
            if one.person_id is None or one.person_id in people
        )
        begun = session.state is not SessionState.SCHEDULED
        chair = session.chair if begun else case.mediator_id
        if (after := replace(session, participants=seated, chair=chair)) != session:
            await uow.sessions.save(after)


async def _end_links(world: World, uow: UnitOfWork, case: Case) -> tuple[Invitation, ...]:
    """Revoke the links of those who are gone."""
    people = {person.id for person in case.people}
    gone = [one for one in await uow.invitations.of_case(case.id) if one.person_id not in people]
    now = world.clock.now()
    ended = [one for one in gone if one.revoked_at is None]
    for invitation in ended:
        await uow.invitations.save(replace(invitation, revoked_at=now, seats=(), device=None))
    return tuple(ended)


def _logged(
    before: Case, after: Case, ended: Sequence[Invitation], actor: Actor
) -> Iterator[Happening]:
    yield happened("case.changed", actor.staff_id, version=after.version)
    if after.mediator_id is not None and after.mediator_id != before.mediator_id:
        yield happened("mediator.assigned", actor.staff_id, mediator=after.mediator_id)
    for one in ended:
        yield happened("invite.revoked", actor.staff_id, invitation=one.id, person=one.person_id)
