"""Shows one masked field in clear, for a reason that is kept but never logged in words."""

from server.domain import access
from server.domain.access import Act
from server.domain.case import Case
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, PersonId
from server.domain.session_log import happened
from server.domain.staff import Actor
from server.usecases.kept_reasons import keep_reason
from server.usecases.read_case import expect_kept
from server.usecases.world import World


async def reveal(
    world: World, actor: Actor, case_id: CaseId, person_id: PersonId, field: str, reason: str
) -> str:
    """Return `id_no`, `mobile` or `address` of a person in clear.

    The log holds SHA-256(salt || reason) alone; salt and reason lie encrypted with the
    case, so that the commitment can be opened later. Raises ShreddedError once the file was
    destroyed, and the number with it.
    """

    async def job() -> str:
        async with world.store.write() as uow:
            case = await uow.cases.get(case_id)
            access.allow(actor, Act.REVEAL, access.of_case(case, actor))
            expect_kept(case)
            value = _value(case, person_id, field)
            kept = await keep_reason(world, uow, case_id, FileKind.REVEAL_REASON, reason)
            what = happened(
                "field.revealed",
                actor.staff_id,
                person=person_id,
                field=field,
                reason_commitment=kept.commitment,
                file=kept.file,
            )
            await uow.log.append(case_id, (what,), world.clock.now())
            return value

    return await world.rooms.run(case_id, job)


def _value(case: Case, person_id: PersonId, field: str) -> str:
    person = case.person(person_id)
    if field == "address":
        return case.party(person.party_id).address
    return person.id_no if field == "id_no" else person.mobile
