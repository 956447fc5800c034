"""Whom somebody says is with him hears as well, and everybody within hearing is told so."""

from dataclasses import replace

from server.domain.case import Side
from server.domain.conduct import declare_environment
from server.domain.ids import SeatId
from server.domain.spaces import go_caucus
from server.rooms.view import RoomView
from server.signalling.snapshots import snapshot
from tests.rooms.consents import decide
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, MEDIATOR, WIFE, WORKER, a_case

SAID = "我们的律师张伟"
WITH_HIM = a_case().person(WIFE).name


def _beside(on: Stage, seat: str, viewer: str) -> list[str]:
    return _beside_in(on.teller.views[-1], seat, viewer)


def _beside_in(view: RoomView, seat: str, viewer: str) -> list[str]:
    seats = snapshot(view, SeatId(viewer)).seats
    return next(one.beside for one in seats if one.seat == seat)


async def test_who_hears_is_told_to_everybody_who_is_heard(joint: Stage) -> None:
    await decide(joint, declare_environment(AGENT, SAID))
    for viewer in (AGENT, WORKER, MEDIATOR):
        assert _beside(joint, AGENT, viewer) == [SAID]
    await decide(joint, declare_environment(AGENT, ""))
    for viewer in (AGENT, WORKER, MEDIATOR):
        assert _beside(joint, AGENT, viewer) == []


async def test_the_other_side_does_not_learn_what_was_said_out_of_its_hearing(
    joint: Stage,
) -> None:
    await decide(joint, go_caucus(Side.RESPONDENT))
    await decide(joint, declare_environment(AGENT, SAID))
    assert _beside(joint, AGENT, MEDIATOR) == [SAID]
    assert SAID not in str(snapshot(joint.teller.views[-1], SeatId(WORKER)))


async def test_the_other_side_learns_it_only_where_the_worker_lets_it_hear(joint: Stage) -> None:
    await decide(joint, declare_environment(WORKER, SAID))
    view = joint.teller.views[-1]
    both = {SeatId(WORKER), SeatId(AGENT)}
    apart = replace(view, heard=frozenset(pair for pair in view.heard if set(pair) != both))
    beside = {seat: _beside_in(apart, WORKER, seat) for seat in (WORKER, AGENT, MEDIATOR)}
    assert beside == {WORKER: [SAID], AGENT: [WITH_HIM], MEDIATOR: [SAID]}


async def test_nobody_has_said_anything_at_first(joint: Stage) -> None:
    assert snapshot(joint.teller.views[-1], SeatId(AGENT)).environment is None
    await decide(joint, declare_environment(AGENT, ""))
    assert snapshot(joint.teller.views[-1], SeatId(AGENT)).environment == ""
