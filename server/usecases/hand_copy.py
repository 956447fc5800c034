"""Staff note that a copy on paper was handed over, posted, or filed."""

from server.domain import access
from server.domain.access import Act
from server.domain.errors import NotFoundError, WrongStateError
from server.domain.ids import CaseId, PersonId
from server.domain.paper_owed import KIND, PaperWay, paper_copies
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.usecases.world import World


async def hand(
    world: World, actor: Actor, case_id: CaseId, person: PersonId, way: PaperWay
) -> None:
    """Log it, once, where such a copy is owed for the person's answer.

    Raises WrongStateError before the seal, NotFoundError where no such copy is owed.
    """

    async def job() -> None:
        async with world.store.write() as uow:
            case = await uow.cases.get(case_id)
            access.allow(actor, Act.CHANGE_CASE, access.of_case(case, actor))
            agreement = await uow.agreements.of_case(case_id)
            if agreement is None or agreement.seal is None:
                raise WrongStateError(state="not_sealed")
            sessions = await uow.sessions.of_case(case_id)
            log = await uow.log.of_case(case_id, (KIND,))
            owed = paper_copies(agreement, sessions[-1] if sessions else None, log)
            copies = [one for one in owed if one.person == person and one.takes(way)]
            if not copies:
                raise NotFoundError
            if copies[0].way is None:
                what = happened(KIND, actor.staff_id, person=person, way=way.value)
                await uow.log.append(case_id, (what,), world.clock.now())

    await world.rooms.run(case_id, job)
