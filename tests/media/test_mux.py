"""Packets become pictures again: order, gaps, wrapping numbers, and frames nobody should decode."""

import io
import itertools
import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

from server.archive.media_log import SegmentWriter
from server.archive.recordings import LocalRecordings
from server.domain.ids import RecordingId
from server.media.formats import OPUS, VP8
from server.media.log_frames import CLOCK, NAME, PACKET, STANDS, frame, frames
from server.media.mux import mux
from server.media.order import Order
from server.media.picture import LARGEST
from server.media.rtp import Packet
from server.media.survey import survey
from server.media.vp8 import Pictures
from server.media.vp8_head import body_at, key_size
from server.ports.recording import FilmLostError, FilmsBusyError
from server.recorder import CPU_S, MEMORY, show_command
from server.rehearsal.clip import HEIGHT, WIDTH, pictures, sounds
from tests.media.packets import rtp
from tests.support.films import write_film
from tests.support.server import children, command_of

MARKED = VP8 | 0x80
SIZE = 600


def bomb(width: int, height: int) -> bytes:
    """Return a tiny key frame that claims to be this large."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"\x10" + b"\x10\x02\x00\x9d\x01\x2a" + size + bytes(60)


def video(content: bytes, number: int, timestamp: int, ssrc: int = 1) -> list[bytes]:
    """Return the packets of one picture, with the smallest payload descriptor."""
    parts = [content[at : at + SIZE] for at in range(0, len(content), SIZE)]
    return [
        bytes(
            rtp(
                number + n,
                payload=(b"\x10" if n == 0 else b"\x00") + part,
                payload_type=MARKED if n == len(parts) - 1 else VP8,
                timestamp=timestamp,
                ssrc=ssrc,
            )
        )
        for n, part in enumerate(parts)
    ]


def logged(packets: list[tuple[int, bytes]], name: str = "seat") -> bytes:
    whole = b"".join(frame(PACKET, 0, at, packet) for at, packet in packets)
    return frame(NAME, 0, 0, name.encode()) + whole


def film_of(*batches: bytes) -> bytes:
    out = io.BytesIO()
    mux(lambda: [(0, batch) for batch in batches], "seat", out)
    return out.getvalue()


def clip(start: int = 65_500, timestamp: int = (1 << 32) - 9_000) -> list[tuple[int, bytes]]:
    """Return two seconds of pictures whose numbers and timestamps wrap."""
    found, number = [], start
    for n, (content, _) in enumerate(pictures(120)):
        packets = video(bytes(content), number, timestamp + n * 6_000)
        number += len(packets)
        found += [(n * 1000 // 15, packet) for packet in packets]
    return found


def test_numbers_may_wrap_and_packets_come_late_and_twice() -> None:
    packets = clip()
    packets[10], packets[14] = packets[14], packets[10]
    packets.insert(20, packets[19])
    with av.open(io.BytesIO(film_of(logged(packets))), "r") as film:
        assert film.duration == pytest.approx(1_953_000, abs=40_000)
        times = [one.time for one in film.decode(video=0)]
    assert len(times) == 30
    assert times == pytest.approx([n / 15 for n in range(30)], abs=0.002)


def test_a_lost_packet_costs_its_own_picture() -> None:
    packets = clip()
    wanted = next(n for n, (at, _) in enumerate(packets) if at == 400)
    del packets[wanted]
    with av.open(io.BytesIO(film_of(logged(packets))), "r") as film:
        shown = [packet for packet in film.demux(video=0) if packet.size]
    assert len(shown) == 29


@pytest.mark.parametrize("size", [(16383, 16383), (LARGEST + 1, 100), (0, 100)])
def test_a_key_frame_that_claims_too_much_never_reaches_a_decoder(size: tuple[int, int]) -> None:
    content = bomb(*size)
    assert key_size(content[1:]) == size
    gathered = Pictures()
    packet = Packet(rtp(1, payload=content, payload_type=MARKED, timestamp=0))
    assert gathered.take(1, packet, content) is None
    later = b"\x10\x01" + bytes(20)
    inter = Packet(rtp(2, payload=later, payload_type=MARKED, timestamp=3_000))
    assert gathered.take(2, inter, later) is None, "what builds on it is not shown either"
    assert gathered.refused == 1
    assert not film_of(logged([(0, bytes(packet.raw))]))


def test_a_bomb_between_good_pictures_leaves_only_the_good_ones() -> None:
    packets = clip(start=100, timestamp=0)
    poison = bytes(rtp(5_000, payload=bomb(16383, 16383), payload_type=MARKED, timestamp=1))
    packets.insert(3, (30, poison))
    with av.open(io.BytesIO(film_of(logged(packets))), "r") as film:
        assert {(p.width, p.height) for p in film.decode(video=0)} == {(WIDTH, HEIGHT)}


def test_sound_and_picture_begin_as_the_phone_s_own_clock_says() -> None:
    sound = [
        (
            300 + 20 * n,
            bytes(rtp(n, payload=bytes(data), payload_type=OPUS, timestamp=960 * n, ssrc=2)),
        )
        for n, data in enumerate(sounds()[:50])
    ]
    shown = clip(start=1, timestamp=0)
    stands = [
        frame(CLOCK, 0, 0, STANDS.pack(1, 0, 1_000.0)),
        frame(CLOCK, 0, 0, STANDS.pack(2, 0, 1_000.1)),
    ]
    batch = logged(sorted(shown + sound)) + b"".join(stands)
    found = survey(lambda: [(0, batch)], "seat")
    video_begins, audio_begins = (found.courses[0, ssrc].reading().second(0) for ssrc in (1, 2))
    assert audio_begins - video_begins == pytest.approx(0.1)


def test_every_batch_can_be_read_without_the_ones_before() -> None:
    batch = logged([(5, b"packet")])
    assert [(one.track, one.at_ms, one.content) for one in frames(batch)] == [
        ("seat", 5, b"packet")
    ]
    assert list(frames(batch[:-3])) == []


def test_order_waits_only_so_long_and_begins_anew_after_a_jump_back() -> None:
    order = Order()
    numbers = [0, 2, *range(3, 600), 65_000]
    got = [n for sequence in numbers for n, _ in order.take(Packet(rtp(sequence)), 0)]
    assert got[:2] == [65_536, 65_538]
    got += [n for n, _ in order.end()]
    assert got == sorted(got)


def test_a_descriptor_may_say_more_than_there_is() -> None:
    for payload in (b"", b"\x90", b"\x90\x80", b"\xff\xff\xff", bytes(range(128, 160))):
        assert body_at(payload) >= 1


async def test_the_child_that_makes_a_film_has_little_memory_and_time(tmp_path: Path) -> None:
    """It waits here with the rest of a film that fits into no pipe, until it is looked at on."""
    recording, key = RecordingId("recording-1"), bytes(range(32))
    writer = SegmentWriter(tmp_path, recording, key, chance=os.urandom)
    for number in range(4):
        writer.write(logged(long_sound(number)), number)
    writer.close()
    pieces = LocalRecordings(tmp_path, show_command()).watch(recording, key, "seat")
    await anext(pieces)
    (pid,) = [one for one in children(os.getpid()) if "server.recorder show" in command_of(one)]
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    await pieces.aclose()
    memory, cpu = (
        next(one for one in limits if one.startswith(f"Max {name}")).split()[3:5]
        for name in ("address space", "cpu time ")
    )
    assert memory == [str(MEMORY)] * 2
    assert cpu == [str(CPU_S)] * 2


def long_sound(turn: int, packets: int = 1000) -> list[tuple[int, bytes]]:
    """Return twenty seconds of sound, a fourth of a megabyte."""
    first = turn * packets
    return [
        (
            20 * n,
            bytes(rtp(n, payload=bytes(250), payload_type=OPUS, timestamp=960 * n, ssrc=2)),
        )
        for n in range(first, first + packets)
    ]


async def test_the_child_goes_when_nobody_looks_any_more(tmp_path: Path) -> None:
    recording = RecordingId("recording-1")
    write_film(tmp_path, recording, "seat")
    shelf = LocalRecordings(tmp_path, show_command())
    pieces = shelf.watch(recording, bytes(range(32)), "seat")
    assert (await anext(pieces))[:4] == b"\x1a\x45\xdf\xa3"
    await pieces.aclose()
    assert shelf._turns._value == 2


async def test_a_film_that_breaks_off_does_not_end_like_a_whole_one(tmp_path: Path) -> None:
    dies = "import sys; sys.stdin.read(); sys.stdout.write('half'); sys.stdout.flush(); sys.exit(3)"
    shelf = LocalRecordings(tmp_path, (sys.executable, "-c", dies))
    pieces = shelf.watch(RecordingId("recording-1"), bytes(32), "seat")
    assert await anext(pieces) == b"half"
    with pytest.raises(FilmLostError):
        await anext(pieces)


async def test_who_finds_no_turn_is_told_so_and_the_next_one_gets_it(tmp_path: Path) -> None:
    recording, key = RecordingId("recording-1"), bytes(range(32))
    write_film(tmp_path, recording, "seat")
    shelf = LocalRecordings(tmp_path, show_command(), patience_s=0)
    first, second = (shelf.watch(recording, key, "seat") for _ in range(2))
    assert await anext(first)
    assert await anext(second)
    with pytest.raises(FilmsBusyError):
        await anext(shelf.watch(recording, key, "seat"))
    await first.aclose()
    assert [piece async for piece in shelf.watch(recording, key, "seat")]
    await second.aclose()


def test_the_child_has_a_limit_of_memory() -> None:
    greedy = (
        "import resource;"
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}));"
        f"bytearray({MEMORY})"
    )
    argv = [show_command()[0], "-c", greedy]
    assert subprocess.run(argv, check=False, stderr=subprocess.DEVNULL).returncode


def test_what_was_said_before_the_recording_began_is_not_in_the_film() -> None:
    late = [(10, n) for n in range(50)] + [(20 * (n - 49), n) for n in range(50, 100)]
    sound = [
        (at, bytes(rtp(n, payload=data, payload_type=OPUS, timestamp=960 * n, ssrc=2)))
        for (at, n), data in zip(late, (*sounds(), *sounds()), strict=False)
    ]
    with av.open(io.BytesIO(film_of(logged(sound))), "r") as film:
        times = [float((one.pts or 0) * one.time_base) for one in film.demux() if one.size]
    assert len(times) == pytest.approx(51, abs=2)
    assert all(later - before > 0.015 for before, later in itertools.pairwise(times))
