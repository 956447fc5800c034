"""Prints what belongs into the paper file of a case: a sitting's minutes, acceptance form, cover.

Nothing printed is kept here. Each paper says for whom and when it was made, and the case's
log that it was; of a file whose contents were destroyed nothing is printed any more.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from server.domain import access, printed_acceptance, printed_file, printed_minutes
from server.domain.access import Act
from server.domain.caucuses import CAUCUS_ENDS, caucuses
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import CaseId, PersonId, SessionId, StaffId
from server.domain.printed_file import Filed
from server.domain.printed_minutes import Sat
from server.domain.printed_words import moment
from server.domain.printout import Part, Printout
from server.domain.retention import keeping_of, kinds_of
from server.domain.session import Session
from server.domain.session_log import GENESIS, Entry, Fact, happened
from server.domain.staff import Actor
from server.ports.store import UnitOfWork
from server.usecases.read_case import CaseFacts, expect_kept, gather
from server.usecases.world import World

_SHOWN = 16
"""Digits of the log's head, as many as the agreement prints."""
_REACHED = "delivery.reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A printed paper as PDF, and the name to save it under."""

    name: str
    pdf: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What is printed, and what the log says of it."""

    title: str
    parts: tuple[Part, ...]
    part: str
    facts: Mapping[str, Fact]


async def minutes(world: World, actor: Actor, case_id: CaseId, session_id: SessionId) -> Paper:
    """Return one sitting's minutes for whoever may see the case, without any concession.

    Raises NotFoundError, ForbiddenError, ShreddedError, and WrongStateError for a sitting
    that has not begun.
    """

    async def form(uow: UnitOfWork, facts: CaseFacts) -> _Form:
        session = _sitting(facts, session_id)
        sat = Sat(
            case=facts.case,
            session=session,
            pack=world.pack,
            committee=facts.committee.name,
            caucuses=caucuses(await uow.log.of_case(case_id, CAUCUS_ENDS)),
            mediator=facts.staff_name(session.chair or facts.case.mediator_id),
            recorder=facts.staff_name(_recorder(facts)),
            number=facts.record.number if facts.record else "",
        )
        return _Form(
            title=printed_minutes.TITLE,
            parts=printed_minutes.parts(sat),
            part="minutes",
            facts={"session": session.id, "version": session.minutes_version},
        )

    return await _printed(world, actor, case_id, form)


def _sitting(facts: CaseFacts, session_id: SessionId) -> Session:
    session = next((one for one in facts.sessions if one.id == session_id), None)
    if session is None:
        raise NotFoundError
    if session.opened_at is None:
        raise WrongStateError(state=session.state)
    return session


def _recorder(facts: CaseFacts) -> StaffId | None:
    case = facts.case
    return case.recorder_id if case.recorder_id != case.mediator_id else None


async def acceptance(world: World, actor: Actor, case_id: CaseId) -> Paper:
    """Return the acceptance form. Raises NotFoundError, ForbiddenError, ShreddedError."""

    async def form(_: UnitOfWork, facts: CaseFacts) -> _Form:
        return _Form(
            title=printed_acceptance.TITLE,
            parts=printed_acceptance.parts(facts.case, world.pack, facts.committee.name),
            part="acceptance",
            facts={},
        )

    return await _printed(world, actor, case_id, form)


async def file_cover(world: World, actor: Actor, case_id: CaseId) -> Paper:
    """Return cover and contents list. Raises NotFoundError, ForbiddenError, ShreddedError."""

    async def form(uow: UnitOfWork, facts: CaseFacts) -> _Form:
        head = await uow.log.head(case_id)
        kinds = kinds_of(facts.case.dispute_type, world.pack)
        filed = Filed(
            case=facts.case,
            pack=world.pack,
            committee=facts.committee.name,
            mediator=facts.staff_name(facts.case.mediator_id),
            sessions=facts.sessions,
            kinds=Counter(file.kind for file in facts.files),
            number=facts.record.number if facts.record else "",
            delivered=_delivered(await uow.log.of_case(case_id, (_REACHED,))),
            entries=head.seq if head else 0,
            wards=facts.wards,
            keeping=keeping_of(kinds, facts.committee.keeping, world.pack),
        )
        parts = printed_file.parts(filed)
        return _Form(title=printed_file.TITLE, parts=parts, part="file_cover", facts={})

    return await _printed(world, actor, case_id, form)


def _delivered(entries: Sequence[Entry]) -> frozenset[PersonId]:
    """Return who has taken the sealed copy."""
    reached = (json.loads(entry.body)["facts"] for entry in entries)
    return frozenset(PersonId(facts["person"]) for facts in reached)


async def _printed(
    world: World,
    actor: Actor,
    case_id: CaseId,
    form: Callable[[UnitOfWork, CaseFacts], Awaitable[_Form]],
) -> Paper:
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEE_CASE, access.of_case(case, actor))
        expect_kept(case)
        facts = await gather(world, uow, case)
        made = await form(uow, facts)
        head = await uow.log.head(case_id)
    printout = _printout(world, actor, facts, made, head.hash if head else GENESIS)
    pdf = await world.renderer.print_out(printout)
    # Nobody has it before the log says so, nor once the file was destroyed meanwhile.
    async with world.store.write() as uow:
        expect_kept(await uow.cases.get(case_id))
        what = happened("paper.printed", actor.staff_id, part=made.part, **made.facts)
        await uow.log.append(case_id, (what,), world.clock.now())
    return Paper(name=f"{made.title} {case.case_no}.pdf", pdf=pdf)


def _printout(world: World, actor: Actor, facts: CaseFacts, made: _Form, head: str) -> Printout:
    now = world.clock.now()
    return Printout(
        title=made.title,
        committee=facts.committee.name,
        number=facts.case.case_no,
        log=f"日志 {head[:_SHOWN]}",
        made=f"{actor.name}于{moment(now)}打印",
        made_at=now,
        parts=made.parts,
        pictures=facts.agreement.pictures if facts.agreement else (),
    )
