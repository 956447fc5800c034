"""H.264 as phones send it becomes a film as it came; what no decoder should see stays out."""

import io
from typing import Any

import av
import pytest

from server.media.formats import H264, OPUS
from server.media.h264 import START_CODE, Pictures, smuggles, units
from server.media.picture import Picture
from server.media.rtp import Packet
from server.media.sps import size_of
from server.rehearsal.clip import sounds
from tests.media.h264_clip import FRAMES, HUGE, RATE, packed, payloads, pictures, sent
from tests.media.packets import rtp
from tests.media.test_mux import clip, film_of, logged


def parameter_sets(content: bytes) -> list[bytes]:
    return [one for one in content.split(START_CODE)[1:] if one[0] & 0x1F == 7]


def taken(*parts: tuple[bytes, int]) -> tuple[Pictures, list[Picture]]:
    """Give payloads, each with its picture's timestamp; the last of a picture is marked."""
    gathered, found = Pictures(), []
    for n, (payload, timestamp) in enumerate(parts):
        last = n + 1 == len(parts) or parts[n + 1][1] != timestamp
        packet = Packet(bytearray(packed(payload, n, timestamp, last=last)))
        if (picture := gathered.take(n, packet, payload)) is not None:
            found.append(picture)
    return gathered, found


def every(coded: tuple[tuple[bytes, bool], ...], begins: int = 0) -> list[tuple[bytes, int]]:
    return [
        (part, begins + n) for n, (content, _) in enumerate(coded) for part in payloads(content)
    ]


def said() -> list[tuple[int, bytes]]:
    return [
        (20 * n, bytes(rtp(n, payload=data, payload_type=OPUS, timestamp=960 * n, ssrc=2)))
        for n, data in enumerate((*sounds(), *sounds()))
    ]


def test_pictures_and_sound_become_an_mp4_with_their_times_and_length() -> None:
    shown = sent(pictures(100), begins=1.0)
    assert {packet[12] & 0x1F for _, packet in shown} >= {1, 24, 28}, "of every kind of packet"
    film = film_of(logged(sorted(shown + said())))
    assert film[4:8] == b"ftyp"
    with av.open(io.BytesIO(film), "r") as opened:
        assert (opened.duration or 0) / 1e6 == pytest.approx(4.0, abs=0.1)
        frames = list(opened.decode(video=0))
    assert len(frames) == FRAMES
    times = [one.time for one in frames]
    assert times == pytest.approx([1 + n / RATE for n in range(FRAMES)], abs=0.01)
    assert {(one.width, one.height) for one in frames} == {(320, 240)}
    with av.open(io.BytesIO(film), "r") as opened:
        streams: Any = opened.streams
        heard = [one.time for one in opened.decode(streams.audio[0])]
    assert heard[0] == pytest.approx(0.0, abs=0.02)
    assert len(heard) == pytest.approx(200, abs=2)


def test_the_header_of_a_film_in_pieces_tells_its_length() -> None:
    film = film_of(logged(sorted(sent(pictures(100)) + said())))
    at = film.index(b"mvhd") - 4
    scale, length = (int.from_bytes(film[at + n : at + n + 4], "big") for n in (20, 24))
    assert length / scale == pytest.approx(4.0, abs=0.1)


def test_who_changed_from_one_format_to_the_other_has_both() -> None:
    first = clip(start=1, timestamp=0)
    later = [(2000 + at, packet) for at, packet in sent(pictures(100), number=5000)]
    renamed = [(at, packet[:8] + b"else" + packet[12:]) for at, packet in later]
    film = film_of(logged(first + renamed))
    assert b"matroska" in film[:64]
    with av.open(io.BytesIO(film), "r") as opened:
        assert [one.codec_context.name for one in opened.streams] == ["vp8", "h264"]


@pytest.mark.parametrize("size", [(320, 240), (1920, 1080), (1080, 1920), (182, 102)])
@pytest.mark.parametrize("profile", ["Baseline", "Main", "High"])
def test_sizes_are_read_as_a_decoder_reads_them(size: tuple[int, int], profile: str) -> None:
    content = pictures(90, *size, profile, 1)[0][0].replace(b"\0\0\0\1", b"\0\0\1")
    sets = [one for one in content.split(b"\0\0\1") if one and one[0] & 0x1F == 7]
    assert [size_of(one) for one in sets] == [size]


def test_a_set_that_claims_too_much_never_reaches_a_decoder() -> None:
    good = every(pictures(100))
    assert size_of(HUGE) is None
    gathered, found = taken(*good[:4], (HUGE, 900), (b"\x65\x88" + bytes(9), 900), *good[8:12])
    assert gathered.refused == 1
    assert not any(HUGE in one.content for one in found)
    _, after = taken((HUGE, 1), *every(pictures(100), begins=2))
    assert len(after) == FRAMES, "the next good key picture is shown again"


def test_what_builds_on_a_refused_set_is_not_shown() -> None:
    good = every(pictures(100))
    later = next(n for n, (part, at) in enumerate(good) if at == 1)
    _, found = taken((HUGE, 0), *good[later : later + 6])
    assert not found


def test_a_unit_within_a_unit_never_reaches_a_decoder() -> None:
    hidden = b"\x41\x9a" + b"\0\0\1" + HUGE
    assert smuggles(hidden)
    good = every(pictures(100))
    _, found = taken(*good, (hidden, 900), (b"\x7c\x81\x9a\0", 901), (b"\x7c\x41\0\1" + HUGE, 901))
    assert len(found) == FRAMES
    assert all(HUGE not in one.content for one in found)
    assert all(size_of(one) == (320, 240) for p in found for one in parameter_sets(p.content))


def test_what_no_phone_sends_is_left_out() -> None:
    odd = [bytes([0x60 | kind]) + b"\x88aaaa" for kind in (2, 3, 4, 6, 9, 13, 14, 15, 19, 20, 21)]
    good = every(pictures(100))
    _, found = taken(*((one, 0) for one in odd), *good)
    kinds = {one[0] & 0x1F for p in found for one in p.content.split(START_CODE)[1:]}
    assert kinds == {1, 5, 7, 8}


def test_a_lost_packet_costs_its_own_picture() -> None:
    packets = sent(pictures(100))
    wanted = [n for n, (at, _) in enumerate(packets) if at == 333]
    for place in (wanted[0], wanted[-1]):
        film = film_of(logged([one for n, one in enumerate(packets) if n != place]))
        with av.open(io.BytesIO(film), "r") as opened:
            assert len([one for one in opened.demux(video=0) if one.size]) == FRAMES - 1


def test_a_key_picture_without_its_sets_goes_with_the_last_ones() -> None:
    coded = pictures(100)
    keys = [n for n, (_, key) in enumerate(coded) if key]
    bare = [(p, 50) for p in payloads(coded[keys[1]][0]) if p[0] & 0x1F == 28]
    _, found = taken(*((p, 0) for p in payloads(coded[0][0])), *bare)
    assert [one.size for one in found] == [(320, 240)] * 2
    assert parameter_sets(found[1].content) == parameter_sets(found[0].content)


def test_fragments_that_do_not_fit_cost_their_picture() -> None:
    start, middle, end = b"\x7c\x85\x88" + bytes(4), b"\x7c\x05abc", b"\x7c\x45abc"
    for parts in ((middle, end), (start, b"\x41\x9a", end), (start, middle)):
        good = every(pictures(100))
        gathered, found = taken(*good, *((one, 900) for one in parts))
        assert len(found) == FRAMES
        assert not gathered.refused


def test_a_packet_may_say_more_than_there_is() -> None:
    whole = b"\0\2\x41\x9a"
    for payload, found in (
        (b"", []),
        (b"\x18", []),
        (b"\x18\0", []),
        (b"\x18\xff\xff\x67", []),
        (b"\x18\0\0\0\1\x41", []),
        (b"\x18" + whole + b"\0\3\x41\x9a", [b"\x41\x9a"]),
        (b"\x18" + whole + b"\0\0" + whole, [b"\x41\x9a"]),
        (b"\x7c", []),
        (b"A", []),
    ):
        assert list(units(payload)) == found
        taken((payload, 0), (payload, 1))


def test_no_picture_grows_without_end() -> None:
    gathered = Pictures()
    part = b"\x7c\x05" + bytes([7]) * 1200
    for n in range(4000):
        payload = b"\x7c\x85\x88" if n == 0 else part
        packet = Packet(rtp(n, payload=payload, payload_type=H264, timestamp=7))
        assert gathered.take(n, packet, payload) is None
    assert gathered._open is not None
    assert len(gathered._open) < 3_000_000
