"""Lets a sitting that goes on follow its agreement into signing and back."""

from server.domain.conduct import Decision
from server.domain.session import Session, SessionState
from server.domain.staff import Actor
from server.rooms.room import Room
from server.usecases.world import World


async def follow_text(
    world: World, actor: Actor, session: Session | None, state: SessionState, decision: Decision
) -> None:
    """Take the decision in a sitting that is in `state`; one that is over or paused stays."""
    if session is None:
        return

    async def job(room: Room) -> None:
        if room.session.state is state:
            await room.decide(actor.staff_id, decision)

    if not session.over and session.state is not SessionState.SCHEDULED:
        await world.rooms.within(session.id, job)
