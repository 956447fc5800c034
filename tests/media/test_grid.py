"""All participants beside each other: who stands where, when each is seen, how it sounds."""

import io
import itertools
import statistics
from pathlib import Path
from typing import Any

import av
import pytest
from av import VideoFrame

from server.config import load
from server.documents.fonts import faces, font_folders
from server.media import grid_seat
from server.media.canvas import Canvas
from server.media.formats import VP8
from server.media.grid import HEIGHT, WIDTH, Grid, make_grid, survey_all
from server.media.grid_layout import Area, Cell, cells
from server.media.grid_seat import GridSeat
from server.media.grid_sound import RATE, Mixer, Voice
from server.media.log_frames import CLOCK, STANDS, frame
from server.media.name_strips import NameStrips
from server.media.orientation import turned
from server.media.picture import LARGEST
from server.media.rtp import Packet
from server.media.units import Unit, units
from server.ports.store import DiskFullError
from server.rehearsal.clip import sounds
from tests.media.packets import extensions, rtp
from tests.media.sitting import Packets, batches, said, shown, shown_h264
from tests.media.test_mux import MARKED, bomb

FONTS = faces(font_folders(load().fonts))


class Film:
    """A grid, decoded: `luma[second]` is how bright the middle of each cell is."""

    def __init__(self, segments: list[list[bytes]], *names: str) -> None:
        self.told: list[float] = []
        out = io.BytesIO()
        every = [(n, one) for n, segment in enumerate(segments) for one in segment]
        found = survey_all(lambda: every, names)
        grid = Grid(names={name: f"{name} 王" for name in names}, fonts=FONTS)
        make_grid(lambda: every, grid, found, out, self.told.append)
        self.content = out.getvalue()
        self._cells = cells(len(names), WIDTH, HEIGHT)
        with av.open(io.BytesIO(self.content), "r") as film:
            self.seconds = (film.duration or 0) / 1e6
            self.frames = [self._luma(one) for one in film.decode(video=0)]
        with av.open(io.BytesIO(self.content), "r") as film:
            streams: Any = film.streams
            self.loud = [
                (one.time, max(map(abs, memoryview(one.planes[0]).cast("B").cast("f"))))
                for one in film.decode(streams.audio[0])
            ]

    def _luma(self, frame: VideoFrame) -> list[int]:
        plane, step = memoryview(frame.planes[0]), frame.planes[0].line_size
        return [round(statistics.median(_middle(plane, step, cell))) for cell in self._cells]

    def at(self, second: float) -> list[int]:
        return self.frames[round(second * 15)]

    def heard(self, begins: float, ends: float) -> bool:
        return any(loud > 0.05 for at, loud in self.loud if begins <= at < ends)


def _middle(plane: memoryview, step: int, cell: Cell) -> list[int]:
    """Return some points of a cell, most of which are beside the bar that moves."""
    area = cell.picture
    x, y = area.x + area.width // 2, area.y + area.height // 2
    return [plane[y * step + x + 16 * n] for n in range(-5, 6)]


def about(*shades: int) -> Any:
    # The middle of a cell is grey of the shade that the phone showed, coded twice.
    return pytest.approx(list(shades), abs=14)


DARK = 16


def test_who_comes_and_goes_is_seen_and_heard_when_he_was_there() -> None:
    film = Film(
        [
            batches(
                one=[*shown(90, 0, 6, 1), *said(0, 6, 2)],
                late=[*shown(200, 2, 1, 3)],
                other=[*shown_h264(150, 0.6)],
            )
        ],
        "one",
        "late",
        "other",
    )
    assert film.seconds == pytest.approx(6.0, abs=0.1)
    assert len(film.frames) == pytest.approx(90, abs=2)
    assert film.at(0.4) == about(90, DARK, DARK)
    assert film.at(1.6) == about(90, DARK, 150)
    assert film.at(2.5) == about(90, 200, 150)
    assert film.at(5.8) == about(90, 200, DARK), "a picture that ended is taken away after 3 s"
    assert film.heard(0.1, 6)
    assert film.told == sorted(film.told)
    assert film.told[-1] > 0.8


def test_what_was_not_recorded_takes_no_time_and_leaves_no_picture() -> None:
    first = batches(one=[*shown(90, 0, 2, 1), *said(0, 2, 2)], two=shown(200, 0, 2, 3))
    second = batches(one=[*shown(90, 0, 2, 4), *said(0.5, 1.5, 5)])
    film = Film([first, second], "one", "two")
    assert film.seconds == pytest.approx(4.0, abs=0.15)
    assert film.at(1.5) == about(90, 200)
    assert film.at(2.5) == about(90, DARK)
    assert film.heard(1.0, 1.9)
    assert not film.heard(2.1, 2.4)
    assert film.heard(2.6, 3.9)


def test_who_was_muted_is_heard_again_beside_his_picture() -> None:
    """A browser's RTP clock stands still while its microphone is off."""
    talk = said(0, 4, 2)
    after = [(at + 6_000 if at >= 2_000 else at, raw) for at, raw in talk]
    film = Film([batches(one=sorted([*shown(90, 0, 11, 1), *after]))], "one")
    assert film.heard(0.1, 1.9)
    assert not film.heard(2.2, 7.8), "nothing is heard while it is off"
    assert film.heard(8.1, 8.3)
    assert film.heard(9.5, 9.9)


@pytest.mark.parametrize("skew", [20.0, -20.0, 0.5])
def test_a_second_device_is_seen_and_heard_when_it_was_there(skew: float) -> None:
    first = [*shown(90, 0, 3, 1), *said(0, 3, 2)]
    second = [*shown(200, 4, 3, 3), *said(4, 3, 4)]
    reports = [(1, 0, 1000.0), (2, 0, 1000.0)]
    reports += [(3, 360_000, 1004 + skew), (4, 192_000, 1004 + skew)]
    log = batches(one=[*first, *second])
    log[-1] += b"".join(frame(CLOCK, 0, 0, STANDS.pack(*one)) for one in reports)
    film = Film([log], "one")
    assert (film.at(1), film.at(2.8), film.at(4.2), film.at(6.8)) == (
        about(90),
        about(90),
        about(200),
        about(200),
    )
    assert film.heard(0.1, 0.3)
    assert film.heard(2.7, 2.9)
    assert not film.heard(3.2, 3.8)
    assert film.heard(4.1, 4.3)


def test_a_sound_that_was_lost_costs_no_other() -> None:
    talk = said(0, 8, 2)
    del talk[100]
    film = Film([batches(one=sorted([*shown(90, 0, 8, 1), *talk]))], "one")
    assert all(film.heard(n / 2, (n + 1) / 2) for n in range(1, 15))


def test_nothing_to_see_or_hear_has_no_length() -> None:
    assert survey_all(lambda: [(0, batches(one=[(0, b"\x80\x60")])[0])], ["one"]).length == 0


@pytest.mark.parametrize("count", range(1, 13))
def test_cells_are_equal_apart_and_inside(count: int) -> None:
    found = cells(count, WIDTH, HEIGHT)
    assert len({(one.picture.width, one.picture.height) for one in found}) == 1
    parts = [area for one in found for area in (one.picture, one.name)]
    for part in parts:
        assert 0 <= part.x <= part.x + part.width <= WIDTH
        assert 0 <= part.y <= part.y + part.height <= HEIGHT
        assert not any(number % 2 for number in (part.x, part.y, part.width, part.height))
    for one, other in itertools.combinations(parts, 2):
        across = one.x < other.x + other.width and other.x < one.x + one.width
        down = one.y < other.y + other.height and other.y < one.y + one.height
        assert not (across and down)


def test_a_turned_picture_stands_upright() -> None:
    frame = VideoFrame(64, 32, "yuv420p")
    left = (b"\xc8" * 32 + b"\x40" * 32) * 32
    for plane, content in zip(frame.planes, (left, b"\x80" * 512, b"\x80" * 512), strict=True):
        plane.update(content)
    whole = Area(0, 0, 64, 64)
    for turn, bright in ((0, (8, 32)), (90, (32, 8)), (180, (56, 32)), (270, (32, 56))):
        canvas = Canvas(64, 64)
        canvas.put(frame, whole, turn)
        plane = canvas.frame(0, 15).planes[0]
        x, y = bright
        assert memoryview(plane)[y * plane.line_size + x] == pytest.approx(200, abs=6), turn


def test_a_phone_says_how_it_is_held() -> None:
    for degrees, octet in ((0, b"\0"), (90, b"\1"), (180, b"\x0a"), (270, b"\3")):
        block = extensions((1, b"1"), (3, b"abc"), (4, octet))
        assert turned(Packet(rtp(1, block=block))) == degrees
    assert turned(Packet(rtp(1))) is None
    assert turned(Packet(rtp(1, block=extensions((1, b"1"))))) is None


def seat_of(packets: Packets) -> tuple[GridSeat, Canvas]:
    every = [(0, one) for one in batches(one=packets)]
    found = survey_all(lambda: every, ["one"])
    cell = Cell(Area(0, 0, 320, 240), Area(0, 240, 320, 32))
    made = GridSeat(units(lambda: every, "one", found.found["one"]), cell)
    return made, Canvas(320, 272)


def test_a_picture_that_claims_too_much_never_reaches_the_decoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []
    real = grid_seat.decoder_of

    class Watched:
        def __init__(self) -> None:
            self._real = real(VP8)

        def decode(self, packet: Any) -> Any:
            asked.append(bytes(packet))
            return self._real.decode(packet)

    monkeypatch.setattr(grid_seat, "decoder_of", lambda _: Watched())
    poison = bytes(rtp(5_000, payload=bomb(16383, 16383), payload_type=MARKED, timestamp=1))
    packets = shown(90, 0, 2, 1)
    seat, canvas = seat_of([*packets[:3], (30, poison), *packets[3:]])
    for number in range(30):
        seat.reach(number / 15)
        seat.draw(number / 15, canvas)
    assert len(asked) > 20
    assert not any(b"\xff\x3f" in content[:12] for content in asked)


def test_a_phone_that_lies_about_time_does_not_have_all_its_pictures_kept() -> None:
    packets = shown(90, 0, 20, 1)
    ahead = bytes(rtp(9_999, payload=b"\x10\x01", payload_type=MARKED, timestamp=2**31 - 1, ssrc=1))
    seat, canvas = seat_of([*packets, (packets[-1][0] + 10, ahead)])
    seat.reach(0)
    assert len(seat._waiting) <= 128
    seat.draw(0, canvas)


def test_a_decoder_refuses_by_itself_what_got_past_us() -> None:
    content = bomb(LARGEST + 64, LARGEST + 64)[1:]
    with pytest.raises(av.error.FFmpegError):
        grid_seat.decoder_of(VP8).decode(av.Packet(content))


def test_noise_in_place_of_sound_and_picture_costs_only_itself() -> None:
    noise = bytes(range(256))
    unit = Unit((0, 1), VP8, 0.1, noise, key=True, size=(10, 10))
    seat = GridSeat(iter([unit]), cells(1, WIDTH, HEIGHT)[0])
    seat.reach(1)
    seat.draw(1, Canvas(WIDTH, HEIGHT))
    voice = Voice()
    voice.hear((0, 1), 0.0, b"\x03\x00")
    voice.hear((0, 1), 100_000.0, sounds()[0])
    assert voice.take(960) == bytes(1920)
    assert len(voice._samples) < RATE * 60


def test_voices_stand_at_their_times_and_gaps_are_silent() -> None:
    voice = Voice()
    for n in (0, 1, 5, 6):
        voice.hear((0, 1), n * 0.02, sounds()[n])
    whole = voice.take(7 * 960)
    parts = [any(whole[n * 1920 : (n + 1) * 1920]) for n in range(7)]
    assert parts == [True, True, False, False, False, True, True]
    voice.hear((0, 1), 0.0, sounds()[7])
    assert not any(voice.take(960)), "what is over is not said later"


def test_voices_together_are_not_cut_off() -> None:
    loud = b"\xff\x5f" * 3200
    mixer = Mixer(3)
    peaks = [
        max(map(abs, memoryview(one.planes[0]).cast("B").cast("f")))
        for _ in range(6)
        for one in mixer.mix([loud, loud, loud])
    ]
    assert 0.5 < max(peaks) <= 1.0


def test_every_character_of_a_name_is_drawn_and_a_long_one_is_cut() -> None:
    strips, area = NameStrips(FONTS), Area(0, 0, 200, 32)
    rare, common = (strips.drawn(name, area) for name in ("䶮𬱟", "王"))
    assert rare != common
    assert max(rare) > 200
    assert len(strips.drawn("很长" * 40, area)) == 200 * 32
    assert strips.drawn("\u202e王", area) == common, "what steers text unseen is left out"


def test_a_font_that_cannot_be_read_is_told() -> None:
    with pytest.raises(OSError, match="cannot open"):
        NameStrips([Path("nowhere.ttf")])


class FullSink:
    """A disk with room for the header alone."""

    def __init__(self) -> None:
        self.taken = 0

    def write(self, content: bytes) -> int:
        self.taken += len(content)
        if self.taken > 4_000:
            raise DiskFullError
        return len(content)

    def flush(self) -> None: ...


def test_a_disk_that_fills_up_on_the_way_is_told() -> None:
    every = [(0, one) for one in batches(one=shown(90, 0, 4, 1))]
    found = survey_all(lambda: every, ["one"])
    with pytest.raises(DiskFullError):
        make_grid(
            lambda: every, Grid(names={"one": "王"}, fonts=FONTS), found, FullSink(), lambda _: None
        )
