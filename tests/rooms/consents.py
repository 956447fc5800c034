"""Who agrees to be recorded, and what a room decides."""

from server.domain import conduct, recording
from server.domain.ids import PersonId, RecordingId
from server.domain.session import Consent
from server.rooms.room import Room
from tests.rooms.stage import Stage
from tests.support.builders import MEDIATOR, NOW, SESSION

ONE, TWO = RecordingId("one"), RecordingId("two")
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def answer(person: PersonId, *, agreed: bool) -> conduct.Decision:
    return conduct.consent(
        Consent(person_id=person, scope=recording.SCOPE, agreed=agreed, text_version="v", at=NOW)
    )


async def decide(on: Stage, *decisions: conduct.Decision) -> None:
    async def job(room: Room) -> None:
        for one in decisions:
            await room.decide(MEDIATOR, one)

    await on.registry.within(SESSION, job)
