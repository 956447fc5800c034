"""A long way takes as long as was said, loses nothing, and tells how late it was."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.netns.long_way import LongWay, long_way

DELAY_S = 0.03
NEAR, FAR = "heyinear", "heyifar"
_IP = 0x0800
MANY = 40
HANGS_AFTER = 10.0


def _datagram(number: int) -> bytes:
    """Return an IPv4 packet without options that says its number (RFC 791 3.1)."""
    text = number.to_bytes(4, "big")
    head = bytes.fromhex("4500 0000 0000 0000 4011 0000 c0000201 c0000202".replace(" ", ""))
    return head[:2] + (len(head) + len(text)).to_bytes(2, "big") + head[4:] + text


@contextlib.contextmanager
def _socket(device: str) -> Iterator[socket.socket]:
    subprocess.run(["ip", "link", "set", device, "up"], check=True)
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IP)) as one:
        one.bind((device, _IP))
        one.settimeout(HANGS_AFTER)
        yield one


@pytest.fixture
def way() -> Iterator[LongWay]:
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("a TUN device needs root and its driver")
    with long_way((NEAR, FAR), DELAY_S) as made:
        made.latest_ms()  # it carries by now
        yield made


@pytest.mark.parametrize(("from_", "to"), [(NEAR, FAR), (FAR, NEAR)])
def test_each_packet_takes_so_long_and_none_is_lost_or_overtaken(
    way: LongWay, from_: str, to: str
) -> None:
    with _socket(from_) as out, _socket(to) as back:
        sent, took = [], []
        for number in range(MANY):
            sent.append(time.monotonic())
            out.sendto(_datagram(number), (from_, _IP))
        for number in range(MANY):
            assert back.recv(100) == _datagram(number)
            took.append(time.monotonic() - sent[number])
    assert min(took) >= DELAY_S


def test_it_tells_how_late_it_was_since_it_was_asked_last(way: LongWay) -> None:
    os.kill(way.process.pid, signal.SIGSTOP)
    time.sleep(DELAY_S)
    os.kill(way.process.pid, signal.SIGCONT)
    assert way.latest_ms() >= 1000 * DELAY_S
