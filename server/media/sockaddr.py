"""Socket addresses as Linux writes them (ip(7), ipv6(7)) and as Python's sockets do."""

import socket
import struct
from typing import Final

from server.media.stun import Address

_IPV4: Final = struct.Struct("=H2s4s8x")
_IPV6: Final = struct.Struct("=H2sI16sI")


def family_of(bind: str) -> socket.AddressFamily:
    """Return the family of an address to bind to; a name counts as IPv4."""
    return socket.AF_INET6 if ":" in bind else socket.AF_INET


def take_both_families(line: socket.socket) -> None:
    """Let a socket that will be bound to `::` take IPv4 as well (RFC 3493 5.3).

    Whoever comes by IPv4 is written `::ffff:192.0.2.1` there, over UDP as over TCP. Said outright:
    what holds by itself differs from one system to the next.
    """
    if line.family == socket.AF_INET6:
        line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)


def raw_size(family: int) -> int:
    """Return how many bytes an address of this family takes."""
    return _IPV6.size if family == socket.AF_INET6 else _IPV4.size


def to_raw(family: int, address: Address) -> bytes:
    """Return the bytes the kernel uses for (ip, port) or (ip, port, flow, scope)."""
    ip = socket.inet_pton(family, str(address[0]).partition("%")[0])
    port = int(address[1]).to_bytes(2, "big")
    if family == socket.AF_INET6:
        flow, scope = address[2:4]
        return _IPV6.pack(family, port, socket.htonl(flow), ip, scope)
    return _IPV4.pack(family, port, ip)


def from_raw(family: int, raw: bytes) -> Address:
    """Return (ip, port), or (ip, port, flow, scope) for IPv6; the scope stays a number."""
    if family == socket.AF_INET6:
        _, port, flow, ip, scope = _IPV6.unpack(raw)
        name = socket.inet_ntop(family, ip)
        return (name, int.from_bytes(port, "big"), socket.ntohl(flow), scope)
    _, port, ip = _IPV4.unpack(raw)
    return (socket.inet_ntop(family, ip), int.from_bytes(port, "big"))
