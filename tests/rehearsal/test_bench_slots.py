"""The load's own memory holds what came, whole, in order and with its time."""

import socket
import struct
import sys
import time
from collections.abc import Iterator

import pytest

from server.rehearsal.bench_slots import Inbox, note_times, send_rows

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
    return [bytes(inbox.raw(slot)) for slot in range(inbox.receive(file))]


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
    arrived = [inbox.arrived(slot) for slot in range(inbox.receive(here.fileno()))]
    assert len(arrived) == 3
    for n, at in enumerate(arrived):
        assert sent[n] <= at <= sent[n + 1]


def test_a_column_is_one_word_of_every_slot(pair: Pair) -> None:
    here, there = pair
    inbox = Inbox(4)
    for n in range(3):
        there.send(struct.pack("=IIII", n, 0, 10 + n, 100 + n))
    count = inbox.receive(here.fileno())
    assert inbox.heads[:count].tolist() == [0, 1, 2]
    assert inbox.names[:count].tolist() == [10, 11, 12]
    assert inbox.words_at(3)[:count].tolist() == [100, 101, 102]


def test_a_row_leaves_at_once_and_comes_in_packets(pair: Pair) -> None:
    here, there = pair
    send_rows(there, 5)
    there.send(b"firstsecndthird")
    there.send(b"4")
    assert texts(Inbox(8), here.fileno()) == [b"first", b"secnd", b"third", b"4"]
