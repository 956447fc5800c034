"""A phone that is held upright sends its pictures lying; players are told how to turn them."""

import io

import av
import pytest

from server.media.formats import VIDEO_ORIENTATION
from server.media.orientation import Turns
from server.media.rtp import Packet
from tests.media.h264_clip import pictures as h264_pictures, sent
from tests.media.packets import extensions
from tests.media.test_mux import clip, film_of, logged

Packets = list[tuple[int, bytes]]
WIDTH, HEIGHT = 320, 240
QUARTERS = {90: b"\1", 180: b"\2", 270: b"\3"}
SEEN_TURNED = {0: 0, 90: -90, 180: -180, 270: 90}
"""As PyAV says it: against the clock, as a display matrix of ISO/IEC 14496-12 8.3.2 does."""


def held(packets: Packets, turn: int, *, begins: int = 0, ends: int = 10_000) -> Packets:
    """Return them with an extension that says the turn, between two moments (ms)."""
    return [
        (at, _saying(raw, QUARTERS[turn]) if begins <= at < ends else raw) for at, raw in packets
    ]


def _saying(raw: bytes, quarter: bytes) -> bytes:
    head, body = bytearray(raw[:12]), raw[Packet(bytearray(raw)).payload_at :]
    head[0] |= 0x10
    return bytes(head) + extensions((VIDEO_ORIENTATION, quarter)) + body


def vp8() -> Packets:
    return clip(start=1, timestamp=0)


def h264(begins: float = 0) -> Packets:
    return sent(h264_pictures(100), begins=begins)


def shown(packets: Packets) -> tuple[str, list[tuple[int, int, int, int]]]:
    """Return the container, and (width, height, rotation, pictures) of each video stream."""
    content = film_of(logged(packets))
    with av.open(io.BytesIO(content), "r") as film:
        container, count = film.format.name, len(film.streams.video)
    found = []
    for n in range(count):
        with av.open(io.BytesIO(content), "r") as film:
            decoded = list(film.decode(video=n))
        one = decoded[0]
        found.append((one.width, one.height, one.rotation, len(decoded)))
    return container, found


@pytest.mark.parametrize("turn", QUARTERS)
def test_a_film_of_vp8_is_turned(turn: int) -> None:
    container, found = shown(held(vp8(), turn))
    assert "webm" in container
    assert found == [(WIDTH, HEIGHT, SEEN_TURNED[turn], 30)]


@pytest.mark.parametrize("turn", QUARTERS)
def test_a_film_of_h264_is_turned(turn: int) -> None:
    container, found = shown(held(h264(), turn))
    assert "mp4" in container
    assert found == [(WIDTH, HEIGHT, SEEN_TURNED[turn], 30)]


def test_who_changed_the_format_has_each_turned_by_itself() -> None:
    later = [(at + 2_000, raw) for at, raw in held(h264(), 270)]
    container, found = shown([*held(vp8(), 90), *later])
    assert "matroska" in container
    assert sorted(one[2] for one in found) == [SEEN_TURNED[90], SEEN_TURNED[270]]


def test_nothing_is_turned_that_does_not_say_so() -> None:
    assert shown(vp8())[1] == [(WIDTH, HEIGHT, 0, 30)]
    assert shown(h264())[1] == [(WIDTH, HEIGHT, 0, 30)]


@pytest.mark.parametrize(("until", "turn"), [(700, 0), (1_400, 90)])
def test_whoever_turns_his_phone_is_seen_as_most_of_the_time(until: int, turn: int) -> None:
    """`until` is when he says that it lies: the quarter that follows is 0."""
    packets = held(vp8(), 90, ends=until)
    level = [(at, _saying(raw, b"\0") if at >= until else raw) for at, raw in packets]
    assert shown(level)[1][0][2] == SEEN_TURNED[turn]


def test_what_a_phone_said_holds_until_it_says_another() -> None:
    turns = Turns()
    for said in (0, 90, None, None, 0):
        turns.note((0, 1), 96, said)
    assert turns.most(96) == 90
    assert turns.most(97) == 0
