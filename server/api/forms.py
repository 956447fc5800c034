"""Turns a case as it came over the wire into the form that the rules check."""

from server.api.schemas import case as wire
from server.domain.case import Authority, LabourFacts
from server.domain.ids import FileId, PartyId, PersonId, StaffId
from server.domain.registration.case_form import CaseForm
from server.domain.registration.party_form import PartyForm
from server.domain.registration.person_form import PersonForm


def case_form(ask: wire.CaseAsk) -> CaseForm:
    """Return the form; what is wrong in it is found by the rules, not here."""
    return CaseForm(
        dispute_type=ask.dispute_type,
        sub_type=ask.sub_type,
        source=ask.source,
        channel=ask.channel,
        matter=ask.matter,
        summary=ask.summary,
        claims=tuple(ask.claims),
        amount_claimed=ask.amount_claimed,
        occurred_on=ask.occurred_on,
        place=ask.place,
        accepted_on=ask.accepted_on,
        labour=_labour(ask.labour),
        personal_status=ask.personal_status,
        public=ask.public,
        mediator_id=StaffId(ask.mediator_id) if ask.mediator_id else None,
        recorder_id=StaffId(ask.recorder_id) if ask.recorder_id else None,
        planned_at=ask.planned_at,
        parties=tuple(_party(party) for party in ask.parties),
    )


def _labour(ask: wire.LabourAsk | None) -> LabourFacts | None:
    if ask is None:
        return None
    return LabourFacts(
        injured_on=ask.injured_on,
        received_on=ask.received_on,
        recognised=ask.recognised,
        graded=ask.graded,
    )


def _party(ask: wire.PartyAsk) -> PartyForm:
    return PartyForm(
        id=PartyId(ask.id) if ask.id else None,
        side=ask.side,
        kind=ask.kind,
        name=ask.name,
        short_name=ask.short_name,
        capacity=ask.capacity,
        address=ask.address,
        uscc=ask.uscc,
        legal_representative=ask.legal_representative,
        legal_representative_post=ask.legal_representative_post,
        needs=tuple(ask.needs),
        people=tuple(_person(person) for person in ask.people),
    )


def _person(ask: wire.PersonAsk) -> PersonForm:
    return PersonForm(
        id=PersonId(ask.id) if ask.id else None,
        role=ask.role,
        name=ask.name,
        mobile=ask.mobile,
        id_kind=ask.id_kind,
        id_no=ask.id_no,
        gender=ask.gender,
        birth=ask.birth,
        ethnic=ask.ethnic,
        occupation=ask.occupation,
        relation=ask.relation,
        authority=_authority(ask.authority),
    )


def _authority(ask: wire.AuthorityAsk | None) -> Authority | None:
    if ask is None:
        return None
    return Authority(
        kind=ask.kind,
        scopes=frozenset(ask.scopes),
        valid_from=ask.valid_from,
        valid_to=ask.valid_to,
        licence_no=ask.licence_no,
        file=FileId(ask.file) if ask.file else None,
    )
