"""Starts and stops the recording of a joint session, from the mediator's console."""

import base64

from server.domain import recording
from server.domain.access import Act
from server.domain.ids import RecordingId, SessionId
from server.domain.session import Session
from server.domain.staff import Actor
from server.usecases.conduct_session import by_staff
from server.usecases.world import World

_KEY = 32


async def start(world: World, actor: Actor, session: SessionId) -> Session:
    """Begin to record under a key of its own.

    Raises MissingStepsError naming what stands against it: the place, or a consent.
    """
    key = base64.b64encode(world.ids.bytes(_KEY)).decode()
    decision = recording.start(RecordingId(world.ids.new()), key)
    return await by_staff(world, actor, session, decision, act=Act.RECORD)


async def stop(world: World, actor: Actor, session: SessionId) -> Session:
    """End the recording; stopping twice is fine."""
    return await by_staff(world, actor, session, recording.stop(), act=Act.RECORD)
