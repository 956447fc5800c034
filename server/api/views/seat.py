"""Renders what a party's phone needs outside the live room, in its language."""

from collections.abc import Iterable
from datetime import date

from server.api.schemas import seat as wire
from server.api.views.minutes import minutes_line
from server.api.views.receipt import receipt
from server.domain.case import CaseState
from server.domain.ids import PersonId
from server.domain.invitation import Answer
from server.domain.jurisdiction.texts import ConsentText, NoticeBlock, Text, text_version
from server.domain.masking import mask_phone
from server.domain.minutes import exported
from server.domain.owed import asked_of
from server.domain.session import MinutesAnswer, Session
from server.domain.wards import answers_for
from server.usecases.see_seat import Seat, may_sign_online, rests
from server.usecases.world import World


def seat_view(world: World, seat: Seat, lang: str) -> wire.SeatView:
    """Return the own seat. It names the other side's parties, nobody else of theirs."""
    facts, case, person = seat.facts, seat.facts.case, seat.person
    party, session = case.party(person.party_id), facts.shown
    notices, wards = world.pack.notices, facts.wards
    return wire.SeatView(
        link_state=seat.invitation.state(world.clock.now()),
        person_id=person.id,
        person_name=person.name,
        role=person.role,
        side=party.side,
        party_name=party.name,
        party_label=party.label,
        committee=facts.committee.name,
        office=facts.committee.office,
        office_phone=facts.committee.office_phone,
        mediator=facts.staff_name(case.mediator_id),
        planned_at=session.planned_at if session else None,
        other_side=[other.name for other in case.parties if other.side is not party.side],
        matter=case.matter,
        arbitration=world.pack.dispute_type(case.dispute_type).arbitration,
        answer=seat.invitation.answer,
        needs=list(party.needs),
        consents=_consents(world, seat, lang),
        answered_by=_names(seat, wards[person.id]) if person.id in wards else None,
        answers_for=_names(seat, answers_for(person.id, wards)),
        rights=[_block(n, b, lang) for n, b in enumerate(world.pack.read_out, start=1)],
        caucus_promises=[_lines(block.lines, lang) for block in notices.caucus_promises],
        environment_question=notices.environment.text.in_language(lang),
        device=seat.holds,
        code_channel=seat.code_channel,
        mobile_masked=mask_phone(person.mobile),
        session_id=session.id if session else None,
        session_state=session.state if session else None,
        rests=rests(facts, world.pack),
        may_sign=_may_sign(world, seat),
        sign_refused=facts.agreement is not None and facts.agreement.refuses(person.id),
        agreement_state=facts.agreement.state if facts.agreement else None,
        receipt=receipt(world, seat),
        ended=_ended(world, seat, lang),
    )


def _may_sign(world: World, seat: Seat) -> bool:
    if not seat.signs or seat.facts.destroyed_at is not None:
        return False
    return _locked(seat) or may_sign_online(seat.facts.case, world.pack)


def _locked(seat: Seat) -> bool:
    """Whether there are pages for him, whichever way they are signed."""
    agreement = seat.facts.agreement
    return agreement is not None and agreement.locked is not None


def _lines(lines: Iterable[Text], lang: str) -> str:
    return "\n".join(line.in_language(lang) for line in lines)


def _block(no: int, block: NoticeBlock, lang: str) -> wire.RightsBlock:
    text = _lines(block.lines, lang)
    return wire.RightsBlock(no=no, title=block.title.in_language(lang), text=text)


def _consents(world: World, seat: Seat, lang: str) -> list[wire.ConsentText]:
    wards = seat.facts.wards
    asked = asked_of(seat.person, world.pack.consent_scopes, wards)
    ward = seat.person.id in wards
    pack = world.pack
    return [
        _consent(pack.asked(scope, ward=ward), pack.taken_back(scope, ward=ward), seat, lang)
        for scope in asked
    ]


def _names(seat: Seat, people: Iterable[PersonId]) -> list[str]:
    return [seat.facts.case.person(one).name for one in people]


def _consent(text: ConsentText, back: tuple[Text, ...], seat: Seat, lang: str) -> wire.ConsentText:
    session = seat.facts.shown
    given = session.consent(seat.person.id, text.scope) if session else None
    version = text_version(text)
    # An answer to other words than those on the screen is no answer.
    counts = given is not None and given.text_version == version
    return wire.ConsentText(
        scope=text.scope,
        title=text.title.in_language(lang),
        statement=_lines(text.statement, lang),
        points=[point.in_language(lang) for point in text.points],
        terms=[term.in_language(lang) for term in text.terms],
        law=text.law.in_language(lang),
        question=text.question.in_language(lang),
        agree_means=_lines(text.on_agree, lang),
        refuse_means=_lines(text.on_refuse, lang),
        ends_online=text.refusal_ends_online,
        text_version=version,
        answer=given.agreed if given and counts else None,
        given=given.agreed if given else None,
        given_at=given.at if given else None,
        answers=session.times(seat.person.id, text.scope) if session else 0,
        withdraw_means=_lines(back, lang),
    )


def _ended(world: World, seat: Seat, lang: str) -> wire.EndNotice | None:
    case = seat.facts.case
    refused = seat.invitation.answer is Answer.REFUSED
    if case.state is not CaseState.ENDED and not refused:
        return None
    labour = world.pack.notices.labour if case.labour is not None else None
    lines = (*world.pack.remedies(case.dispute_type), *(labour.lines if labour else ()))
    return wire.EndNotice(
        outcome=case.result if case.state is CaseState.ENDED else "",
        end_reason=case.end_reason or "refused",
        remedies=[line.in_language(lang) for line in lines],
        destroyed_on=_destroyed_on(world, seat),
    )


def _destroyed_on(world: World, seat: Seat) -> date | None:
    at = seat.facts.destroyed_at
    return None if at is None else world.pack.local_day(at)


def minutes_view(session: Session | None, answer: MinutesAnswer | None) -> wire.PartyMinutes:
    """Return the minutes as the parties are asked to confirm them; empty before that."""
    if session is None or not session.minutes_ready:
        return wire.PartyMinutes(version=0, ready=False, items=[], answered=None)
    return wire.PartyMinutes(
        version=session.minutes_version,
        ready=True,
        items=[minutes_line(item) for item in exported(session.minutes)],
        answered=answer.agreed if answer else None,
    )
