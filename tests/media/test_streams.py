"""From an uplink into a slot: numbering, seams, repair, and silence after a cut."""

import sys
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from hypothesis import given, strategies as st

from server.media.downlink import Downlink
from server.media.engine import Link
from server.media.formats import Kind
from server.media.meters import Allowance
from server.media.rtcp import SenderReport
from server.media.rtp import FIXED, HEADER
from server.media.uplink import HISTORY, MAX_GAP, MAX_MISSING, NACK_TRIES, Uplink, align
from tests.media.packets import FULL_BLOCK, KEY_FRAME, LATER_FRAME, OPUS, packet


def an_uplink(kind: Kind = Kind.VIDEO, ssrc: int = 1) -> Uplink:
    uplink = Uplink(kind, link=Link(None), asked_by=9, allowance=Allowance(1e12, 0))
    uplink.begin(ssrc)
    return uplink


def a_slot(kind: Kind = Kind.VIDEO) -> Downlink:
    return Downlink(link=Link(None), slot=0, kind=kind, ssrc=77, start=(32_000, 5_000))


@dataclass
class Flow:
    """One uplink into one downlink, and everything that came out."""

    downlink: Downlink
    now: float = 0.0
    sent: list[tuple[int, int, int, bytes]] = field(default_factory=list)

    def feed(self, uplink: Uplink, sequence: int, **rest: object) -> bool:
        self.now += 0.02
        arrived = packet(sequence, **rest)
        if uplink.take(arrived, self.now) is None:
            return False
        head = self.downlink.adapt(arrived, self.now)
        if head is None:
            return False
        _, _, out, timestamp, ssrc = HEADER.unpack(head)
        self.sent.append((out, timestamp, ssrc, bytes(arrived.raw[FIXED:])))
        return True


def test_video_begins_with_a_key_frame_and_asks_for_one() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    flow.downlink.open(uplink)
    assert not flow.feed(uplink, 1, payload=LATER_FRAME)
    assert uplink.key_wanted
    assert flow.feed(uplink, 2, payload=KEY_FRAME)
    assert flow.feed(uplink, 3, payload=LATER_FRAME)


def test_a_voice_begins_at_once() -> None:
    uplink, flow = an_uplink(Kind.AUDIO), Flow(a_slot(Kind.AUDIO))
    flow.downlink.open(uplink)
    assert flow.feed(uplink, 1, payload_type=OPUS)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30)), min_size=1, max_size=12))
def test_numbers_run_on_whoever_is_in_the_slot(turns: list[tuple[int, int]]) -> None:
    uplinks = [an_uplink(ssrc=one + 1) for one in range(3)]
    sequences = [65_500, 10, 40_000]
    flow = Flow(a_slot())
    for who, count in turns:
        flow.downlink.open(uplinks[who])
        for place in range(count):
            sequences[who] += 1
            payload = LATER_FRAME if place else KEY_FRAME
            flow.feed(uplinks[who], sequences[who], payload=payload, timestamp=who * 999_999_999)
    numbers = [out for out, *_ in flow.sent]
    assert numbers == [(32_001 + at) % 0x10000 for at in range(len(numbers))]
    assert len(numbers) == sum(count for _, count in turns)
    assert {ssrc for _, _, ssrc, _ in flow.sent} == {77}


def test_time_runs_on_by_the_clock_when_the_source_changes() -> None:
    one, other, flow = an_uplink(ssrc=1), an_uplink(ssrc=2), Flow(a_slot())
    flow.downlink.open(one)
    flow.feed(one, 1, timestamp=4_000_000_000)
    flow.downlink.open(other)
    flow.feed(other, 900, timestamp=17)
    steps = flow.sent[1][1] - flow.sent[0][1]
    assert steps == round(0.02 * 90_000)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(0, 59), max_size=20))
def test_a_retransmission_is_the_same_bytes(start: int, wanted: list[int]) -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    flow.downlink.open(uplink)
    for at in range(60):
        flow.feed(uplink, start + at, payload=KEY_FRAME + bytes([at]), block=FULL_BLOCK)
    for turn, at in enumerate(wanted):
        out, timestamp, ssrc, rest = flow.sent[at]
        again = flow.downlink.repeat(out, float(turn))
        assert again is not None
        whole, head = again
        assert HEADER.unpack(head)[2:] == (out, timestamp, ssrc)
        assert bytes(whole.raw[FIXED:]) == rest


def test_what_is_on_its_way_again_is_not_sent_once_more() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    flow.downlink.open(uplink)
    flow.feed(uplink, 1)
    out = flow.sent[0][0]
    times = [flow.downlink.repeat(out, at / 100) is not None for at in range(25)]
    assert [at for at, sent in enumerate(times) if sent] == [0, 10, 20]


def test_a_cut_edge_answers_nothing() -> None:
    uplink, other, flow = an_uplink(ssrc=1), an_uplink(ssrc=2), Flow(a_slot())
    flow.downlink.open(uplink)
    flow.feed(uplink, 1)
    before = flow.sent[0][0]
    flow.downlink.close()
    assert uplink.downlinks == []
    assert flow.downlink.repeat(before, 0.0) is None
    assert not flow.feed(uplink, 2)
    flow.downlink.open(other)
    flow.feed(other, 1)
    assert flow.downlink.repeat(before, 0.0) is None


def test_what_was_never_sent_to_this_subscriber_is_not_repeated() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    for sequence in range(1, 20):
        flow.feed(uplink, sequence)
    flow.downlink.open(uplink)
    flow.feed(uplink, 20)
    first = flow.sent[0][0]
    assert flow.downlink.repeat(first, 0.0) is not None
    assert [flow.downlink.repeat(first - back, 0.0) for back in range(1, 19)] == [None] * 18


def test_lost_packets_are_asked_for_eight_times_and_fill_their_place() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    flow.downlink.open(uplink)
    flow.feed(uplink, 1)
    flow.feed(uplink, 4)
    asked = [uplink.overdue(flow.now + 0.04 * turn) for turn in range(NACK_TRIES + 3)]
    assert asked == [[2, 3]] * NACK_TRIES + [[]] * 3
    flow.feed(uplink, 3)
    assert [out - flow.sent[0][0] for out, *_ in flow.sent] == [0, 3, 2]


def test_the_same_packet_is_forwarded_once() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    flow.downlink.open(uplink)
    assert flow.feed(uplink, 1)
    assert not flow.feed(uplink, 1)


@given(st.lists(st.integers(0, 0xFFFF), max_size=80))
def test_no_order_of_sequence_numbers_grows_or_repeats_anything(sequences: list[int]) -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    flow.downlink.open(uplink)
    for sequence in sequences:
        flow.feed(uplink, sequence)
        assert len(uplink.overdue(flow.now)) <= MAX_MISSING
    numbers = [out for out, *_ in flow.sent]
    assert len(set(numbers)) == len(numbers)


def test_the_history_holds_its_last_packets_and_no_more() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    for sequence in range(2 * HISTORY):
        flow.feed(uplink, sequence)
    newest = uplink.highest
    assert uplink.recall(newest) is not None
    assert uplink.recall(newest - HISTORY + 1) is not None
    assert uplink.recall(newest - HISTORY) is None


def test_what_is_lost_is_reported() -> None:
    uplink, flow = an_uplink(), Flow(a_slot())
    for sequence in (1, 2, 3, 5):
        flow.feed(uplink, sequence)
    block = uplink.block(flow.now)
    assert block is not None
    assert (block.packets_lost, block.fraction_lost) == (1, 256 // 5)
    again = uplink.block(flow.now)
    assert again is not None
    assert again.fraction_lost == 0


def test_voice_and_picture_of_one_phone_keep_one_clock() -> None:
    voice, picture = an_uplink(Kind.AUDIO), an_uplink(Kind.VIDEO)
    both = (voice, picture)
    align(both, voice, SenderReport(ntp=1000.0, middle=0, timestamp=480, heard=5.0))
    align(both, picture, SenderReport(ntp=1000.1, middle=0, timestamp=90_000, heard=5.3))
    assert voice.timestamp_at(6.0) == 480 + 48_000
    assert picture.timestamp_at(6.0) == 90_000 + round(0.9 * 90_000)


def test_talking_is_noticed_and_so_is_silence() -> None:
    uplink, flow = an_uplink(Kind.AUDIO), Flow(a_slot(Kind.AUDIO))
    for sequence in range(5):
        flow.feed(uplink, sequence, block=FULL_BLOCK, payload_type=OPUS)
    assert uplink.speaking(flow.now)
    assert not uplink.speaking(flow.now + 1)


def steps(uplink: Uplink, sequence: int) -> int:
    """Return how many lines of code it takes to take this packet."""
    taken = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal taken
        taken += event == "line"
        return count

    arrived = packet(sequence)
    sys.settrace(count)
    try:
        uplink.take(arrived, 1.0)
    finally:
        sys.settrace(None)
    return taken


def test_a_jump_takes_as_many_steps_however_far_it_is() -> None:
    found = set()
    for ahead in (MAX_GAP + 1, 5_000, 30_000):
        uplink = an_uplink()
        uplink.take(packet(1), 0.0)
        found.add(steps(uplink, 1 + ahead))
    assert len(found) == 1


def test_a_gap_takes_no_more_steps_than_repair_is_worth() -> None:
    found = set()
    for ahead in (MAX_MISSING + 2, 300, MAX_GAP):
        uplink = an_uplink()
        uplink.take(packet(1), 0.0)
        found.add(steps(uplink, 1 + ahead))
    assert len(found) == 1
