"""The ICE-lite half of a connectivity check (RFC 8445 7.3): authenticate, answer, else be silent.

This is the only parser that bytes of an unknown address ever reach.
"""

import ipaddress
import struct
from dataclasses import dataclass
from typing import Any, Final

from aioice.stun import Class, Message, Method, parse_message

Address = tuple[Any, ...]

_LARGEST: Final = 548
_COOKIE: Final = b"\x21\x12\xa4\x42"
_BINDING_REQUEST: Final = b"\x00\x01"
_HEADER: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A well-formed connectivity check that nobody has authenticated yet."""

    ours: str
    theirs: str
    nominated: bool
    priority: int
    message: Message


class MalformedCheckError(Exception):
    """Not a connectivity check a browser would send."""


def seems_check(raw: bytes) -> bool:
    """Whether the fixed header is that of a binding request; nothing behind it is looked at."""
    plain = _HEADER <= len(raw) <= _LARGEST and raw[:2] == _BINDING_REQUEST
    return plain and raw[4:8] == _COOKIE


def read_check(raw: bytes) -> Check:
    """Parse a binding request with USERNAME, MESSAGE-INTEGRITY and PRIORITY."""
    if not seems_check(raw):
        raise MalformedCheckError
    try:
        message = parse_message(raw)
    except (ValueError, struct.error, IndexError, KeyError) as fault:
        raise MalformedCheckError from fault
    names = message.attributes
    ours, colon, theirs = str(names.get("USERNAME", "")).partition(":")
    if not colon or "MESSAGE-INTEGRITY" not in names:
        raise MalformedCheckError
    return Check(
        ours=ours,
        theirs=theirs,
        nominated="USE-CANDIDATE" in names,
        priority=int(names.get("PRIORITY", 0)),
        message=message,
    )


def passes(check: Check, password: str) -> bool:
    """Whether whoever sent the check knows the password from our offer."""
    return check.message.check_message_integrity(password.encode())


def success(check: Check, address: Address, password: str) -> bytes:
    """Return the success response that tells the phone its own address."""
    response = Message(
        message_method=Method.BINDING,
        message_class=Class.RESPONSE,
        transaction_id=check.message.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": (_ip(address), int(address[1]))},
    )
    response.add_message_integrity(password.encode())
    return bytes(response)


def _ip(address: Address) -> str:
    ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ip)
