"""A layout known from earlier packets never changes what is read from this one."""

import contextlib

from hypothesis import given, strategies as st

from server.media.extensions import Layout, Layouts
from server.media.formats import ABS_SEND_TIME, AUDIO_LEVEL, MID, VIDEO_ORIENTATION
from server.media.rtp import Packet
from tests.media.packets import FULL_BLOCK, extensions, packet, rtp

ELEMENTS = st.tuples(
    st.sampled_from([MID, AUDIO_LEVEL, ABS_SEND_TIME, VIDEO_ORIENTATION, 9, 15]),
    st.binary(min_size=1, max_size=4),
)
BLOCKS = st.lists(ELEMENTS, max_size=4).map(lambda all_: extensions(*all_))
MUTATIONS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 255)), max_size=2)


def read(raw: bytearray, layouts: Layouts | None) -> tuple[object, ...] | None:
    copy = bytearray(raw)
    with contextlib.suppress(ValueError):
        seen = Packet(copy, layouts)
        places = (seen.mid_at, seen.send_time_at, seen.level)
        return (*places, seen.payload_at, seen.payload_size, bytes(seen.raw))
    return None


@given(st.lists(st.tuples(BLOCKS, MUTATIONS), min_size=2, max_size=12))
def test_what_came_before_makes_no_difference(
    blocks: list[tuple[bytes, list[tuple[int, int]]]],
) -> None:
    layouts: Layouts = {}
    for block, mutations in blocks:
        raw = rtp(1, block=block)
        for place, octet in mutations:
            raw[place % len(raw)] = octet
        assert read(raw, layouts) == read(raw, None)
    assert len(layouts) <= 256


def test_packets_alike_share_their_layout() -> None:
    layouts: Layouts = {}
    first = Packet(rtp(1, block=FULL_BLOCK), layouts)
    louder = extensions((MID, b"1"), (ABS_SEND_TIME, b"\7\7\7"), (AUDIO_LEVEL, b"\x01"))
    second = Packet(rtp(2, block=louder), layouts)
    assert second.layout is first.layout
    assert (first.level, second.level) == (5, 1)


def test_a_packet_too_short_for_a_known_layout_is_refused() -> None:
    layouts: Layouts = {}
    Packet(rtp(1, block=FULL_BLOCK), layouts)
    cut = rtp(1, block=FULL_BLOCK)[: 12 + len(FULL_BLOCK) - 1]
    assert read(cut, layouts) is None


def test_without_extensions_there_are_no_places() -> None:
    plain = packet(1)
    assert (plain.mid_at, plain.send_time_at, plain.level) == (0, 0, 127)
    assert isinstance(plain.layout, Layout)
