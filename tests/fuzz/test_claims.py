"""Broken heads of pictures from a phone that lies: no other phone's decoder is told to be large.

What reaches the good phone is unpacked by aiortc and judged by FFmpeg, not by our own readers.
"""

import contextlib
from collections.abc import Callable, Sequence

import av
import pytest
from aiortc.codecs.h264 import H264PayloadDescriptor
from aiortc.codecs.vpx import VpxPayloadDescriptor

from server.media import claims
from server.media.formats import H264, VP8
from server.media.picture import LARGEST
from tests.fuzz.conftest import BUG_INPUTS, INPUTS, SEED, Told
from tests.fuzz.mutation import broken, dice_of
from tests.fuzz.samples import PICTURE
from tests.fuzz.test_films import H264_HOSTILE, PPS, VP8_HOSTILE, h264_stream, vp8_stream
from tests.fuzz.yard import AT, GOOD, HOSTILE, FoundError, Yard, expect, payload_at, run
from tests.media.h264_clip import pictures
from tests.media.packets import rtp

Judge = Callable[[bytes], None]
KEY_HEAD = 10
"""Bytes of a VP8 key frame's head."""
FIRST = pictures(100, count=20)[0][0]
THEN = FIRST[FIRST.index(b"\0\0\1" + PPS[:2]) :]
"""What follows a set in H.264: a decoder believes it once a picture names it."""


def vp8_is_small(payload: bytes) -> None:
    with contextlib.suppress(ValueError):
        part, content = VpxPayloadDescriptor.parse(payload)
        if not part.partition_start or part.partition_id & 7 or not content or content[0] & 1:
            return
        sides = [int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (6, 8)]
        expect(len(content) >= KEY_HEAD and max(sides) <= LARGEST, f"a key frame of {sides}")


def h264_is_small(payload: bytes) -> None:
    decoder = av.CodecContext.create("h264", "r")
    with contextlib.suppress(ValueError, av.error.FFmpegError):
        _, content = H264PayloadDescriptor.parse(payload)
        decoder.decode(av.Packet(content + THEN))
    largest = max(decoder.width, decoder.height)
    expect(largest <= LARGEST, f"a decoder was asked for {largest} pixels")


GOOD_ONES: dict[int, list[bytes]] = {
    VP8: [payload for payload, _ in vp8_stream()],
    H264: [payload for payload, _ in h264_stream()],
}
HOSTILE_ONES: dict[int, Sequence[bytes]] = {VP8: VP8_HOSTILE, H264: H264_HOSTILE}
JUDGES: dict[int, Judge] = {VP8: vp8_is_small, H264: h264_is_small}
KINDS = pytest.mark.parametrize("form", JUDGES, ids={VP8: "vp8", H264: "h264"}.get)


def fuzz_claims(it: Yard, form: int, inputs: int) -> int:
    """Return how many inputs reached the good phone."""
    samples, known = [*GOOD_ONES[form], *HOSTILE_ONES[form]], set(GOOD_ONES[form])
    came = 0

    def made(number: int) -> bytes:
        dice = dice_of(SEED, f"claims{form}", number)
        return broken(HOSTILE_ONES[form] if number % 2 else samples, dice)

    def attempt(number: int) -> None:
        nonlocal came
        raw = rtp(number, payload=made(number), payload_type=form, ssrc=PICTURE)
        for address, sent in it.throw(bytes(raw), AT[HOSTILE]):
            if address == AT[GOOD] and sent[1] & 0x7F == form:
                came += 1
                payload = sent[payload_at(sent) :]
                if payload not in known:
                    JUDGES[form](payload)

    opening = GOOD_ONES[form][0]
    it.throw(bytes(rtp(-1, payload=opening, payload_type=form, ssrc=PICTURE)), AT[HOSTILE])
    run(inputs, attempt, lambda number: f"{form}, FUZZ_SEED={SEED}: {made(number)[:200].hex()}")
    return came


@KINDS
async def test_claims(it: Yard, form: int, told: Told) -> None:
    came = fuzz_claims(it, form, INPUTS)
    refused = it.engine.counters["drop_picture_size"]
    assert came > INPUTS / 10
    assert refused > INPUTS / 10
    told(f"claims of {form}: {INPUTS} inputs, {refused} refused, {it.slowest * 1000:.1f} ms")


@KINDS
async def test_it_finds_a_size_that_nobody_looked_at(
    it: Yard, form: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "sane", lambda size: True)
    with pytest.raises(FoundError, match=r"pixels|a key frame of"):
        fuzz_claims(it, form, BUG_INPUTS)


async def test_it_finds_a_set_that_is_hidden_in_a_slice(
    it: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_START_CODE", b"none of those that there are")
    with pytest.raises(FoundError, match="pixels"):
        fuzz_claims(it, H264, BUG_INPUTS)
