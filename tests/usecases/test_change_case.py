"""Changing a case: over the version seen, without losing what was masked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.agreement import Agreement, AgreementState
from server.domain.case import Case, Person, PersonRole, Side
from server.domain.errors import InvalidValueError, NotFoundError, WrongStateError
from server.domain.ids import AgreementId, PartyId, PersonId, SessionId
from server.domain.invitation import LinkState
from server.domain.masking import mask_identity_number, mask_phone
from server.domain.registration.case_form import CaseForm
from server.domain.registration.party_form import PartyForm
from server.domain.registration.person_form import PersonForm
from server.domain.registration.unchanged import mask_address
from server.domain.session import Consent, IdentityCheck, SessionState
from server.ports.store import ConflictError
from server.usecases import change_case, plan_session
from server.usecases.read_case import CaseFacts
from server.usecases.world import World
from tests.support import cases
from tests.support.cases import form, worker
from tests.support.world import OTHER_COMMITTEE, Stage, actor


def seen(case: Case) -> CaseForm:
    """Return the form as the console has it: with masked numbers, and with ids."""
    parties = tuple(
        PartyForm(
            id=party.id,
            side=party.side,
            kind=party.kind,
            name=party.name,
            short_name=party.short_name,
            address=mask_address(party.address),
            uscc=party.uscc,
            legal_representative=party.legal_representative,
            legal_representative_post=party.legal_representative_post,
            needs=party.needs,
            people=tuple(_seen(person) for person in case.people_of(party.id)),
        )
        for party in case.parties
    )
    return form(parties=parties, planned_at=None)


def _seen(person: Person) -> PersonForm:
    return PersonForm(
        id=person.id,
        role=person.role,
        name=person.name,
        mobile=mask_phone(person.mobile),
        id_no=mask_identity_number(person.id_no),
        authority=person.authority,
    )


def first_party(form: CaseForm, **changes: object) -> CaseForm:
    return replace(form, parties=(replace(form.parties[0], **changes), *form.parties[1:]))  # type: ignore[arg-type]


async def change(world: World, case: Case, changed: CaseForm) -> CaseFacts:
    return await change_case.change(world, actor("jiang"), case.id, case.version, changed)


async def test_what_comes_back_masked_stays_as_it_was(world: World) -> None:
    case = await cases.registered(world)
    facts = await change(world, case, replace(seen(case), matter="工伤赔偿（更正）"))
    assert facts.case.matter == "工伤赔偿（更正）"
    before, after = cases.person(case, "陈水根"), cases.person(facts.case, "陈水根")
    assert (after.id, after.mobile, after.id_no) == (before.id, before.mobile, before.id_no)
    assert after.birth == date(1979, 4, 12)
    assert [party.address for party in facts.case.parties] == [p.address for p in case.parties]
    assert facts.case.version == case.version + 1


async def test_a_new_number_is_checked_like_a_first_one(world: World) -> None:
    case = await cases.registered(world)
    people = (replace(seen(case).parties[0].people[0], id_no="512099197904123011"),)
    with pytest.raises(InvalidValueError) as refused:
        await change(world, case, first_party(seen(case), people=people))
    assert refused.value.facts["field"] == "parties.0.people.0.id_no"


async def test_the_second_of_two_writers_is_told(world: World) -> None:
    case = await cases.registered(world)
    await change(world, case, seen(case))
    with pytest.raises(ConflictError):
        await change(world, case, replace(seen(case), matter="另一个"))
    assert (await cases.stored(world, case.id)).matter == "工伤赔偿"


async def test_a_locked_text_keeps_its_parties(world: World) -> None:
    case = await cases.registered(world)
    async with world.store.write() as uow:
        (session,) = await uow.sessions.of_case(case.id)
        locked = Agreement(
            id=AgreementId("a"),
            case_id=case.id,
            committee_id=case.committee_id,
            session_id=session.id,
            state=AgreementState.LOCKED,
        )
        await uow.agreements.add(locked)
    with pytest.raises(WrongStateError):
        await change(world, case, seen(case))


async def test_who_leaves_the_case_loses_his_link(world: World) -> None:
    case = await cases.registered(world)
    await cases.opened(world, case, "刘春梅")
    kept = seen(case).parties[0].people[:1]
    facts = await change(world, case, first_party(seen(case), people=kept))
    assert [person.name for person in facts.case.people] == ["陈水根", "林启航"]
    (link,) = facts.invitations.values()
    assert link.state(world.clock.now()) is LinkState.REVOKED
    assert (await cases.kinds(world, case.id))[-2:] == ["case.changed", "invite.revoked"]


async def test_a_stranger_id_names_nobody(world: World) -> None:
    case = await cases.registered(world)
    stranger = first_party(seen(case), id=PartyId("x"))
    with pytest.raises(InvalidValueError) as refused:
        await change(world, case, stranger)
    assert refused.value.facts == {"field": "parties.0.id", "reason": "unknown"}
    borrowed = worker(id=cases.person(case, "林启航").id)
    with pytest.raises(InvalidValueError) as refused:
        await change(world, case, first_party(seen(case), people=(borrowed,)))
    assert refused.value.facts["field"] == "parties.0.people.0.id"


async def test_who_took_part_stays_and_on_his_side(world: World) -> None:
    case = await cases.registered(world)
    wife = cases.person(case, "刘春梅")
    await _identified(world, case, wife.id)
    gone = first_party(seen(case), people=seen(case).parties[0].people[:1])
    moved = first_party(seen(case), side=Side.THIRD)
    for changed, reason in ((gone, "person_took_part"), (moved, "no_applicant")):
        with pytest.raises(InvalidValueError) as refused:
            await change(world, case, changed)
        assert refused.value.facts["reason"] == reason


async def _identified(world: World, case: Case, person: PersonId) -> None:
    check = IdentityCheck(
        person_id=person,
        document="resident_identity_card",
        number_masked="",
        matches=True,
        by=actor("su").staff_id,
        at=world.clock.now(),
    )
    async with world.store.write() as uow:
        (session,) = await uow.sessions.of_case(case.id)
        await uow.sessions.save(replace(session, identity_checks=(check,)))


async def test_a_new_mediator_takes_the_chair_of_the_sitting_to_come(world: World) -> None:
    case = await cases.registered(world)
    changed = replace(seen(case), mediator_id=actor("lin").staff_id)
    facts = await change(world, case, changed)
    assert facts.sessions[0].chair == "staff-lin"
    assert (await cases.logged(world, case.id))[-1]["facts"] == {"mediator": "staff-lin"}


async def test_a_sitting_is_moved_while_it_has_not_begun(scene: Stage) -> None:
    world = scene.world
    case = await cases.registered(world)
    opened = await cases.opened(world, case, "陈水根")
    (session,) = (await change(world, case, seen(case))).sessions
    later = cases.PLANNED + timedelta(days=20)
    facts = await plan_session.reschedule(world, actor("jiang"), case.id, session.id, later)
    assert facts.sessions[0].planned_at == later
    expires = facts.invitations[opened.invitation.person_id].expires_at
    assert expires == later + timedelta(days=30)
    async with world.store.write() as uow:
        stored = await uow.sessions.get(SessionId(session.id))
        await uow.sessions.save(replace(stored, state=SessionState.OPEN))
    with pytest.raises(WrongStateError):
        await plan_session.reschedule(world, actor("jiang"), case.id, session.id, later)


async def test_a_second_sitting_waits_for_the_end_of_the_first(world: World) -> None:
    case = await cases.registered(world)
    later = cases.PLANNED + timedelta(days=7)
    with pytest.raises(WrongStateError):
        await plan_session.schedule(world, actor("su"), case.id, later)
    async with world.store.write() as uow:
        (session,) = await uow.sessions.of_case(case.id)
        await uow.sessions.save(replace(session, state=SessionState.ADJOURNED))
    facts = await plan_session.schedule(world, actor("su"), case.id, later)
    assert [one.planned_at for one in facts.sessions] == [cases.PLANNED, later]
    with pytest.raises(NotFoundError):
        await plan_session.schedule(world, actor("su", OTHER_COMMITTEE), case.id, later)


async def test_a_recording_is_consented_to_anew_for_each_sitting(world: World) -> None:
    case = await cases.registered(world)
    async with world.store.write() as uow:
        (session,) = await uow.sessions.of_case(case.id)
        person = case.people[0].id
        given = tuple(
            Consent(person_id=person, scope=scope, agreed=True, text_version="1", at=cases.PLANNED)
            for scope in ("process", "recording")
        )
        over = replace(session, state=SessionState.CLOSED, consents=given)
        await uow.sessions.save(over)
    later = cases.PLANNED + timedelta(days=7)
    facts = await plan_session.schedule(world, actor("su"), case.id, later)
    assert [one.scope for one in facts.sessions[-1].consents] == ["process"]


async def test_a_role_can_be_put_right(world: World) -> None:
    case = await cases.registered(world)
    party = seen(case).parties[0]
    people = (party.people[0], replace(party.people[1], role=PersonRole.COMPANION, name="刘春美"))
    facts = await change(world, case, first_party(seen(case), people=people))
    assert cases.person(facts.case, "刘春美").id == cases.person(case, "刘春梅").id
