"""No phone is told of pictures that would take its memory: whoever claims such goes unheard."""

import itertools
from typing import cast

import pytest

from server.media.formats import H264, VP8
from server.media.rtp import HEADER
from server.media.uplink import HISTORY
from tests.media.h264_clip import HUGE, payloads, pictures
from tests.media.packets import KEY_FRAME, LATER_FRAME, key_frame
from tests.media.test_rows import Sitting

HEAD = 11
"""Bytes of a payload that tell a key frame's size: a descriptor of one, and ten."""
LONG = b"\x90\xf0\xff\xff\x01\x02"
"""A descriptor of everything that one may hold."""
UNITS = [one.rstrip(b"\0") for one in pictures(100)[0][0].split(b"\0\0\1")]
KNOWN = next(one for one in UNITS if one[:1] == b"\x67")
IDR = b"\x65\x88\x84"


def aggregated(*units: bytes) -> bytes:
    """Return one packet of several units (RFC 6184 5.7.1)."""
    return b"\x18" + b"".join(len(one).to_bytes(2, "big") + one for one in units)


GOOD = {
    "vp8": (VP8, KEY_FRAME),
    "vp8 lying": (VP8, key_frame(1920, 1080)),
    "vp8 standing": (VP8, key_frame(1080, 1920)),
    "vp8 to be scaled": (VP8, key_frame(640 | 0x4000, 360 | 0x8000)),
    "vp8 behind a long descriptor": (VP8, LONG + KEY_FRAME[1:]),
    "vp8 later": (VP8, LATER_FRAME),
    "vp8 going on": (VP8, b"\x00" + key_frame(16383, 16383)[1:]),
    "vp8 of nothing": (VP8, b""),
    "h264 of nothing": (H264, b""),
    "h264 set": (H264, KNOWN),
    "h264 set and picture": (H264, aggregated(KNOWN, IDR)),
    "h264 picture": (H264, IDR),
    "h264 first fragment": (H264, b"\x7c\x85\x88\x84\x88"),
}
BAD = {
    "vp8 wide": (VP8, key_frame(16383, 16)),
    "vp8 high": (VP8, key_frame(16, 1921)),
    "vp8 of nothing": (VP8, key_frame(0, 240)),
    "vp8 wide behind a long descriptor": (
        VP8,
        LONG + key_frame(9999, 9)[1:],
    ),
    "vp8 cut short": (VP8, KEY_FRAME[: HEAD - 1]),
    "vp8 without a body": (VP8, b"\x90\x00"),
    "vp8 without its mark": (VP8, b"\x10\x00picture and more"),
    "h264 set": (H264, HUGE),
    "h264 set behind another": (H264, aggregated(KNOWN, HUGE, IDR)),
    "h264 set behind a torn list": (H264, aggregated(KNOWN, b"", HUGE)),
    "h264 subset": (H264, b"\x6f" + KNOWN[1:]),
    "h264 set in fragments": (H264, b"\x7c\x87" + KNOWN[1:]),
    "h264 tiny fragment": (H264, b"\x7c\x85\x88\x84"),
    "h264 torn fragment": (H264, b"\x7c"),
    "h264 set within a slice": (H264, b"\x41\x9a\0\0\1" + HUGE),
}


def forwarded(sitting: Sitting) -> list[bytes]:
    """Return the payloads that went on, for one subscriber after the other."""
    return [cast("bytes", one[-1])[HEADER.size :] for one in sitting.engine.sent]


@pytest.fixture
async def sitting() -> Sitting:
    return Sitting()


@pytest.mark.parametrize(("form", "payload"), GOOD.values(), ids=GOOD)
async def test_what_phones_send_goes_on(form: int, payload: bytes, sitting: Sitting) -> None:
    first = {VP8: KEY_FRAME, H264: KNOWN}[form]
    for number, one in enumerate((first, payload)):
        sitting.arrive(number, payload=one, payload_type=form)
    sitting.plane.burst_over()
    assert forwarded(sitting) == [first, payload] * 2


@pytest.mark.parametrize(("form", "payload"), BAD.values(), ids=BAD)
async def test_a_bad_claim_goes_to_nobody_and_is_counted(
    form: int, payload: bytes, sitting: Sitting
) -> None:
    good = {VP8: KEY_FRAME, H264: KNOWN}[form]
    for number, one in enumerate((good, payload, good)):
        sitting.arrive(number, payload=one, payload_type=form)
    sitting.plane.burst_over()
    assert forwarded(sitting) == [good] * 4
    assert sitting.engine.counters["drop_picture_size"] == 1
    assert len(sitting.plane.connections) == 3


async def test_a_voice_may_look_like_a_key_frame(sitting: Sitting) -> None:
    sitting.arrive(1, sound=True, payload=key_frame(16383, 16383))
    sitting.plane.burst_over()
    assert len(sitting.engine.sent) == 2


async def test_every_picture_of_an_encoder_goes_on(sitting: Sitting) -> None:
    parts = [part for content, _ in pictures(100) for part in payloads(content)]
    for number, part in enumerate(parts):
        sitting.arrive(number, payload=part, payload_type=H264)
    sitting.plane.burst_over()
    assert len(parts) > 100
    assert forwarded(sitting) == parts * 2


FRAGMENTS = [b"\x7c\x85", b"\x7c\x05", b"\x7c\x05", b"\x7c\x45"]
"""Heads of the first, two middle and the last fragment of a picture (RFC 6184 5.8)."""
HIDDEN = b"\0\0\1" + HUGE


def torn(*cuts: int) -> list[bytes]:
    """Return fragments of a picture within which a set is hidden, cut at these of its bytes."""
    content, edges = IDR + HIDDEN + b"\x88" * 9, [0, *(len(IDR) + cut for cut in cuts), None]
    parts = [content[one:other] for one, other in itertools.pairwise(edges)]
    heads = [*FRAGMENTS[: len(parts) - 1], FRAGMENTS[-1]]
    return [head + part for head, part in zip(heads, parts, strict=True)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 0, 1)], ids=str)
@pytest.mark.parametrize("cuts", [(1,), (2,), (1, 2)], ids=str)
async def test_a_set_that_is_torn_over_fragments_never_arrives_whole(
    cuts: tuple[int, ...], order: tuple[int, ...], sitting: Sitting
) -> None:
    parts = torn(*cuts)
    for number in (0, 9):
        sitting.arrive(number, payload=KNOWN, payload_type=H264)
    for place in (*order, *range(2, len(parts))):
        sitting.arrive(1 + place, payload=parts[place], payload_type=H264)
        sitting.plane.burst_over()
    gone = {cast("bytes", one[-1])[HEADER.size :] for one in sitting.engine.sent}
    assert not gone >= set(parts)
    assert sitting.engine.counters["drop_picture_size"]


async def test_a_fragment_so_late_that_nothing_is_known_of_its_neighbour_is_dropped(
    sitting: Sitting,
) -> None:
    first, second = torn(1)
    sent = {0: KNOWN, 1: first, **dict.fromkeys(range(3, 2 + HISTORY), KNOWN), 2: second}
    for number, payload in sent.items():
        sitting.arrive(number, payload=payload, payload_type=H264)
    sitting.plane.burst_over()
    assert len(forwarded(sitting)) == 2 * (len(sent) - 1)
    assert sitting.engine.counters["drop_picture_size"] == 1


async def test_fragments_that_only_look_alike_go_on(sitting: Sitting) -> None:
    parts = [FRAGMENTS[0] + b"\1\2\0\0", FRAGMENTS[1] + b"\3\1\0\0", FRAGMENTS[1] + b"\4\1\1"]
    sitting.arrive(0, payload=KNOWN, payload_type=H264)
    for number, part in enumerate(parts, start=1):
        sitting.arrive(number, payload=part, payload_type=H264)
    # The one in between is missing, and what stands behind it is no neighbour.
    sitting.arrive(5, payload=FRAGMENTS[1] + b"\1\2\3", payload_type=H264)
    sitting.plane.burst_over()
    assert forwarded(sitting)[1:5] == [*parts, FRAGMENTS[1] + b"\1\2\3"]
