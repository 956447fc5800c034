"""Packets are read without trust, and only as far as forwarding needs."""

import contextlib
import random

import pytest
from hypothesis import given, strategies as st

from server.media.formats import H264, MID, OPUS, VP8
from server.media.rtp import Packet, send_time
from tests.media.packets import FULL_BLOCK, KEY_FRAME, LATER_FRAME, extensions, packet, rtp


def test_the_places_of_the_extensions_are_found() -> None:
    read = packet(7, block=FULL_BLOCK)
    assert (read.sequence, read.payload_type, read.payload_size) == (7, VP8, len(KEY_FRAME))
    assert read.raw[read.mid_at] == ord("1")
    assert read.level == 5


def test_our_own_time_stands_in_every_copy() -> None:
    read = packet(7, block=FULL_BLOCK)
    read.stamp(send_time(64.0 + 0.5))
    at = read.send_time_at
    assert int.from_bytes(read.raw[at : at + 3], "big") == 1 << 17


def test_a_media_identifier_that_cannot_be_rewritten_is_blanked() -> None:
    read = packet(7, block=extensions((MID, b"audio"), (3, b"\1\2\3")))
    assert read.mid_at == 0
    assert b"audio" not in bytes(read.raw)
    assert read.send_time_at


@pytest.mark.parametrize(
    ("payload_type", "payload", "opens"),
    [
        (OPUS, b"anything", True),
        (VP8, KEY_FRAME, True),
        (VP8, LATER_FRAME, False),
        (VP8, b"\x90\x80\x81\x23\x00p", True),
        (VP8, b"\x90\x80\x81\x23\x01p", False),
        (VP8, b"\x90\xe0\x81\x23\x07\x40\x00p", True),
        (VP8, b"\x80\x80\x81\x23\x00p", False),
        (VP8, b"\x11\x00second partition", False),
        (VP8, b"", False),
        (VP8, b"\x90", False),
        (H264, b"\x67\x42", True),
        (H264, b"\x65\x88", True),
        (H264, b"\x41\x9a", False),
        (H264, b"\x78\x00\x02\x67\x42", True),
        (H264, b"\x78\x00", False),
        (H264, b"\x7c\x85\x88", True),
        (H264, b"\x7c\x05\x88", False),
        (H264, b"\x7c\x81\x88", False),
        (H264, b"\x67", False),
    ],
)
def test_where_a_decoder_can_begin(payload_type: int, payload: bytes, opens: bool) -> None:
    assert packet(1, payload_type=payload_type, payload=payload).opens() is opens


def test_padding_is_no_payload() -> None:
    raw = rtp(1, payload=b"\x00\x00\x00\x04")
    raw[0] |= 0x20
    assert Packet(raw).payload_size == 0
    assert not Packet(raw).opens()


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    with contextlib.suppress(ValueError):
        Packet(bytearray(raw)).opens()


def test_no_mutation_of_a_packet_breaks_the_reader() -> None:
    dice = random.Random(3)
    for _ in range(20_000):
        raw = rtp(1, block=FULL_BLOCK)
        for _ in range(dice.randrange(1, 4)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        with contextlib.suppress(ValueError):
            Packet(raw[: dice.randrange(len(raw) + 1)]).opens()
