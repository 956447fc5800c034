"""Shows the desk what was written down in a case's sittings, while they last and afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain import access, minutes
from server.domain.access import Act
from server.domain.ids import CaseId, PersonId
from server.domain.session import MinutesItem, Session
from server.domain.staff import Actor
from server.usecases.read_case import expect_kept
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSitting:
    """A sitting and those of its sentences that the reader may see."""

    session: Session
    items: Sequence[MinutesItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMinutes:
    """The minutes of a case, oldest sitting first, and the names of who answered to them."""

    sittings: Sequence[SeenSitting]
    names: Mapping[PersonId, str]


async def see(world: World, actor: Actor, case_id: CaseId) -> SeenMinutes:
    """Return the minutes (人民调解法 art. 27: a file keeps them).

    Who did not conduct the case sees no concession. Raises NotFoundError, ForbiddenError, and
    ShreddedError once the file was destroyed, and they with it.
    """
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        subject = access.of_case(case, actor)
        access.allow(actor, Act.SEE_CASE, subject)
        expect_kept(case)
        sessions = await uow.sessions.of_case(case_id)
    every = access.covers(actor, Act.CONDUCT, subject)
    return SeenMinutes(
        sittings=[
            SeenSitting(session=one, items=one.minutes if every else minutes.exported(one.minutes))
            for one in sessions
            if one.minutes
        ],
        names={person.id: person.name for person in case.people},
    )
