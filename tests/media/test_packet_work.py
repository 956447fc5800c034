"""What a packet takes from its arrival at the plane to the engine's `send_rtp`, counted."""

from dataclasses import dataclass

import pytest

from server.media.formats import OPUS, VP8
from server.media.uplink import Uplink
from tests.media.packets import FULL_BLOCK, GOES_ON, KEY_FRAME, LATER_FRAME, rtp
from tests.media.test_rows import SOUND, VIDEO, Sitting
from tests.media.work import Figure, Work, counted, through_one_more

ROWS, EVERY_S = 50, 0.02
TO = 2
"""Subscribers."""


@dataclass(frozen=True)
class Case:
    """So many packets at once, and what each takes for all its subscribers."""

    payload_type: int
    ssrc: int
    length: int
    takes: Figure


CASES = {
    "a voice": Case(OPUS, SOUND, 1, Figure(calls=17.0, lines=149.2)),
    "a picture of eight packets": Case(VP8, VIDEO, 8, Figure(calls=12.9, lines=122.4)),
}


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
    assert case.takes.bears(forwarding(case), ROWS * case.length)


async def test_one_more_call_a_packet_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Uplink, "take", through_one_more(Uplink.take))
    for case in CASES.values():
        assert not case.takes.bears(forwarding(case), ROWS * case.length)
