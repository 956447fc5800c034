"""The load is media as a phone sends it, on the timetable it promises."""

from array import array
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from server.media.answer import read_answer
from server.media.formats import MIDS, OPUS, VP8, Kind
from server.media.offer import Offer, write_offer
from server.media.rtp import Packet
from server.ports.media import SLOTS
from server.rehearsal.bench_load import Plan, merged, quantile
from server.rehearsal.bench_seat import Seat
from server.rehearsal.bench_slots import Inbox
from server.rehearsal.bench_stream import NOBODY, Heard, Stream

OFFER = Offer(
    session=1,
    ufrag="worker",
    password="p" * 24,
    fingerprint=":".join(["AB"] * 32),
    addresses=("127.0.0.1",),
    port=40_000,
    ssrcs={
        (slot, kind): 1 + 2 * slot + (kind is Kind.VIDEO) for slot in range(SLOTS) for kind in Kind
    },
)


@pytest.fixture
async def seat() -> AsyncIterator[Seat]:
    one = Seat(4, write_offer(OFFER))
    yield one
    one.socket.close()


async def test_an_answer_sends_both_kinds_and_takes_every_slot(seat: Seat) -> None:
    answer = read_answer(seat.answer())
    assert answer.sends == set(Kind)
    assert answer.receives == set(MIDS[2:])
    assert answer.we_are_server


async def test_a_seat_goes_where_the_offer_says(seat: Seat) -> None:
    assert seat.socket.getpeername() == ("127.0.0.1", 40_000)


def written(stream: Stream) -> bytearray:
    octets = bytearray(2048)
    return octets[: stream.write(memoryview(octets), 0)]


def test_packets_are_such_as_a_worker_forwards() -> None:
    sound = Packet(written(Stream(Kind.AUDIO, 0, 1)))
    assert (sound.payload_type, sound.payload_size) == (OPUS, 90)
    assert sound.mid_at
    assert sound.send_time_at
    assert sound.layout.level_at
    video = Stream(Kind.VIDEO, 0, 2)
    first, last = (Packet(written(video)) for _ in range(2))
    assert (first.payload_type, first.payload_size) == (VP8, 950)
    assert (first.opens(), last.opens()) == (True, False)
    assert (first.second >> 7, last.second >> 7) == (0, 1)
    assert last.sequence == first.sequence + 1
    assert first.timestamp == last.timestamp
    assert first.mid_at
    assert first.send_time_at


def test_only_packets_of_the_window_and_of_the_own_room_count() -> None:
    heard = Heard(Inbox(4))
    video, stranger = Stream(Kind.VIDEO, 2, 1), Stream(Kind.VIDEO, 3, 1)
    known = frozenset({NOBODY, video.ssrc})

    def take(stream: Stream, *, void: bool = False) -> None:
        stream.write(heard.inbox.octets, 0)
        stream.note(1)
        if void:
            heard.void(0)
        heard.take(1, known)

    for void in (False, False, True, False):
        take(video, void=void)
    take(stranger)
    assert (heard.all, heard.strangers) == (3, 1)
    sent = {one.ssrc: one.sent for one in (video, stranger)}
    # The second and the third are within, and the third was no forward.
    window = (video.sent[1], video.sent[3])
    # Nothing came by the kernel here, so it came at the beginning of all time.
    assert list(heard.delays_ns(sent, window)) == [-video.sent[1]]


def test_a_run_knows_how_much_it_sends() -> None:
    assert Plan(warm_up_s=1).turns(9) == {Kind.AUDIO: 501, Kind.VIDEO: 201}


@given(st.lists(st.floats(0.01, 0.2), min_size=1, max_size=6))
def test_turns_come_in_order_and_every_line_at_its_pace(paces: list[float]) -> None:
    seen: Counter[int] = Counter()
    dues = []
    for due, place in merged(100.0, paces):
        if due >= 102.0:
            break
        seen[place] += 1
        dues.append(due)
    assert all(early <= late for early, late in pairwise(dues))
    for place, pace in enumerate(paces):
        assert abs(seen[place] - 2.0 / pace) <= 1


@given(st.lists(st.integers(-1000, 1000), min_size=1))
def test_a_quantile_is_one_of_the_values(values: list[int]) -> None:
    assert quantile(array("q", values), 0.0) == min(values)
    assert quantile(array("q", values), 1.0) == max(values)
    assert quantile(array("q", values), 0.5) in values
    assert quantile(array("q"), 0.5) == 0
