"""Takes a person's own answer to one consent text, as it stood on his screen."""

from server.domain import conduct
from server.domain.case import Case
from server.domain.errors import WrongStateError
from server.domain.invitation import Invitation
from server.domain.jurisdiction.texts import text_version
from server.domain.session import Consent, Session
from server.domain.wards import wards_of
from server.ports.store import ConflictError
from server.usecases import conduct_session
from server.usecases.read_case import current
from server.usecases.world import World


async def consent(
    world: World,
    invitation: Invitation,
    scope: str,
    version: str,
    *,
    agreed: bool,
    seen: int | None = None,
) -> None:
    """Record the answer in the sitting to come or going on, else in the last one.

    Refusing one never blocks the others; withdrawing the online form puts the person back
    into the own lobby. Raises UnknownCodeError for a scope that is not asked,
    ConflictError where the text has changed since, StaleRevisionError where he agreed before he
    answered otherwise (`seen` of his answers were there then), WrongStateError without a sitting.
    """
    case, session = await _sitting(world, invitation)
    ward = invitation.person_id in wards_of(
        case, world.pack, world.pack.local_day(world.clock.now())
    )
    if text_version(world.pack.asked(scope, ward=ward)) != version:
        raise ConflictError(scope=scope)
    given = Consent(
        person_id=invitation.person_id,
        scope=scope,
        agreed=agreed,
        text_version=version,
        at=world.clock.now(),
    )
    decision = conduct.consent(given, seen=seen)
    await conduct_session.by_party(world, invitation.person_id, session.id, decision)


async def _sitting(world: World, invitation: Invitation) -> tuple[Case, Session]:
    async with world.store.read() as uow:
        case = await uow.cases.get(invitation.case_id)
        sessions = await uow.sessions.of_case(invitation.case_id)
    session = current(sessions) or (sessions[-1] if sessions else None)
    if session is None:
        raise WrongStateError(state="no_sitting")
    return case, session
