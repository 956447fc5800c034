"""Reads what a live room shows besides presence: case, names, agreement, devices."""

from collections.abc import Sequence

from server.domain.case import Case
from server.domain.ids import PersonId, SessionId, StaffId
from server.domain.invitation import Invitation
from server.domain.staff import Role, Staff
from server.ports.store import Store, UnitOfWork
from server.rooms.view import AgreementMark, Scene, SceneReader, StaffName


def scene_reader(store: Store) -> SceneReader:
    """Return the reader that rooms are given."""

    async def read(session_id: SessionId) -> Scene:
        async with store.read() as uow:
            return await _scene(uow, session_id)

    return read


async def _scene(uow: UnitOfWork, session_id: SessionId) -> Scene:
    session = await uow.sessions.get(session_id)
    case = await uow.cases.get(session.case_id)
    staff = await uow.staff.of_committee(case.committee_id)
    links = [i for i in await uow.invitations.of_case(case.id) if i.revoked_at is None]
    return Scene(
        session=session,
        case=case,
        staff=_names(staff),
        agreement=await _mark(uow, case),
        holders=_holders(links),
        waiting=frozenset(i.person_id for i in links if i.waiting_device),
        invited=frozenset(i.person_id for i in links),
        locked={i.person_id: i.id for i in links if i.digits_locked},
    )


def _names(staff: Sequence[Staff]) -> dict[StaffId, StaffName]:
    return {one.id: StaffName(name=one.name, role=_role(one)) for one in staff}


def _role(staff: Staff) -> str:
    for role in (Role.MEDIATOR, Role.RECORDER, Role.HEAD):
        if role in staff.roles:
            return role.value
    return ""


def _holders(links: Sequence[Invitation]) -> dict[PersonId, str | None]:
    return {link.person_id: link.device for link in links}


async def _mark(uow: UnitOfWork, case: Case) -> AgreementMark:
    agreement = await uow.agreements.of_case(case.id)
    if agreement is None:
        return AgreementMark()
    return AgreementMark(
        revision=agreement.version, state=agreement.state, reading=agreement.reading
    )
