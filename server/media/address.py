"""Where a worker listens, and what address a phone is told: the one set, or this host's own."""

import ipaddress
import socket

_LOOPBACK = "127.0.0.1"
_EVERYWHERE, _EVERYWHERE_6 = "0.0.0.0", "::"  # noqa: S104 - phones come from anywhere
# TEST-NET-1 (RFC 5737): a route is looked up, nothing is sent.
_SOMEWHERE = ("192.0.2.1", 9)


class UnknownAddressError(Exception):
    """A name that leads to no address of use; the text says which setting holds it."""


def listening(wanted: str) -> str:
    """Return where to listen if nobody set it: what serves every address of `wanted`."""
    if not wanted:
        return _LOOPBACK
    return _EVERYWHERE_6 if any(":" in one for one in listed(wanted)) else _EVERYWHERE


def check_served(bound: str, wanted: str) -> None:
    """Raise ValueError if nobody who listens on `bound` hears some address of `wanted`."""
    for one in listed(wanted):
        if _is_literal(one) and not _serves(bound, one):
            raise ValueError(
                f"HEYI_MEDIA_HOST: {bound} does not serve {one} of HEYI_MEDIA_ADDRESS: set it to "
                ":: or leave it empty"
            )


def announced(bound: str, wanted: str) -> tuple[str, ...]:
    """Return IP literals in order of preference.

    `wanted` may list several addresses or names by comma; empty means the address the
    worker listens on, or, where it listens on all, the one of the default route. Of a
    name, what `bound` does not serve is left out.
    """
    names = listed(wanted) or [bound]
    return tuple(dict.fromkeys(address for name in names for address in _addresses(name, bound)))


def listed(wanted: str) -> list[str]:
    """Return what a setting lists by comma, without blanks."""
    return [name.strip() for name in wanted.split(",") if name.strip()]


def _is_literal(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _serves(bound: str, address: str) -> bool:
    """Whether a socket on `bound`, a name being one of IPv4, hears what is sent to the address."""
    if ":" in bound:
        return ":" in address or ipaddress.ip_address(bound).is_unspecified
    return ":" not in address


def _addresses(name: str, bound: str) -> list[str]:
    if not _is_literal(name):
        return _resolved(name, bound)
    address = ipaddress.ip_address(name)
    return [_own()] if address.is_unspecified else [str(address)]


def _resolved(name: str, bound: str) -> list[str]:
    try:
        entries = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except OSError:
        raise UnknownAddressError(f"HEYI_MEDIA_ADDRESS: {name} does not resolve") from None
    found = [str(entry[4][0]) for entry in entries]
    served = [address for address in found if _serves(bound, address)]
    if not served:
        raise UnknownAddressError(
            f"HEYI_MEDIA_ADDRESS: {name} is {found[0]}, which {bound} does not serve: "
            "set HEYI_MEDIA_HOST to ::"
        )
    return served


def _own() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            return _LOOPBACK
        return str(probe.getsockname()[0])
