"""Reads everything that belongs to one case, for those who show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement
from server.domain.calendar import CalendarYear, HolidayCalendar
from server.domain.case import Case
from server.domain.committee import Committee
from server.domain.custody import CustodyState
from server.domain.ids import CaseId, PersonId, StaffId
from server.domain.invitation import Invitation
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.register import RegisterEntry
from server.domain.session import Session
from server.domain.staff import Actor
from server.domain.wards import Wards, wards_of
from server.ports.files import ShreddedError, StoredFile
from server.ports.store import UnitOfWork
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case with its sittings (by time), links (the latest of each person) and outcome."""

    case: Case
    committee: Committee
    sessions: tuple[Session, ...]
    invitations: Mapping[PersonId, Invitation]
    agreement: Agreement | None
    record: RegisterEntry | None
    files: tuple[StoredFile, ...]
    staff: Mapping[StaffId, str]
    calendar: HolidayCalendar
    today: date
    wards: Wards

    @property
    def current(self) -> Session | None:
        """The sitting that is planned or goes on."""
        return current(self.sessions)

    @property
    def shown(self) -> Session | None:
        """The sitting people ask about: the current one, else the last."""
        return self.current or (self.sessions[-1] if self.sessions else None)

    @property
    def destroyed_at(self) -> datetime | None:
        """When its file was destroyed, where no sealed record of it stays."""
        return self.case.custody.destroyed_at if self.record is None else None

    def staff_name(self, staff: StaffId | None) -> str:
        """Return the name of a member of staff, empty where nobody is assigned."""
        return self.staff.get(staff, "") if staff is not None else ""


def expect_kept(case: Case) -> None:
    """Raise ShreddedError once the file was destroyed, and what was asked for with it."""
    if case.custody.state is CustodyState.DESTROYED:
        raise ShreddedError


def current(sessions: Sequence[Session]) -> Session | None:
    """Return the latest sitting that is not over."""
    going = [session for session in sessions if not session.over]
    return going[-1] if going else None


async def see_case(world: World, actor: Actor, case_id: CaseId) -> CaseFacts:
    """Return a case as its staff see it."""
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.SEE_CASE, access.of_case(case, actor))
        return await gather(world, uow, case)


async def gather(world: World, uow: UnitOfWork, case: Case) -> CaseFacts:
    """Return the case with all that belongs to it; asks nobody's permission."""
    invitations = await uow.invitations.of_case(case.id)
    members = await uow.staff.of_committee(case.committee_id)
    today = world.pack.local_day(world.clock.now())
    return CaseFacts(
        case=case,
        committee=await uow.committees.get(case.committee_id),
        sessions=tuple(await uow.sessions.of_case(case.id)),
        invitations={one.person_id: one for one in invitations},
        agreement=await uow.agreements.of_case(case.id),
        record=await uow.register.of_case(case.id),
        files=tuple(f for f in await uow.files.of_case(case.id) if f.shredded_at is None),
        staff={member.id: member.name for member in members},
        calendar=await calendar_of(uow, world.pack),
        today=today,
        wards=wards_of(case, world.pack, today),
    )


async def calendar_of(uow: UnitOfWork, pack: JurisdictionPack) -> HolidayCalendar:
    """Return the pack's holiday calendar with the years that staff entered."""
    calendar = pack.calendar
    for entered in await uow.calendar.years():
        calendar = calendar.with_year(
            CalendarYear(
                year=entered.year, holidays=entered.holidays, make_up_days=entered.working_days
            )
        )
    return calendar
