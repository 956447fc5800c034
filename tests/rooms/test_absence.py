"""Everybody is told in one word why somebody does not look, and how his line is."""

from dataclasses import replace
from typing import get_args

import pytest

from server.domain.ids import SeatId
from server.rooms.view import Absence, Away, Network, RoomView
from server.signalling.snapshots import snapshot
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, WORKER

SEAT = SeatId(WORKER)


def told(view: RoomView, viewer: str, **live: object) -> tuple[str, str]:
    """Return what the viewer learns of the worker's absence and line."""
    now = replace(view.presence[SEAT], **live)  # type: ignore[arg-type]
    known = replace(view, presence={**view.presence, SEAT: now})
    one = next(one for one in snapshot(known, SeatId(viewer)).seats if one.seat == SEAT)
    return one.absence, one.network


@pytest.mark.parametrize("away", get_args(Away))
async def test_who_sits_there_but_does_not_look_says_why(joint: Stage, away: Away) -> None:
    view = joint.teller.views[-1]
    assert told(view, AGENT, away=away, absence="none") == (away, "good")


@pytest.mark.parametrize("absence", get_args(Absence))
async def test_who_is_gone_is_told_by_how_he_went(joint: Stage, absence: Absence) -> None:
    view = joint.teller.views[-1]
    gone = told(view, AGENT, socket=None, away="page_hidden", absence=absence)
    assert gone == (absence, "good")


@pytest.mark.parametrize("network", get_args(Network))
async def test_everybody_learns_how_his_line_is(joint: Stage, network: Network) -> None:
    assert told(joint.teller.views[-1], AGENT, network=network) == ("none", network)
