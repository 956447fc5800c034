"""Renders a case with its parties, people, links and sittings."""

from datetime import date, datetime

from server.api.schemas import case as wire, invitation as invitation_wire
from server.domain.case import LabourFacts, Party, Person
from server.domain.duties import duties, mediation_end
from server.domain.invitation import Invitation
from server.domain.jurisdiction.entries import AgentAct
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.masking import mask_identity_number, mask_phone
from server.domain.owed import asked_of, refuses_online
from server.domain.registration.unchanged import mask_address
from server.domain.representation import agent_may
from server.domain.session import Session
from server.domain.wards import decided
from server.ports.files import StoredFile
from server.usecases.read_case import CaseFacts
from server.usecases.see_seat import signs
from server.usecases.share_files import KINDS
from server.usecases.world import World


def case_view(world: World, facts: CaseFacts) -> wire.CaseView:
    """Return the case as its staff see it; numbers and addresses are masked."""
    case, agreement, record = facts.case, facts.agreement, facts.record
    return wire.CaseView(
        id=case.id,
        case_no=case.case_no,
        version=case.version,
        state=case.state,
        dispute_type=case.dispute_type,
        sub_type=case.sub_type,
        source=case.source,
        channel=case.channel,
        matter=case.matter,
        summary=case.summary,
        claims=list(case.claims),
        amount_claimed=case.amount_claimed,
        occurred_on=case.occurred_on,
        place=case.place,
        accepted_on=case.accepted_on,
        due_on=mediation_end(case, facts.calendar).due_on,
        labour=_labour(case.labour),
        personal_status=case.touches_status,
        public=case.public,
        e_sign=world.pack.electronic_signing(
            case.dispute_type, personal_status=case.touches_status
        ),
        mediator_id=case.mediator_id,
        mediator_name=facts.staff_name(case.mediator_id),
        recorder_id=case.recorder_id,
        recorder_name=facts.staff_name(case.recorder_id),
        parties=[_party(world, facts, party) for party in case.parties],
        sittings=[_sitting(session) for session in facts.sessions],
        deadlines=_deadlines(facts),
        files=[file_view(file) for file in facts.files if file.kind in KINDS],
        agreement_state=agreement.state if agreement else None,
        agreement_number=record.number if record else None,
        record_id=record.record_id if record else None,
        result=case.result,
        end_reason=case.end_reason,
        destroyed_on=_day(world, case.custody.destroyed_at),
    )


def _day(world: World, moment: datetime | None) -> date | None:
    return world.pack.local_day(moment) if moment else None


def _labour(facts: LabourFacts | None) -> wire.LabourAsk | None:
    if facts is None:
        return None
    return wire.LabourAsk(
        injured_on=facts.injured_on,
        received_on=facts.received_on,
        recognised=facts.recognised,
        graded=facts.graded,
    )


def _deadlines(facts: CaseFacts) -> list[wire.DeadlineView]:
    return [
        wire.DeadlineView(code=duty.code, on=duty.on, calendar_missing=duty.calendar_missing)
        for duty in duties(facts.case, facts.agreement, facts.calendar)
    ]


def _sitting(session: Session) -> wire.SittingView:
    return wire.SittingView(
        id=session.id,
        planned_at=session.planned_at,
        state=session.state,
        opened_at=session.opened_at,
        closed_at=session.closed_at,
        outcome=session.outcome,
        end_reason=session.end_reason,
    )


def _party(world: World, facts: CaseFacts, party: Party) -> wire.PartyView:
    people = facts.case.people_of(party.id)
    return wire.PartyView(
        id=party.id,
        side=party.side,
        kind=party.kind,
        name=party.name,
        short_name=party.short_name,
        label=party.label,
        capacity=party.capacity,
        address_masked=mask_address(party.address),
        uscc=party.uscc,
        legal_representative=party.legal_representative,
        legal_representative_post=party.legal_representative_post,
        needs=list(party.needs),
        people=[_person(world, facts, person) for person in people],
    )


def _person(world: World, facts: CaseFacts, person: Person) -> wire.PersonView:
    invitation = facts.invitations.get(person.id)
    now = world.clock.now()
    return wire.PersonView(
        id=person.id,
        role=person.role,
        name=person.name,
        mobile_masked=mask_phone(person.mobile),
        id_kind=person.id_kind,
        id_no_masked=mask_identity_number(person.id_no),
        gender=person.gender,
        birth=person.birth,
        ethnic=person.ethnic,
        occupation=person.occupation,
        relation=person.relation,
        authority=_authority(person, world.pack, facts.today),
        signs=signs(facts, person, world.pack),
        refuses_online=facts.shown is not None
        and refuses_online(facts.shown, person.id, facts.wards),
        refuses=_refused(world, facts, person),
        invitation=invitation_view(invitation, now) if invitation else None,
    )


def _refused(world: World, facts: CaseFacts, person: Person) -> list[str]:
    """Return the scopes of what was refused or taken back for this person."""
    session, wards = facts.shown, facts.wards
    if session is None:
        return []
    asked = asked_of(person, world.pack.consent_scopes, wards)
    return [scope for scope in asked if decided(session, person.id, scope, wards) is False]


def _authority(person: Person, pack: JurisdictionPack, today: date) -> wire.AuthorityView | None:
    held = person.authority
    if held is None:
        return None
    return wire.AuthorityView(
        kind=held.kind,
        scopes=[scope.code for scope in pack.agent_scopes if scope.code in held.scopes],
        valid_from=held.valid_from,
        valid_to=held.valid_to,
        licence_no=held.licence_no,
        file=held.file,
        can_sign=agent_may(person, AgentAct.SIGN, pack, today),
    )


def invitation_view(invitation: Invitation, now: datetime) -> invitation_wire.InvitationView:
    """Return where a person's link stands; never the link."""
    return invitation_wire.InvitationView(
        id=invitation.id,
        channel=invitation.channel,
        state=invitation.state(now),
        sent_at=invitation.sent_at,
        opened_at=invitation.opened_at,
        expires_at=invitation.expires_at,
        answer=invitation.answer,
        answered_at=invitation.answered_at,
        answer_text=invitation.answer_text,
        wrong_digits=invitation.wrong_digits,
        device_bound=invitation.device is not None,
        device_waiting=invitation.waiting_device is not None,
    )


def file_view(file: StoredFile) -> wire.FileView:
    """Return a file without its bytes."""
    return wire.FileView(
        id=file.id,
        name=file.name,
        kind=file.kind,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
    )
