"""What address a phone is told: the one set, or the one this host would use itself."""

import ipaddress
import socket

# TEST-NET-1 (RFC 5737): a route is looked up, nothing is sent.
_SOMEWHERE = ("192.0.2.1", 9)


class UnknownAddressError(Exception):
    """A name that does not resolve; the text says which setting holds it."""


def announced(bound: str, wanted: str) -> tuple[str, ...]:
    """Return IP literals in order of preference.

    `wanted` may list several addresses or names by comma; empty means the address the
    worker listens on, or, where it listens on all, the one of the default route.
    """
    names = [name.strip() for name in wanted.split(",") if name.strip()] or [bound]
    return tuple(dict.fromkeys(address for name in names for address in _addresses(name)))


def _addresses(name: str) -> list[str]:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _resolved(name)
    return [_own()] if address.is_unspecified else [str(address)]


def _resolved(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except OSError:
        raise UnknownAddressError(f"HEYI_MEDIA_ADDRESS: {name} does not resolve") from None
    return [str(entry[4][0]) for entry in found]


def _own() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
