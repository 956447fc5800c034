"""Raw addresses are what the kernel writes, and turn into what Python's sockets say."""

import ipaddress
import socket

import pytest
from hypothesis import given, strategies as st

from server.media.batch_socket import Inbox
from server.media.sockaddr import family_of, from_raw, raw_size, to_raw


@pytest.mark.parametrize("here", ["127.0.0.1", "::1"])
def test_the_kernel_writes_the_same_bytes(here: str) -> None:
    family = family_of(here)
    with (
        socket.socket(family, socket.SOCK_DGRAM) as one,
        socket.socket(family, socket.SOCK_DGRAM) as other,
    ):
        one.bind((here, 0))
        other.bind((here, 0))
        one.sendto(b"hello", other.getsockname())
        inbox = Inbox(other, count=1, name_size=raw_size(family))
        assert inbox.receive() == 1
        *_, name = inbox.slots[0]
        assert name[:] == to_raw(family, one.getsockname())
        assert from_raw(family, name[:]) == one.getsockname()


@given(st.ip_addresses(), st.integers(1, 65_535), st.integers(0, 9))
def test_an_address_survives_both_ways(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, scope: int
) -> None:
    family = socket.AF_INET6 if ip.version == 6 else socket.AF_INET
    address = (str(ip), port, 0, scope) if ip.version == 6 else (str(ip), port)
    again = from_raw(family, to_raw(family, address))
    assert ipaddress.ip_address(again[0]) == ip
    assert again[1:] == address[1:]
