"""Broken pictures in a recording: none that a decoder should not see comes out of a film's maker.

What comes out is judged by FFmpeg's own reading of it, not by ours.
"""

import contextlib
import time
from collections.abc import Sequence

import av
import pytest

from server.media import h264, picture, sps, vp8
from server.media.formats import H264, VP8
from server.media.rtp import Packet
from tests.fuzz.conftest import BUG_INPUTS, INPUTS, SEED, Told
from tests.fuzz.mutation import broken, dice_of
from tests.fuzz.yard import MOST_CPU_S, FoundError, expect, run
from tests.media.h264_clip import HUGE, payloads, pictures
from tests.media.packets import rtp
from tests.media.test_mux import SIZE, bomb

MARK = 0x80
MOST = picture.LARGEST
AFTER = 6
"""Good packets behind the broken ones of an input."""

Sent = Sequence[tuple[bytes, bool]]
"""Payloads in order, each with whether its picture ends with it."""


def h264_stream() -> list[tuple[bytes, bool]]:
    parts = [payloads(content) for content, _ in pictures(100, count=20)]
    return [(part, n == len(one) - 1) for one in parts for n, part in enumerate(one)]


def vp8_stream() -> list[tuple[bytes, bool]]:
    """Return frames that begin like VP8; encoders make others each time, seeds must not."""
    found = []
    for number in range(20):
        rest = dice_of(0, "frame", number).randbytes(1500)
        head = b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00" if number % 10 == 0 else b"\x11\x02"
        content = head + rest
        parts = [content[at : at + SIZE] for at in range(0, len(content), SIZE)]
        for n, part in enumerate(parts):
            found.append(((b"\x10" if n == 0 else b"\0") + part, n == len(parts) - 1))
    return found


def aggregated(*units: bytes) -> bytes:
    """Return one packet of several units (RFC 6184 5.7.1)."""
    return b"\x18" + b"".join(len(one).to_bytes(2, "big") + one for one in units)


PPS = next(one for one in pictures(100, count=20)[0][0].split(b"\0\0\1") if one[:1] == b"\x68")
H264_HOSTILE = [
    aggregated(HUGE, PPS),
    aggregated(PPS, HUGE, b"\x65\x88\x84"),
    HUGE,
    b"\x41\x9a\0\0\1" + HUGE,
    b"\x7c\x85\x88\x84\0\0\1" + HUGE,
    b"\x7c\x45\0\1" + HUGE,
    b"\x6f" + HUGE[1:],
]
VP8_HOSTILE = [bomb(16383, 16383), b"\x90\xf0\xff\xff" + bomb(2000, 100), b"\x10"]


def input_of(kind: str, number: int, good: Sent, hostile: Sequence[bytes]) -> Sent:
    """Return a few good packets with broken ones between them."""
    dice = dice_of(SEED, kind, number)
    samples = [*hostile, *(part for part, _ in good)]
    made = [
        (broken([dice.choice(hostile if dice.random() < 0.3 else samples)], dice), True)
        for _ in range(dice.randrange(1, 4))
    ]
    first = next(n for n, (_, last) in enumerate(good) if last) + 1
    opening, at = list(good[:first]), dice.randrange(len(good))
    if dice.random() < 0.5:
        # The set stands in the first packet: whoever changes it claims another size.
        opening[0] = (broken([dice.choice([opening[0][0], *hostile])], dice), opening[0][1])
    return [*opening, *made, *good[at : at + AFTER]]


def shown(gathered: vp8.Pictures | h264.Pictures, sent: Sent, form: int) -> list[bytes]:
    found, timestamp = [], 0
    for n, (payload, last) in enumerate(sent):
        raw = rtp(n, payload=payload, payload_type=form | MARK * last, timestamp=timestamp)
        made = gathered.take(n, Packet(raw), payload)
        timestamp += 6000 * last
        if made is not None:
            found.append(made.content)
    return found


def expect_harmless(contents: Sequence[bytes]) -> None:
    """Raise FoundError where a decoder is told of a picture larger than it may be."""
    decoder = av.CodecContext.create("h264", "r")
    for content in contents:
        with contextlib.suppress(av.error.FFmpegError):
            decoder.decode(av.Packet(content))
        largest = max(decoder.width, decoder.height)
        expect(largest <= MOST, f"a decoder was asked for {largest} pixels")


def expect_known_units(contents: Sequence[bytes]) -> None:
    for content in contents:
        kinds = {one[0] & 0x1F for one in content.split(b"\0\0\1")[1:] if one}
        expect(kinds <= {1, 5, 7, 8}, f"units {sorted(kinds)} came through")


def fuzz_h264(inputs: int) -> int:
    good, came = h264_stream(), 0
    usual = {content for content, _ in pictures(100, count=20)}

    def made(number: int) -> Sent:
        return input_of("h264", number, good, H264_HOSTILE)

    def attempt(number: int) -> None:
        nonlocal came
        begun = time.thread_time()
        found = shown(h264.Pictures(), made(number), H264)
        expect(time.thread_time() - begun < MOST_CPU_S, "too much CPU")
        came += len(found)
        odd = [one for one in found if one not in usual]
        expect_known_units(odd)
        expect_harmless(found if odd else [])

    run(inputs, attempt, lambda number: f"h264, FUZZ_SEED={SEED}, input {number}")
    return came


def fuzz_vp8(inputs: int) -> int:
    good, came = vp8_stream(), 0

    def made(number: int) -> Sent:
        return input_of("vp8", number, good, VP8_HOSTILE)

    def attempt(number: int) -> None:
        nonlocal came
        found = shown(vp8.Pictures(), made(number), VP8)
        came += len(found)
        for content in found:
            key = not content[0] & 1 and content[3:6] == b"\x9d\x01\x2a"
            sides = [int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (6, 8)]
            expect(not key or max(sides) <= MOST, "a key frame too large")

    run(inputs, attempt, lambda number: f"vp8, FUZZ_SEED={SEED}, input {number}")
    return came


def test_h264(told: Told) -> None:
    came = fuzz_h264(INPUTS)
    assert came > INPUTS // 4
    told(f"h264: {INPUTS} inputs, {came} pictures came through")


def test_vp8(told: Told) -> None:
    came = fuzz_vp8(INPUTS)
    assert came > INPUTS
    told(f"vp8: {INPUTS} inputs, {came} pictures came through")


def test_it_finds_a_set_that_claims_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sps, "LARGEST", 1 << 20)
    monkeypatch.setattr(h264, "sane", lambda size: size is not None)
    with pytest.raises(FoundError, match="pixels"):
        fuzz_h264(BUG_INPUTS)


def test_it_finds_a_unit_within_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h264, "smuggles", lambda unit: False)
    with pytest.raises(FoundError, match=r"pixels|units"):
        fuzz_h264(BUG_INPUTS)


def test_it_finds_a_key_frame_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vp8, "sane", lambda size: size is not None)
    with pytest.raises(FoundError, match="too large"):
        fuzz_vp8(BUG_INPUTS)
