"""What a packet costs is counted, for how long it takes says more of the machine than of the code.

Counted are calls, of Python and of C, and lines run, of our own code alone and without an engine:
from the packet's arrival at the plane to the engine's `send_rtp`. Whoever adds to them on purpose
measures with `heyi bench media` and moves the figure here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import server
from server.media.formats import OPUS, VP8
from server.media.uplink import Uplink
from tests.media.packets import FULL_BLOCK, GOES_ON, KEY_FRAME, LATER_FRAME, rtp
from tests.media.test_rows import SOUND, VIDEO, Sitting

OURS = str(Path(server.__file__).parent)
ROWS, EVERY_S = 50, 0.02
TO = 2
"""Subscribers."""
SLACK = 1.05
"""Versions of Python differ by some lines; one call more for each packet is more than this."""


@dataclass(frozen=True)
class Case:
    """So many packets at once, and what each took, for all its subscribers, when last measured."""

    payload_type: int
    ssrc: int
    length: int
    calls: float
    lines: float


CASES = {
    "a voice": Case(OPUS, SOUND, 1, calls=17.0, lines=148.2),
    "a picture of eight packets": Case(VP8, VIDEO, 8, calls=12.9, lines=121.4),
}


class Work:
    """How much of our code has run."""

    def __init__(self) -> None:
        self.calls = self.lines = 0

    def profiled(self, frame: FrameType, event: str, _: object) -> None:
        mine = frame.f_code.co_filename.startswith(OURS)
        self.calls += mine and event == "call"

    def traced(self, frame: FrameType, event: str, _: object) -> Any:
        self.lines += event == "line"
        return self.traced if frame.f_code.co_filename.startswith(OURS) else None


@contextmanager
def counted() -> Iterator[Work]:
    work, tracer, profiler = Work(), sys.gettrace(), sys.getprofile()
    sys.setprofile(work.profiled)
    sys.settrace(work.traced)
    try:
        yield work
    finally:
        sys.settrace(tracer)
        sys.setprofile(profiler)


def row(case: Case, turn: int) -> list[bytearray]:
    """Return what arrives together, with the extensions that phones send; a key frame first."""
    first = turn * case.length
    return [
        rtp(
            number,
            payload=payload_of(number, case),
            payload_type=case.payload_type,
            timestamp=turn * 960,
            ssrc=case.ssrc,
            block=FULL_BLOCK,
        )
        for number in range(first, first + case.length)
    ]


def payload_of(number: int, case: Case) -> bytes:
    if number % case.length:
        return GOES_ON
    return LATER_FRAME if number else KEY_FRAME


def forwarding(case: Case) -> Work:
    """Return the work of so many rows of packets that go on to two subscribers."""
    sitting = Sitting()
    plane, link = sitting.plane, sitting.a.link
    arriving = [row(case, turn) for turn in range(ROWS + 1)]

    def play(turn: int) -> None:
        for packet in arriving[turn]:
            plane.rtp(link, packet, turn * EVERY_S)
        plane.burst_over()

    play(0)
    before = len(sitting.engine.sent)
    with counted() as work:
        for turn in range(1, ROWS + 1):
            play(turn)
    assert len(sitting.engine.sent) - before == TO * ROWS * case.length
    return work


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_no_packet_takes_more_work_than_it_did(case: Case) -> None:
    work = forwarding(case)
    packets = ROWS * case.length
    assert work.calls / packets <= SLACK * case.calls
    assert work.lines / packets <= SLACK * case.lines


async def test_one_more_call_a_packet_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    take = Uplink.take
    source = "def again(take):\n    return lambda *these: take(*these)\n"
    made: dict[str, Any] = {}
    exec(compile(source, f"{OURS}/media/uplink.py", "exec"), made)  # so it counts as ours
    monkeypatch.setattr(Uplink, "take", made["again"](take))
    for case in CASES.values():
        assert forwarding(case).calls / (ROWS * case.length) > SLACK * case.calls
