"""What is alike goes as one message and arrives as the datagrams it was."""

import socket
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from server.media.batch_outbox import Outbox
from server.media.libc import ffi
from server.media.sockaddr import raw_size, to_raw

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sendmmsg is Linux's")

CAPACITY = 64


class Post:
    """One outbox and two who receive."""

    def __init__(self) -> None:
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ends = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        for end in self.ends:
            end.bind(("127.0.0.1", 0))
            end.settimeout(0)
        self.outbox = Outbox(self.sender, count=CAPACITY, name_size=raw_size(socket.AF_INET))
        self._kept = [self.raw(end.getsockname()) for end in self.ends]

    def raw(self, address: tuple[str, int]) -> tuple[object, int]:
        kept = ffi.new("unsigned char[]", to_raw(socket.AF_INET, address))
        return kept, int(ffi.cast("uintptr_t", kept))

    def put(self, whom: int, text: bytes) -> None:
        self.put_at(self._kept[whom][1], text)

    def put_at(self, name: int, text: bytes) -> None:
        begin, _, length = self.outbox.slots[self.outbox.used]
        self.outbox.octets[begin : begin + len(text)] = text
        length[0] = len(text)
        self.outbox.add(name, len(text))

    def arrived(self, whom: int) -> list[bytes]:
        return _all(self.ends[whom])

    def close(self) -> None:
        for end in (self.sender, *self.ends):
            end.close()


def _all(end: socket.socket) -> list[bytes]:
    taken = []
    while True:
        try:
            taken.append(end.recv(4096))
        except BlockingIOError:
            return taken


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    yield post
    post.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 1400)), max_size=CAPACITY))
def test_every_datagram_arrives_as_it_was_put(post: Post, mail: list[tuple[int, int]]) -> None:
    texts = [(whom, bytes([number]) * size) for number, (whom, size) in enumerate(mail)]
    for whom, text in texts:
        post.put(whom, text)
    assert post.outbox.flush() == (len(mail), 0)
    for whom in (0, 1):
        assert post.arrived(whom) == [text for one, text in texts if one == whom]


def test_a_picture_is_one_message(post: Post) -> None:
    assert post.outbox.segmenting
    for size in (1000, 1000, 1000, 999):
        post.put(0, b"x" * size)
    post.put(0, b"x" * 999)
    post.put(1, b"x" * 999)
    assert post.outbox._messages == 3
    assert post.outbox.flush() == (6, 0)
    assert [len(one) for one in post.arrived(0)] == [1000, 1000, 1000, 999, 999]


def test_a_row_ends_before_it_is_too_long_for_the_system(post: Post) -> None:
    for _ in range(CAPACITY):
        post.put(0, b"x" * 1400)
    assert post.outbox._messages == 2
    assert post.outbox.flush() == (CAPACITY, 0)
    assert len(post.arrived(0)) == CAPACITY


def test_a_row_that_the_system_refuses_goes_one_by_one(post: Post) -> None:
    for number in range(5):
        post.put(0, bytes([number]) * 500)
    post.put(1, b"another")
    post.outbox._controls[0] = 1
    assert post.outbox.flush() == (6, 0)
    assert post.arrived(0) == [bytes([number]) * 500 for number in range(5)]
    assert post.arrived(1) == [b"another"]


def test_a_row_to_where_nothing_may_go_is_counted_packet_by_packet(post: Post) -> None:
    _, forbidden = kept = post.raw(("255.255.255.255", 9))
    for _ in range(3):
        post.put_at(forbidden, b"x" * 100)
    post.put(0, b"y")
    assert post.outbox.flush() == (1, 3)
    assert post.arrived(0) == [b"y"]
    assert kept


def test_a_full_line_drops_what_is_left_and_says_how_much(post: Post) -> None:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    outbox = Outbox(near, count=CAPACITY, name_size=0)
    total = 0
    for _ in range(100):
        for _ in range(CAPACITY):
            _, _, length = outbox.slots[outbox.used]
            length[0] = 100
            outbox.add(0, 100)
        gone, lost = outbox.flush()
        assert gone + lost == CAPACITY
        total += gone
        if lost:
            break
    far.settimeout(0)
    assert 0 < len(_all(far)) == total
    near.close()
    far.close()


def test_a_system_without_rows_sends_each_by_itself(post: Post) -> None:
    post.outbox.segmenting = False
    for _ in range(4):
        post.put(0, b"x" * 300)
    assert post.outbox._messages == 4
    assert post.outbox.flush() == (4, 0)
    assert len(post.arrived(0)) == 4
