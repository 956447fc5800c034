"""A film outlives what its phone says of time: jumps are new beginnings, pauses are pauses."""

import io
import itertools

import av
import pytest

from server.media import course
from server.media.formats import OPUS
from server.media.log_frames import CLOCK, STANDS, frame
from server.media.rtp import HEADER, TIMESTAMP_MOD
from server.media.survey import survey
from server.rehearsal.clip import sounds
from tests.media.packets import rtp
from tests.media.test_mux import clip, film_of, logged

Packets = list[tuple[int, bytes]]
HOUR, EVER = 3600 * 90_000, 1 << 31
JUMPS = [EVER, EVER - 1, HOUR, TIMESTAMP_MOD - HOUR]


def spoken() -> Packets:
    return [
        (20 * n, bytes(rtp(n, payload=data, payload_type=OPUS, timestamp=960 * n, ssrc=2)))
        for n, data in enumerate(sounds()[:50])
    ]


def lying(packets: Packets, jump: int, *, begin: int, end: int | None = None) -> Packets:
    """Return them with timestamps that jump, between two moments (ms)."""

    def changed(at: int, raw: bytes) -> bytes:
        if at < begin or (end is not None and at >= end):
            return raw
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(raw)
        moved = (timestamp + jump) % TIMESTAMP_MOD
        return HEADER.pack(first, second, sequence, moved, ssrc) + raw[HEADER.size :]

    return [(at, changed(at, raw)) for at, raw in packets]


def times(film: bytes, kind: str) -> list[float]:
    with av.open(io.BytesIO(film), "r") as opened:
        found = opened.demux(**{kind: 0})
        return [float((one.pts or 0) * one.time_base) for one in found if one.size]


@pytest.mark.parametrize("end", [None, 1300, 1001])
@pytest.mark.parametrize("jump", JUMPS)
def test_a_phone_whose_time_jumps_keeps_its_film(jump: int, end: int | None) -> None:
    shown = lying(clip(), jump, begin=1000, end=end)
    said = lying(spoken(), jump, begin=500)
    film = film_of(logged(sorted(shown + said)))
    assert times(film, "video") == pytest.approx([n / 15 for n in range(30)], abs=0.01)
    assert times(film, "audio") == pytest.approx([n / 50 for n in range(50)], abs=0.01)


def test_a_phone_that_lies_about_its_clock_keeps_its_film() -> None:
    lies = [frame(CLOCK, 0, 0, STANDS.pack(ssrc, 0, at)) for ssrc, at in ((1, 0.0), (2, 1e6))]
    film = film_of(logged(sorted(clip(timestamp=0) + spoken())) + b"".join(lies))
    assert times(film, "video") == pytest.approx([n / 15 for n in range(30)], abs=0.01)
    assert times(film, "audio") == pytest.approx([n / 50 for n in range(50)], abs=0.01)


def test_a_pause_in_which_the_phone_s_time_goes_on_is_no_jump() -> None:
    before, after = clip(start=1, timestamp=0), clip(start=2000, timestamp=HOUR)
    late = [(3_600_000 + at + 40, raw) for at, raw in after]
    seen = times(film_of(logged(before + late)), "video")
    assert seen[30:] == pytest.approx([3600 + n / 15 for n in range(30)], abs=0.01)


def test_a_time_that_jumps_with_every_packet_leaves_the_order() -> None:
    said = [
        lying([one], jump, begin=0)[0]
        for one, jump in zip(spoken(), itertools.cycle((0, EVER, HOUR)), strict=False)
    ]
    assert times(film_of(logged(said)), "audio") == pytest.approx(
        [n / 50 for n in range(50)], abs=0.01
    )


def test_a_time_that_jumps_with_every_packet_takes_no_memory_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(course, "_MOST_BLOCKS", 20)
    said = [lying([one], n * HOUR, begin=0)[0] for n, one in enumerate(spoken())]
    batch = logged(said)
    found = survey(lambda: [(0, batch)], "seat")
    assert len(found.courses[0, 2].blocks) == 20
    begun = times(film_of(batch), "audio")
    assert begun == sorted(begun)
    assert begun[:20] == pytest.approx([n / 50 for n in range(20)], abs=0.01)
