"""Who is behind a browser's connection; no message ever says it."""

from dataclasses import dataclass, field

from aiohttp import web

from server.domain.errors import ForbiddenError, MustChangePasswordError, NotFoundError
from server.domain.ids import CaseId, PersonId, SeatId, SessionId, StaffId
from server.domain.staff import Actor
from server.signalling.limits import Bucket
from server.signalling.messages import Snapshot
from server.usecases.conduct_session import may_watch
from server.usecases.identify import SEAT_COOKIE, STAFF_COOKIE, hash_token, seat_of, staff_of
from server.usecases.world import World


@dataclass(slots=True)
class Caller:
    """One connection: a member of staff or a person, and the seat it took.

    `holder` is False for a second browser that waits for the mediator.
    """

    socket: str
    token: str
    actor: Actor | None = None
    person: PersonId | None = None
    case: CaseId | None = None
    session: SessionId | None = None
    holder: bool = True
    bucket: Bucket = field(default_factory=Bucket)
    seen: Snapshot | None = None

    def learns(self, shown: Snapshot) -> bool:
        """Whether this shows more than what was seen last, whatever its number; it is seen now."""
        before, self.seen = self.seen, shown.model_copy(update={"n": 0})
        return before != self.seen

    @property
    def seat(self) -> SeatId:
        """The seat: staff sit under their own id, people under theirs."""
        return SeatId(self.actor.staff_id if self.actor else self.person or "")

    @property
    def staff_id(self) -> StaffId | None:
        """The member of staff, or None."""
        return self.actor.staff_id if self.actor else None

    @property
    def device(self) -> str:
        """The hash under which this browser may hold a seat."""
        return hash_token(self.token)


async def recognise(
    world: World, socket: str, request: web.Request, wanted: str | None
) -> Caller | None:
    """Return who connects, by his cookie; `wanted` decides where a browser has both."""
    staff, seat = request.cookies.get(STAFF_COOKIE), request.cookies.get(SEAT_COOKIE)
    if staff and wanted != "seat" and (actor := await staff_of(world, staff)):
        return Caller(socket=socket, token=staff, actor=actor)
    if seat and wanted != "staff" and (invitation := await seat_of(world, seat)):
        return Caller(
            socket=socket, token=seat, person=invitation.person_id, case=invitation.case_id
        )
    return None


async def why_refused(world: World, request: web.Request, wanted: str | None) -> str:
    """Return why nobody was recognised: a link that has expired, or no cookie that counts.

    Whose link was revoked has no seat any more, as if he had never had one.
    """
    seat = request.cookies.get(SEAT_COOKIE)
    if not seat or wanted == "staff":
        return "signed_out"
    async with world.store.read() as uow:
        known = await uow.invitations.by_seat(hash_token(seat))
    return "link_ended" if known else "signed_out"


async def why_gone(world: World, caller: Caller) -> str | None:
    """Return why a browser may not stay, None while it may; refresh what its cookie stands for."""
    if caller.actor is None:
        return None if await seat_of(world, caller.token) else "link_ended"
    actor = await staff_of(world, caller.token)
    if actor is None:
        return "signed_out"
    caller.actor = actor
    return None if caller.session is None else await _why_no_access(world, actor, caller.session)


async def _why_no_access(world: World, actor: Actor, session: SessionId) -> str | None:
    async with world.store.read() as uow:
        case = await uow.cases.get((await uow.sessions.get(session)).case_id)
    try:
        may_watch(actor, case)
    except (ForbiddenError, MustChangePasswordError, NotFoundError):
        return "no_access"
    return None
