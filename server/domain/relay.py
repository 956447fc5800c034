"""Passes for a TURN relay: short-lived, one for each seat, checked by the relay alone.

A network that lets nothing but HTTPS out reaches the media worker through such a relay.
"""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.ids import SeatId

PASS_LIFE = timedelta(minutes=10)
_SEAT_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """An installation's TURN servers and the secret shared with them; without urls there is none.

    `urls` are URIs of RFC 7065, such as `turns:turn.example.org:443?transport=tcp`.
    """

    urls: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPass:
    """What one seat shows the relay; its fields are those of the browser's RTCIceServer."""

    urls: tuple[str, ...]
    username: str
    credential: str = field(repr=False)


def passes(relay: Relay, seat: SeatId, now: datetime) -> tuple[RelayPass, ...]:
    """Return the seat's passes, none without a relay.

    The form is draft-uberti-behave-turn-rest-00: the moment of expiry in Unix seconds, a colon
    and a name; the password is the base64 of the name's HMAC-SHA1 under the shared secret. The
    name is the same for every pass of a seat, so that the relay can count what a seat takes,
    and says nothing about who sits there. An allocation made in time outlives its pass.
    """
    if not relay.urls:
        return ()
    username = f"{int((now + PASS_LIFE).timestamp())}:{_name(relay, seat)}"
    digest = hmac.digest(relay.secret.encode(), username.encode(), "sha1")
    credential = base64.b64encode(digest).decode()
    return (RelayPass(urls=relay.urls, username=username, credential=credential),)


def _name(relay: Relay, seat: SeatId) -> str:
    digest = hmac.digest(relay.secret.encode(), f"seat {seat}".encode(), "sha256")
    return digest.hex()[:_SEAT_DIGITS]
