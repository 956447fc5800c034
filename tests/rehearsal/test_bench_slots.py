"""The load's own memory holds what came, whole, in order and with its time."""

import socket
import sys
import time
from collections.abc import Iterator

import pytest

from server.rehearsal.bench_slots import Draft, Inbox, note_times

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="recvmmsg is Linux's")

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    with here, there:
        here.bind(("127.0.0.1", 0))
        note_times(here)
        there.connect(here.getsockname())
        yield here, there


def texts(inbox: Inbox, file: int) -> list[bytes]:
    taken = inbox.receive(file)
    return [bytes(inbox.octets[begin : begin + length[0]]) for begin, _, length, _ in taken]


def test_what_waits_comes_in_order_and_no_more_than_there_is_room_for(pair: Pair) -> None:
    here, there = pair
    inbox = Inbox(2)
    for one in (b"first", b"second one", b"3"):
        there.send(one)
    assert texts(inbox, here.fileno()) == [b"first", b"second one"]
    assert texts(inbox, here.fileno()) == [b"3"]
    assert texts(inbox, here.fileno()) == []


def test_each_has_the_time_at_which_the_kernel_had_it(pair: Pair) -> None:
    here, there = pair
    inbox, sent = Inbox(4), []
    for _ in range(3):
        sent.append(time.time_ns())
        there.send(b"now")
    sent.append(time.time_ns())
    arrived = [inbox.arrived(slot) for slot in inbox.receive(here.fileno())]
    assert len(arrived) == 3
    for n, at in enumerate(arrived):
        assert sent[n] <= at <= sent[n + 1]


def test_a_shorter_packet_leaves_nothing_of_the_one_before(pair: Pair) -> None:
    here, there = pair
    draft = Draft()
    for one in (b"a long packet", b"short"):
        draft.write(bytearray(one))
        there.send(draft.written)
    assert texts(Inbox(4), here.fileno()) == [b"a long packet", b"short"]
