"""Whatever is decided in a room, no packet from outside (joint and all agreed) is in the log.

A real room over a real store orders a real plane; every phone sends one packet after every move.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings, strategies as st

from server.domain import conduct, recording, spaces
from server.domain.case import Side
from server.domain.conduct import Decision
from server.domain.errors import DomainError
from server.domain.ids import ConnectionId, PersonId, RecordingId, RoomId, SeatId
from server.domain.session import Consent, Session, SpaceKind
from server.media.formats import OPUS
from server.media.log_frames import PACKET, frames
from server.media.plane import Plane
from server.media.recording import RoomLog
from server.media.rtp import FIXED
from server.media.settings import WorkerSettings
from server.ports.media import Edge, MediaRouter, Recorded, TableVersion
from server.rooms import room as rooms
from server.rooms.forwarding import Taped
from tests.media.packets import rtp
from tests.rooms.stage import JournalMedia, Stage, stage
from tests.support.builders import (
    AGENT,
    MEDIATOR,
    NOW,
    RECORDER,
    SESSION,
    WIFE,
    WORKER,
    a_session,
    prepared,
)

PEOPLE = (WORKER, WIFE, AGENT)
SEATS = tuple(SeatId(one) for one in (*PEOPLE, MEDIATOR, RECORDER))
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class StillEngine:
    """Moves nothing: packets are handed to the plane as an engine would."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class RealPlane:
    """The app's requests go straight to a plane; logs are kept instead of a child's pipe."""

    def __init__(self) -> None:
        settings = WorkerSettings(control=Path("unused"), recorder=("unused",))
        engine = cast("Any", StillEngine())
        self.plane = Plane(settings, engine, tell=lambda _: None, spawn=_not_started)
        self.logs: dict[int, RoomLog] = {}

    async def connect(self, room: RoomId, connection: ConnectionId) -> str:
        return self.plane.connect(room, connection)

    async def answer(self, connection: ConnectionId, sdp: str) -> None: ...

    async def route(
        self,
        room: RoomId,
        version: TableVersion,
        edges: frozenset[Edge],
        recorded: Recorded | None = None,
    ) -> None:
        self.plane.route(room, version, edges, recorded)
        for log in self.plane.recorder._logs.values():
            self.logs[id(log)] = log

    async def disconnect(self, connection: ConnectionId) -> None:
        self.plane.disconnect(connection)

    async def close_room(self, room: RoomId) -> None:
        self.plane.close_room(room)

    def send(self, connection: ConnectionId, seat: SeatId, step: int) -> None:
        raw = rtp(step, payload=f"{step} {seat}".encode(), payload_type=OPUS, timestamp=960 * step)
        now = asyncio.get_running_loop().time()
        self.plane.rtp(self.plane.connections[connection].link, raw, now)
        self.plane.burst_over()

    def written(self) -> set[tuple[int, str]]:
        """Return (step, seat) of every packet in any log."""
        found = set()
        for log in self.logs.values():
            for one in frames(log._names() + bytes(log.buffer)):
                if one.kind == PACKET:
                    step, seat = one.content[FIXED:].decode().split()
                    found.add((int(step), seat))
        return found


def _not_started(work: Coroutine[Any, Any, None]) -> None:
    work.close()


def answer(person: PersonId, *, agreed: bool) -> Decision:
    return conduct.consent(
        Consent(person_id=person, scope=recording.SCOPE, agreed=agreed, text_version="v", at=NOW)
    )


ALL_AGREE = tuple(answer(person, agreed=True) for person in PEOPLE)
MOVES: dict[str, Decision] = {
    "joint": spaces.go_joint,
    "lobby": spaces.go_lobby,
    "caucus": spaces.go_caucus(Side.APPLICANT),
    "other caucus": spaces.go_caucus(Side.RESPONDENT),
    "reception": spaces.go_reception(Side.APPLICANT),
    "pause": conduct.pause,
    "freeze": conduct.freeze,
    "resume": conduct.resume,
    "sign": conduct.begin_signing,
    "draft": conduct.end_signing,
    "stop": recording.stop(),
    "end": conduct.stop(""),
    **{f"{p} agrees": answer(p, agreed=True) for p in PEOPLE},
    **{f"{p} withdraws": answer(p, agreed=False) for p in PEOPLE},
    **{f"{p} out": conduct.send_back(SeatId(p)) for p in PEOPLE},
    **{f"{p} in": conduct.admit(SeatId(p)) for p in PEOPLE},
}


class Oracle:
    """What may be written, worked out from the moves themselves."""

    def __init__(self) -> None:
        self.agreed: dict[str, bool] = {}
        self.may: set[tuple[int, str]] = set()

    def note(self, step: int, session: Session, move: str) -> None:
        person, _, said = move.rpartition(" ")
        if said in {"agrees", "withdraws"}:
            self.agreed[person] = said == "agrees"
        joint = session.running and session.space.kind is SpaceKind.JOINT
        people = [one for one in session.participants if one.person_id is not None]
        inside = [str(one.seat) for one in people if one.admitted]
        if joint and inside and all(self.agreed.get(seat, False) for seat in inside):
            self.may |= {(step, seat) for seat in (*inside, MEDIATOR, RECORDER)}


async def play(folder: Path, moves: list[str]) -> tuple[set[tuple[int, str]], Oracle]:
    """Return what was written and what might be."""
    made: list[RealPlane] = []

    def plane(_: JournalMedia) -> MediaRouter:
        made.append(RealPlane())
        return cast("MediaRouter", made[0])

    async with stage(folder, prepared(a_session()), plane) as on:
        await on.seat(*SEATS)
        oracle = Oracle()
        for step, move in enumerate(moves):
            done = await _move(on, step, move)
            room = await on.room()
            oracle.note(step, room.session, move if done else "")
            for seat, connection in room.connections().items():
                made[0].send(connection, seat, step)
        return made[0].written(), oracle


async def _move(on: Stage, step: int, move: str) -> bool:
    start = recording.start(RecordingId(f"recording-{step}"), KEY)
    decision = start if move == "record" else MOVES[move]
    try:
        await on.registry.within(SESSION, lambda room: room.decide(MEDIATOR, decision))
    except DomainError:
        return False
    return True


def played(moves: list[str]) -> tuple[set[tuple[int, str]], Oracle]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(play(Path(folder), moves))


AGREED = [f"{person} agrees" for person in PEOPLE]
BEGIN = [*AGREED, "joint", "record"]
likely = st.sampled_from([*MOVES, "record", "record", "joint", "joint"])


@settings(max_examples=12, deadline=None)
@given(st.lists(likely, min_size=5, max_size=25))
def test_no_packet_is_written_that_not_everybody_agreed_to(moves: list[str]) -> None:
    written, oracle = played([*BEGIN, *moves])
    assert len(BEGIN) - 1 in {step for step, _ in written}, "the recording did begin"
    assert written <= oracle.may


@pytest.mark.parametrize("move", ["caucus", "lobby", "pause", "worker withdraws", "stop", "end"])
def test_what_ends_or_suspends_it_lets_no_further_packet_in(move: str) -> None:
    written, _ = played([*BEGIN, move, "lobby"])
    assert {step for step, _ in written} == {len(BEGIN) - 1}


def test_a_seeded_bug_that_forgets_the_caucus_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(session: Session, case: object) -> Taped | None:
        del case
        going = recording.going(session)
        return Taped(going, frozenset(SEATS)) if going is not None else None

    monkeypatch.setattr(rooms, "taped_in", forgetful)
    written, oracle = played([*BEGIN, "caucus"])
    assert not written <= oracle.may


def test_a_seeded_bug_that_forgets_to_stop_a_log_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(self: object, room: RoomId) -> None: ...

    monkeypatch.setattr("server.media.recording.Recorder.end", stubborn)
    written, oracle = played([*BEGIN, "agent withdraws"])
    assert not written <= oracle.may
