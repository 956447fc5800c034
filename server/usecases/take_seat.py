"""Takes a seat: this browser holds it, waits behind another, or moves it here by a code."""

from dataclasses import dataclass

from server.domain.errors import MissingStepsError, WrongStateError
from server.domain.ids import PersonId, SeatId
from server.domain.invitation import Answer, Invitation, LinkState, claim, hand_over
from server.domain.session import Session
from server.domain.session_log import Happening, happened
from server.domain.wards import Wards, decided, wards_of
from server.ports.store import UnitOfWork
from server.usecases import send_code
from server.usecases.read_case import current
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCheck:
    """What a phone found about itself, in the words of the wire."""

    camera: str
    microphone: str
    network: str
    websocket: bool

    @property
    def result(self) -> str:
        """green: all well. yellow: it will do. red: not without help."""
        if self.network == "blocked" or not self.websocket or self.microphone in _DEAF:
            return "red"
        weak = self.network != "good" or self.camera != "ok" or self.microphone != "ok"
        return "yellow" if weak else "green"


_DEAF = frozenset({"denied", "missing", "busy"})


async def enter(world: World, invitation: Invitation, device: str) -> Invitation:
    """Let this browser hold the seat, or wait for the mediator behind the one that does.

    Raises MissingStepsError before the invitation is accepted and while he refuses what the
    online way needs, WrongStateError where no sitting is planned or the link is locked.
    """

    async def job() -> Invitation:
        async with world.store.write() as uow:
            fresh = await uow.invitations.get(invitation.id)
            await _expect_ready(world, uow, fresh)
            after = claim(fresh, device)
            if after == fresh:
                return fresh
            saved = await uow.invitations.save(after)
            what = _entered(saved, device)
            await uow.log.append(saved.case_id, (what,), world.clock.now())
            return saved

    seated = await world.rooms.run(invitation.case_id, job)
    await world.rooms.touch(invitation.case_id)
    return seated


async def _expect_ready(world: World, uow: UnitOfWork, invitation: Invitation) -> None:
    if (state := invitation.state(world.clock.now())) is not LinkState.OPEN:
        raise WrongStateError(state=state)
    if invitation.answer is not Answer.ACCEPTED:
        raise MissingStepsError(missing=["answer"])
    session = current(await uow.sessions.of_case(invitation.case_id))
    if session is None:
        raise WrongStateError(state="no_sitting")
    wards = wards_of(
        await uow.cases.get(invitation.case_id),
        world.pack,
        world.pack.local_day(world.clock.now()),
    )
    if _refuses_online(world, session, invitation.person_id, wards):
        raise MissingStepsError(missing=["online_consent"])


def _refuses_online(world: World, session: Session, person: PersonId, wards: Wards) -> bool:
    """Whether the answer that counts to a text that ends the online way is no; silence is none."""
    needed = [text.scope for text in world.pack.consents if text.refusal_ends_online]
    return any(decided(session, person, scope, wards) is False for scope in needed)


def _entered(invitation: Invitation, device: str) -> Happening:
    kind = "lobby.enter" if invitation.device == device else "device.waiting"
    return happened(kind, invitation.person_id, person=invitation.person_id)


async def check_device(world: World, invitation: Invitation, check: DeviceCheck) -> None:
    """Log what the phone found, so that staff can help before the sitting."""
    what = happened(
        "device.checked",
        invitation.person_id,
        person=invitation.person_id,
        result=check.result,
        camera=check.camera,
        microphone=check.microphone,
        network=check.network,
    )
    async with world.store.write() as uow:
        await uow.log.append(invitation.case_id, (what,), world.clock.now())


async def move(world: World, invitation: Invitation, device: str, code: str) -> Invitation:
    """Give the seat to this browser after a code to the telephone on file; cut the old one."""
    await send_code.spend(world, invitation, "move", code)

    async def job() -> Invitation:
        async with world.store.write() as uow:
            fresh = await uow.invitations.get(invitation.id)
            await _expect_ready(world, uow, fresh)
            saved = await uow.invitations.save(hand_over(fresh, device))
            what = happened("device.moved", saved.person_id, person=saved.person_id)
            await uow.log.append(saved.case_id, (what,), world.clock.now())
            return saved

    seated = await world.rooms.run(invitation.case_id, job)
    await world.rooms.cut(invitation.case_id, SeatId(invitation.person_id), "moved")
    await world.rooms.touch(invitation.case_id)
    return seated
