"""Renders the lists of the desk: cases, the day, the log, the messages to copy."""

from collections.abc import Sequence

from server.api.schemas import desk as wire, invitation
from server.api.views.qr import qr_codes
from server.domain.case import Case, Side
from server.ports.notify import Message
from server.usecases.find_cases import CaseLine, Found
from server.usecases.see_outbox import OutboxLine
from server.usecases.see_today import Arrival, SealLine, SittingToday, Today
from server.usecases.world import World


def case_list(found: Found) -> wire.CaseList:
    """Return one page of cases."""
    return wire.CaseList(
        cases=[_row(line) for line in found.lines], total=found.total, page=found.page
    )


def _row(line: CaseLine) -> wire.CaseRow:
    case, session = line.case, line.session
    return wire.CaseRow(
        id=case.id,
        case_no=case.case_no,
        parties=_names(case),
        matter=case.matter,
        dispute_type=case.dispute_type,
        state=case.state,
        planned_at=session.planned_at if session else None,
        mediator_name=line.mediator,
        session_id=session.id if session else None,
        session_state=session.state if session else None,
    )


def _names(case: Case) -> list[str]:
    return [party.short_name or party.name for party in case.parties]


def today_view(today: Today) -> wire.TodayView:
    """Return the day."""
    return wire.TodayView(
        today=today.today,
        now=today.now,
        sittings=[_sitting(one) for one in today.sittings],
        later=[_row(line) for line in today.later],
        unplanned=[_row(line) for line in today.unplanned],
        duties=[
            wire.DutyRow(case_id=d.case.id, parties=_names(d.case), code=d.code, on=d.on)
            for d in today.duties
        ],
        more_duties=today.more_duties,
        seals=[_seal(one) for one in today.seals],
        sealing=_news(today),
    )


def _seal(one: SealLine) -> wire.SealRow:
    return wire.SealRow(
        case_id=one.case.id,
        case_no=one.case.case_no,
        parties=_names(one.case),
        awaited=one.awaited.value,
        awaited_of=list(one.of),
    )


def _news(today: Today) -> wire.SealingNews | None:
    rule, staff = today.rule, today.staff
    if rule is None:
        return None
    return wire.SealingNews(
        two=rule.two,
        by=[staff.get(who, "") for who in rule.by],
        at=rule.at,
        back_by=staff.get(rule.back.by, "") if rule.back else None,
    )


def _sitting(one: SittingToday) -> wire.TodaySitting:
    case = one.line.case
    return wire.TodaySitting(
        case=_row(one.line),
        session_id=one.session.id,
        people=[_arrival(arrival, case.side_of(arrival.person.id)) for arrival in one.arrivals],
        due_on=one.due_on,
        missing=list(one.missing),
        to_sign=one.to_sign,
    )


def _arrival(arrival: Arrival, side: Side) -> wire.PresenceRow:
    return wire.PresenceRow(
        name=arrival.person.name,
        side=side,
        role=arrival.person.role,
        invited=arrival.invited,
        answer=arrival.answer,
        refuses_online=arrival.refuses_online,
        here=arrival.here,
        device=arrival.device,
    )


async def outbox_view(world: World, lines: Sequence[OutboxLine]) -> invitation.OutboxView:
    """Return the messages; one whose link has ended is shown without it."""
    links = [line.message.link if line.live else "" for line in lines]
    drawn = await world.pool.run(qr_codes, links)
    rows = zip(lines, links, drawn, strict=True)
    return invitation.OutboxView(messages=[_message(line, link, qr) for line, link, qr in rows])


def _message(line: OutboxLine, link: str, drawn: str) -> invitation.OutboxMessage:
    message = line.message
    return invitation.OutboxMessage(
        id=message.id,
        person_id=message.person_id,
        person_name=line.person,
        kind=message.kind,
        state=message.state,
        at=message.at,
        text=message.text + link,
        link=link,
        qr_svg=drawn,
    )


def whole_text(message: Message) -> str:
    """Return the text as it is sent: the words, then the link."""
    return message.text + message.link
