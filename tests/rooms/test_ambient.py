"""The other side gets no word of who talks, comes or answers elsewhere, not even an empty one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.domain import spaces
from server.domain.case import Side
from server.domain.ids import PersonId, SeatId
from server.domain.minutes import Confirmation, add, confirm, ready
from server.domain.session import MinutesMark
from server.ports.media import MediaReport
from server.rooms import attendance
from server.rooms.view import RoomView
from server.signalling.callers import Caller
from server.signalling.namespace import Live
from tests.rooms.consents import decide
from tests.rooms.stage import Stage, stage
from tests.rooms.test_minutes_shown import item
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER, a_session, prepared


class Frames(Live):
    """The live edge with two browsers, each with what is sent to it."""

    def __init__(self) -> None:
        nowhere: Any = None
        super().__init__(nowhere)
        self.sent: dict[str, list[list[str]]] = {}
        for seat in (WORKER, AGENT):
            self.sent[seat] = []
            self._callers[seat] = Caller(
                socket=seat, token=seat, person=PersonId(seat), session=SESSION
            )

    async def emit(self, event: str, data: Any, *, to: str) -> None:  # type: ignore[override]
        assert event == "change"
        self.sent[to].append(data["events"])

    async def show(self, view: RoomView, *events: str) -> None:
        holders = {PersonId(seat): self._callers[seat].device for seat in self.sent}
        held = replace(view, scene=replace(view.scene, holders=holders))
        await self.tell(held, events)


@pytest.fixture
async def caucus(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, prepared(a_session())) as made:
        await made.seat(MEDIATOR, WORKER, AGENT)
        apart = spaces.go_caucus(Side.APPLICANT)
        await made.registry.within(SESSION, lambda room: room.decide(MEDIATOR, apart))
        yield made


async def talk(on: Stage, seat: str, *, speaking: bool) -> RoomView:
    room = await on.room()
    report = MediaReport(
        connection=room.connections()[SeatId(seat)],
        up_kbps=0,
        down_kbps=0,
        up_loss=0.0,
        down_loss=0.0,
        rtt_ms=None,
        speaking=speaking,
        videos_held=(),
    )
    await attendance.media_event(room, SeatId(seat), report)
    return on.teller.views[-1]


async def test_who_talks_in_a_caucus_is_told_in_it_alone(caucus: Stage) -> None:
    live = Frames()
    await live.show(caucus.teller.views[-1], "moved")
    for turn in range(3):
        await live.show(await talk(caucus, MEDIATOR, speaking=turn % 2 == 0), "speaking")
    assert live.sent[WORKER] == [["moved"], *[["speaking"]] * 3]
    assert live.sent[AGENT] == [["moved"]]


async def test_what_concerns_all_is_told_though_nothing_looks_otherwise(caucus: Stage) -> None:
    live = Frames()
    for _ in range(2):
        await live.show(caucus.teller.views[-1], "agreement")
    assert live.sent[AGENT] == [["agreement"]] * 2


@pytest.mark.parametrize("event", ["dropped", "joined", "identity", "rights", "consent"])
async def test_what_one_side_does_elsewhere_is_no_event_of_the_other(
    caucus: Stage, event: str
) -> None:
    live = Frames()
    for word in ("moved", event):
        await live.show(caucus.teller.views[-1], word)
    assert live.sent[AGENT] == [["moved"]]


async def test_minutes_are_told_to_whom_they_look_otherwise(joint: Stage) -> None:
    live = Frames()
    await live.show(joint.teller.views[-1], "moved")
    agreed = confirm(PersonId(WORKER), Confirmation(version=2, agreed=True))
    for step in (
        add(item(MinutesMark.STATEMENT, "一月十八日在工地受伤")),
        add(item(MinutesMark.STATEMENT, "当天送医")),
        ready,
        add(item(MinutesMark.CONCESSION, "愿意少要五千元")),
        agreed,
    ):
        await decide(joint, step)
        await live.show(joint.teller.views[-1], "minutes")
    assert live.sent[WORKER] == [["moved"], ["minutes"], ["minutes"]]
    assert live.sent[AGENT] == [["moved"], ["minutes"]]


async def test_what_else_looks_otherwise_brings_no_word_of_the_minutes(joint: Stage) -> None:
    live = Frames()
    await live.show(joint.teller.views[-1], "moved")
    await live.show(replace(joint.teller.views[-1], hold_minutes=5), "minutes")
    assert live.sent[AGENT] == [["moved"], []]
